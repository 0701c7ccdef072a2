import type { Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, formatShape, type OptionKinds, ShapeError } from "../util/index.ts";
import { fillDrawn, INIT_OPTIONS, type InitOptions } from "./init-draw.ts";

/** Options of `dirac_`. */
export interface DiracOptions {
  /** Groups of the convolution, each with an identity of its own; default 1. */
  groups?: number;
}

/** What each holds. */
export const DIRAC_OPTIONS: OptionKinds<DiracOptions> = { groups: "number" };

/** Options of `orthogonal_`. */
export interface OrthogonalOptions extends InitOptions {
  /** Factor on the matrix; default 1. */
  gain?: number;
}

/** What each holds. */
export const ORTHOGONAL_OPTIONS: OptionKinds<OrthogonalOptions> = { ...INIT_OPTIONS, gain: "number" };

/** Options of `sparse_`. */
export interface SparseOptions extends InitOptions {
  /** Standard deviation of what is not 0; default 0.01. */
  std?: number;
}

/** What each holds. */
export const SPARSE_OPTIONS: OptionKinds<SparseOptions> = { ...INIT_OPTIONS, std: "number" };

/**
 * The identity matrix, cut off or filled up with zeros where it is not square.
 *
 * @throws {ShapeError} unless the tensor has 2 dimensions
 * @example
 * const weight = nn.init.eye_(empty([64, 32])); // ones on the diagonal
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.eye_
 */
export function eye_(tensor: Tensor): Tensor {
  checkRank("nn.init.eye_", tensor, 2, 2);
  const columns = tensor.shape[1] as number;
  return fillDrawn("nn.init.eye_", tensor, {}, (_, values) => {
    for (let i = 0; i < Math.min(tensor.shape[0] as number, columns); i++) values[i * columns + i] = 1;
  });
}

/**
 * A convolution that passes its inputs on: 1 in the middle of the kernel from each input to the output of its number.
 *
 * @param tensor `[out, in, ...kernel]` with 1, 2 or 3 dimensions of the kernel
 * @throws {ShapeError} for another number of dimensions, or outputs that the groups do not divide
 * @example
 * const weight = nn.init.dirac_(empty([8, 8, 3])); // a convolution that passes its inputs on
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.dirac_
 */
export function dirac_(tensor: Tensor, options: DiracOptions = {}): Tensor {
  checkedOptions("nn.init.dirac_", options, DIRAC_OPTIONS);
  const { groups = 1 } = options;
  checkRank("nn.init.dirac_", tensor, 3, 5);
  const [out, inputs, ...kernel] = tensor.shape as [number, number, ...number[]];
  if (!Number.isInteger(groups) || groups < 1 || out % groups !== 0) {
    throw new ShapeError(
      "nn.init.dirac_",
      `${out} outputs in ${groups} groups`,
      "expected groups that divide the outputs",
      "Pass the convolution's groups.",
    );
  }
  const field = kernel.reduce((product, size) => product * size, 1);
  const middle = kernel.reduce((at, size) => at * size + Math.floor(size / 2), 0);
  const share = out / groups;
  return fillDrawn("nn.init.dirac_", tensor, {}, (_, values) => {
    for (let group = 0; group < groups; group++) {
      for (let i = 0; i < Math.min(share, inputs); i++) {
        values[((group * share + i) * inputs + i) * field + middle] = 1;
      }
    }
  });
}

/**
 * A matrix with orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al. 2014): the Q of a normal
 * matrix, with the sign that makes it uniform. Dimensions after the first count as one.
 *
 * @throws {ShapeError} for fewer than 2 dimensions
 * @example
 * const weight = nn.init.orthogonal_(empty([64, 32]), { gain: nn.init.calculateGain("tanh") }); // orthogonal columns
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.orthogonal_
 */
export function orthogonal_(tensor: Tensor, options: OrthogonalOptions = {}): Tensor {
  checkedOptions("nn.init.orthogonal_", options, ORTHOGONAL_OPTIONS);
  const { gain = 1, ...from } = options;
  checkRank("nn.init.orthogonal_", tensor, 2, Infinity);
  if (tensor.length === 0) return tensor;
  const rows = tensor.shape[0] as number;
  const columns = tensor.length / rows;
  return fillDrawn("nn.init.orthogonal_", tensor, from, (generator, values) => {
    generator.normal(values);
    // Vectors of the longer side, as many as the shorter has: columns of a tall matrix, rows of a wide one.
    const [count, size] = rows < columns ? [rows, columns] : [columns, rows];
    const place = (vector: number, i: number): number => (rows < columns ? vector * columns + i : i * columns + vector);
    const vectors = Array.from({ length: count }, (_, v) =>
      Float64Array.from({ length: size }, (_, i) => values[place(v, i)] as number),
    );
    orthonormalise(vectors);
    vectors.forEach((vector, v) => {
      for (let i = 0; i < size; i++) values[place(v, i)] = gain * (vector[i] as number);
    });
  });
}

// Gram and Schmidt's, each projection taken off twice ("twice is enough"). It gives the Q whose R has a positive
// diagonal: what Householder's gives after the signs of R's diagonal are multiplied in.
function orthonormalise(vectors: readonly Float64Array[]): void {
  vectors.forEach((vector, v) => {
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors.slice(0, v)) {
        const share = dot(vector, other);
        for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) - share * (other[i] as number);
      }
    }
    const length = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / length;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}

/**
 * Normal, but in each column a share of the elements is 0 (Martens 2010).
 *
 * @param sparsity share of zeros in each column, 0 … 1, rounded up to whole elements
 * @throws {ShapeError} unless the tensor has 2 dimensions
 * @throws {ConfigError} when sparsity is not in 0 … 1
 * @example
 * const weight = nn.init.sparse_(empty([64, 32]), 0.9); // nine of ten are 0
 * @source https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.sparse_
 */
export function sparse_(tensor: Tensor, sparsity: number, options: SparseOptions = {}): Tensor {
  checkedOptions("nn.init.sparse_", options, SPARSE_OPTIONS);
  const { std = 0.01, ...from } = options;
  checkRank("nn.init.sparse_", tensor, 2, 2);
  if (!(typeof sparsity === "number" && sparsity >= 0 && sparsity <= 1)) {
    throw new ConfigError("nn.init.sparse_", `sparsity is ${sparsity}`, "expected 0 … 1", "Pass a share, e.g. 0.1.");
  }
  const [rows, columns] = tensor.shape as [number, number];
  const zeros = Math.ceil(sparsity * rows);
  return fillDrawn("nn.init.sparse_", tensor, from, (generator, values) => {
    generator.normal(values, 0, std);
    for (let column = 0; column < columns; column++) {
      for (const row of generator.randperm(rows).subarray(0, zeros)) values[row * columns + column] = 0;
    }
  });
}

function checkRank(operation: string, tensor: Tensor, least: number, most: number): void {
  const rank = tensor.shape.length;
  if (rank >= least && rank <= most) return;
  const range = least === most ? `${least}` : most === Infinity ? `${least} or more` : `${least} to ${most}`;
  throw new ShapeError(
    operation,
    `the tensor has shape ${formatShape(tensor.shape)}`,
    `expected ${range} dimensions`,
    "Reshape it, or choose another initialisation.",
  );
}
