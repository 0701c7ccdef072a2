import { needsGrad, record, type Tensor } from "../tensor/index.ts";
import { formatShape, normalizeDims, ShapeError } from "../util/index.ts";
import { contiguousRaw, empty, emptyLike, viewOf } from "./common.ts";
import { reduceRaw } from "./reduce.ts";

/**
 * The order of elements reversed along dimensions; a copy.
 *
 * @example
 * flip(tensor([1, 2, 3]), 0); // [3, 2, 1]
 */
export function flip(input: Tensor, dims: number | readonly number[]): Tensor {
  const over = normalizeDims("flip", dims, input.shape.length);
  const run = (of: Tensor): Tensor => {
    const strides = of.strides.slice();
    let offset = of.offset;
    for (const dim of over) {
      offset += Math.max(0, (of.shape[dim] as number) - 1) * (strides[dim] as number);
      strides[dim] = -(strides[dim] as number);
    }
    const out = emptyLike(of, "flip");
    of.storage.backend.copy(viewOf(of, of.shape, strides, offset), out);
    return out;
  };
  return record("flip", run(input), [input], null, run);
}

/**
 * A border of one value around a tensor. Pairs count from the last dimension, as in PyTorch:
 * `[left, right, top, bottom]`. Negative sizes cut off.
 *
 * @param value default 0
 * @example
 * pad(tensor([1, 2]), [1, 2]); // [0, 1, 2, 0, 0]
 */
export function pad(input: Tensor, sizes: readonly number[], value = 0): Tensor {
  const rank = input.shape.length;
  if (sizes.length % 2 !== 0 || sizes.length > 2 * rank || !sizes.every(Number.isInteger)) {
    throw new ShapeError(
      "pad",
      `sizes ${formatShape(sizes)} for a tensor of ${rank} dimensions`,
      "expected whole numbers in pairs, at most one pair a dimension",
      "List [before, after] from the last dimension on.",
    );
  }
  const before = new Array<number>(rank).fill(0);
  const shape = input.shape.slice();
  for (let i = 0; i < sizes.length / 2; i++) {
    const dim = rank - 1 - i;
    before[dim] = sizes[2 * i] as number;
    shape[dim] = (shape[dim] as number) + (sizes[2 * i] as number) + (sizes[2 * i + 1] as number);
  }
  if (shape.some((n) => n < 0)) {
    throw new ShapeError(
      "pad",
      `sizes ${formatShape(sizes)} for shape ${formatShape(input.shape)}`,
      "expected to leave no negative size",
      "Cut off less.",
    );
  }
  const out = empty(shape, input.dtype, "pad");
  const { backend } = input.storage;
  backend.fill(out, value);
  // The stretch both have in common, as windows on either.
  const inner = (of: Tensor, sign: 1 | -1): Tensor => {
    let offset = of.offset;
    const common = shape.map((size, dim) => {
      const lead = before[dim] as number;
      offset += Math.max(0, sign * lead) * (of.strides[dim] as number);
      return Math.max(0, Math.min(size, (input.shape[dim] as number) + lead) - Math.max(0, lead));
    });
    return viewOf(of, common, of.strides, offset);
  };
  const source = inner(input, -1);
  if (source.length > 0) backend.copy(source, inner(out, 1));
  return record("pad", out, [input], null, (grad) => {
    const back = emptyLike(input, "pad");
    backend.fill(back, 0);
    const target = inner(back, -1);
    if (target.length > 0) backend.copy(inner(grad, 1), target);
    return back;
  });
}

/**
 * The tensor repeated along each dimension; more counts than dimensions add new ones in front.
 *
 * @example
 * repeat(tensor([1, 2]), [2, 2]); // [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export function repeat(input: Tensor, counts: readonly number[]): Tensor {
  const shift = counts.length - input.shape.length;
  if (shift < 0 || !counts.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(
      "repeat",
      `counts ${formatShape(counts)} for shape ${formatShape(input.shape)}`,
      "expected one whole number of 0 or more for each dimension",
      "List a count for every dimension, 1 where nothing repeats.",
    );
  }
  const sizes = counts.map((_, i) => (i < shift ? 1 : (input.shape[i - shift] as number)));
  const steps = counts.map((_, i) => (i < shift ? 0 : (input.strides[i - shift] as number)));
  // Each dimension becomes two, (copies, size); copies are read with stride 0.
  const pairs = counts.flatMap((count, i) => [count, sizes[i] as number]);
  const out = empty(
    counts.map((count, i) => count * (sizes[i] as number)),
    input.dtype,
    "repeat",
  );
  const { backend } = input.storage;
  const spread = viewOf(
    input,
    pairs,
    steps.flatMap((step) => [0, step]),
    input.offset,
  );
  backend.copy(spread, asPairs(out, pairs));
  if (!needsGrad(input)) return out;
  return record("repeat", out, [input], null, (grad) => {
    const summed = reduceRaw(
      "sum",
      asPairs(contiguousRaw(grad, "repeat"), pairs),
      counts.map((_, i) => 2 * i),
    );
    return viewOf(summed, input.shape, summed.strides.slice(shift), 0);
  });
}

function asPairs(whole: Tensor, pairs: readonly number[]): Tensor {
  const strides = new Array<number>(pairs.length);
  let step = 1;
  for (let i = pairs.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= pairs[i] as number;
  }
  return viewOf(whole, pairs, strides, whole.offset);
}
