import type { View } from "../storage.ts";

/** Below this many elements a call, a loop of calls costs more than a copy that needs one. */
const WORTH_A_CALL = 256;

/**
 * How a reduction reads its input: `outer` matrices of `rows` × `cols`, one result a row. One object
 * is reused for all calls. Rows are the dimensions that stay, columns those reduced, each joined to one
 * where the strides allow.
 */
export class RowLayout {
  outer = 1;
  outerStride = 0;
  rows = 1;
  rowStride = 0;
  cols = 1;
  colStride = 0;

  /** False when the strides do not allow it, so that a permuted copy has to be made. */
  fit(input: View, dims: readonly number[]): boolean {
    const { shape, strides } = input;
    const rank = shape.length;
    this.outer = 1;
    this.outerStride = 0;
    this.rows = 1;
    this.rowStride = 0;
    this.cols = 1;
    this.colStride = 0;
    let next = dims.length - 1;
    // From the innermost out: a dimension joins its group when it steps over exactly what the group spans.
    for (let d = rank - 1; d >= 0; d--) {
      const size = shape[d] as number;
      const stride = strides[d] as number;
      const reduced = next >= 0 && dims[next] === d;
      if (reduced) next--;
      if (size === 1) continue;
      if (reduced) {
        if (this.cols === 1) this.colStride = stride;
        else if (stride !== this.cols * this.colStride) return false;
        this.cols *= size;
      } else if (this.outer > 1) {
        if (stride !== this.outer * this.outerStride) return false;
        this.outer *= size;
      } else if (this.rows === 1) {
        this.rowStride = stride;
        this.rows = size;
      } else if (stride === this.rows * this.rowStride) {
        this.rows *= size;
      } else {
        this.outerStride = stride;
        this.outer = size;
      }
    }
    return this.outer === 1 || this.rows * this.cols >= WORTH_A_CALL;
  }

  /** `rows` × `cols` without holes. */
  setContiguous(rows: number, cols: number): void {
    this.outer = 1;
    this.outerStride = 0;
    this.rows = rows;
    this.rowStride = cols;
    this.cols = cols;
    this.colStride = 1;
  }
}

/** `input` with the reduced dimensions moved to the end: a view to copy from. */
export function reducedLast(input: View, dims: readonly number[]): View {
  const order: number[] = [];
  for (let d = 0; d < input.shape.length; d++) if (!dims.includes(d)) order.push(d);
  order.push(...dims);
  return {
    storage: input.storage,
    dtype: input.dtype,
    shape: order.map((d) => input.shape[d] as number),
    strides: order.map((d) => input.strides[d] as number),
    offset: input.offset,
    length: input.length,
    packed: false,
  };
}
