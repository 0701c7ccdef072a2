import { tensor } from "../../src/ops/index.ts";
import { Tensor } from "../../src/tensor/index.ts";
import { sizeOf } from "../../src/util/index.ts";

/** Where the values of an input come from. */
export interface Domain {
  low: number;
  high: number;
  /** Values that lie too near a kink. */
  avoid?: (value: number) => boolean;
}

/** Negative and positive, away from 0. */
export const SIGNED: Domain = { low: -2, high: 2, avoid: (value) => Math.abs(value) < 0.1 };
/** Away from 0 and below 3. */
export const POSITIVE: Domain = { low: 0.3, high: 2.7 };
/** Inside -1 … 1, away from the ends. */
export const UNIT: Domain = { low: -0.9, high: 0.9 };
/** Away from whole numbers and halves. */
export const BETWEEN: Domain = {
  low: -3,
  high: 3,
  avoid: (value) => Math.abs(value * 2 - Math.round(value * 2)) < 0.1,
};

/** One differentiable input of an op. */
export interface Input {
  shape: readonly number[];
  domain?: Domain;
  /** The leaf itself lies backwards in memory (negative strides). */
  reversed?: boolean;
  /** The leaf itself lies with its dimensions in the opposite order in memory. */
  columns?: boolean;
  /** What the op gets to see of the leaf: a transposed, expanded or narrowed view, say. */
  view?: (leaf: Tensor) => Tensor;
}

/** Distinct values without pattern: multiples of the golden ratio, folded into the domain. */
export function valuesOf(count: number, domain: Domain, seed: number): number[] {
  const values: number[] = [];
  for (let i = 1; values.length < count; i++) {
    const fraction = (i * 0.618033988749895 + seed * 0.3819660112501051 + 0.1234567 * seed * seed) % 1;
    const value = domain.low + (domain.high - domain.low) * fraction;
    if (domain.avoid?.(value) !== true) values.push(value);
  }
  return values;
}

/** The leaf of an input: float64, requiring a gradient, in the layout that the input asks for. */
export function makeLeaf(input: Input, seed: number): Tensor {
  const values = Float64Array.from(valuesOf(sizeOf(input.shape), input.domain ?? SIGNED, seed));
  const leaf = withLayout(tensor(values), input);
  leaf.requiresGrad = true;
  return leaf;
}

/** A gradient to start from, with values that no symmetry hides, in a layout of its own. */
export function makeCotangent(shape: readonly number[], layout: "plain" | "reversed" | "columns" | "constant"): Tensor {
  if (layout === "constant") {
    return new Tensor(
      tensor([0.7], { dtype: "float64" }).storage,
      shape,
      shape.map(() => 0),
      0,
      sizeOf(shape),
    );
  }
  const flat = tensor(Float64Array.from(valuesOf(sizeOf(shape), SIGNED, 11)));
  return withLayout(flat, { shape, reversed: layout === "reversed", columns: layout === "columns" });
}

function withLayout(flat: Tensor, input: Input): Tensor {
  const rank = input.shape.length;
  const strides = new Array<number>(rank);
  let step = 1;
  for (let i = 0; i < rank; i++) {
    const dim = input.columns === true ? i : rank - 1 - i;
    strides[dim] = step;
    step *= input.shape[dim] as number;
  }
  const back = input.reversed === true && flat.length > 0;
  return new Tensor(
    flat.storage,
    input.shape,
    back ? strides.map((stride) => -stride) : strides,
    back ? flat.length - 1 : 0,
    flat.length,
  );
}

/** Row-major position in a layout: where element `at` of a leaf lies in its storage. */
export function placeOf(leaf: Tensor, at: number): number {
  let rest = at;
  let place = leaf.offset;
  for (let dim = leaf.shape.length - 1; dim >= 0; dim--) {
    const size = leaf.shape[dim] as number;
    place += (rest % size) * (leaf.strides[dim] as number);
    rest = Math.floor(rest / size);
  }
  return place;
}
