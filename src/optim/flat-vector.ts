import { emptyRaw, item } from "../ops/index.ts";
import { Tensor } from "../tensor/index.ts";
import { contiguousStrides } from "../util/index.ts";

/** All elements of some parameters after each other, `[n]`. */
export type FlatVector = Tensor;

/** The part of a flat vector that belongs to each parameter, in its shape. */
export function piecesOf(vector: FlatVector, parameters: readonly Tensor[]): Tensor[] {
  let offset = vector.offset;
  return parameters.map(({ shape, length }) => {
    const piece = new Tensor(vector.storage, shape, contiguousStrides(shape), offset, length, true);
    offset += length;
    return piece;
  });
}

/** Copies tensors of the parameters' shapes (null: zeros) into a new flat vector. */
export function flatten(sources: readonly (Tensor | null)[], parameters: readonly Tensor[]): FlatVector {
  const total = parameters.reduce((sum, { length }) => sum + length, 0);
  const vector = emptyRaw([total], (parameters[0] as Tensor).dtype, "LBFGS");
  const { backend } = vector.storage;
  piecesOf(vector, parameters).forEach((piece, i) => {
    const source = sources[i];
    if (source === null || source === undefined) backend.fill(piece, 0);
    else backend.copy(source, piece);
  });
  return vector;
}

/** Σ aᵢ·bᵢ as a number. */
export function dot(a: FlatVector, b: FlatVector): number {
  return item(a.mul(b).sum());
}

/** Σ |aᵢ| as a number. */
export function sumAbs(a: FlatVector): number {
  return item(a.abs().sum());
}

/** The largest |aᵢ| as a number. */
export function maxAbs(a: FlatVector): number {
  return item(a.abs().amax());
}
