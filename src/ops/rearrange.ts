import { record, type Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, formatShape, normalizeDim, ShapeError } from "../util/index.ts";
import { clone } from "./cast.ts";
import { empty, emptyLike, viewOf } from "./common.ts";
import { arange } from "./create.ts";
import { cat } from "./join.ts";
import { expand, flatten, narrow, permute, reshape, select } from "./movement.ts";

/**
 * The slices along a dimension, which disappears; views.
 *
 * @param dim default 0
 * @throws {ShapeError} for a scalar, or when `dim` is out of range
 * @source https://docs.pytorch.org/docs/stable/generated/torch.unbind.html
 * @example
 * const [first, second] = unbind(tensor([[1, 2], [3, 4]])); // [1, 2] and [3, 4]
 */
export function unbind(input: Tensor, dim = 0): Tensor[] {
  if (input.shape.length === 0) {
    throw new ShapeError("unbind", "the tensor is a scalar", "expected at least one dimension", "Use item().");
  }
  const along = normalizeDim("unbind", dim, input.shape.length);
  return Array.from({ length: input.shape[along] as number }, (_, i) => select(input, along, i));
}

/**
 * Dimensions moved to new places, the others in their order; a view.
 *
 * @param source where they are: one, or several
 * @param destination where they go, as many
 * @throws {ShapeError} when one stands twice, or the numbers differ
 * @source https://docs.pytorch.org/docs/stable/generated/torch.movedim.html
 * @example
 * movedim(ones([2, 3, 4]), 0, -1).shape; // [3, 4, 2]
 */
export function movedim(
  input: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const rank = input.shape.length;
  const listOf = (dims: number | readonly number[]): number[] =>
    (typeof dims === "number" ? [dims] : dims).map((dim) => normalizeDim("movedim", dim, rank));
  const from = listOf(source);
  const to = listOf(destination);
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new ShapeError(
      "movedim",
      `source ${formatShape(from)}, destination ${formatShape(to)}`,
      "expected as many of either, each dimension once",
      "List a place for every dimension that moves.",
    );
  }
  if (rank === 0) return permute(input, []);
  const rest = input.shape.map((_, i) => i).filter((i) => !from.includes(i));
  const order = input.shape.map((_, place) => {
    const at = to.indexOf(place);
    return at >= 0 ? (from[at] as number) : (rest.shift() as number);
  });
  return permute(input, order);
}

/**
 * Elements shifted along dimensions; what leaves at the end comes in at the front.
 *
 * @param shifts how far, negative towards the front: one number for each of `dims`
 * @param dims unless given, the tensor is shifted as one row and keeps its shape
 * @throws {ShapeError} when there are not as many shifts as dims
 * @source https://docs.pytorch.org/docs/stable/generated/torch.roll.html
 * @example
 * roll(tensor([1, 2, 3, 4]), 1); // [4, 1, 2, 3]
 */
export function roll(input: Tensor, shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
  const by = typeof shifts === "number" ? [shifts] : shifts;
  const over = dims === undefined ? null : typeof dims === "number" ? [dims] : dims;
  if (by.length !== (over?.length ?? 1) || by.length === 0 || !by.every(Number.isInteger)) {
    throw new ShapeError(
      "roll",
      `shifts ${formatShape(by)}, dims ${over === null ? "not given" : formatShape(over)}`,
      "expected whole numbers, one for each dimension",
      "List a shift for every dimension, or leave out dims to shift the tensor as one row.",
    );
  }
  if (over === null) return reshape(rollAlong(flatten(input), by[0] as number, 0), input.shape);
  return over.reduce((rolled, dim, i) => rollAlong(rolled, by[i] as number, dim), input);
}

function rollAlong(input: Tensor, shift: number, dim: number): Tensor {
  const along = normalizeDim("roll", dim, input.shape.length);
  const size = input.shape[along] ?? 0;
  const from = size === 0 ? 0 : ((-shift % size) + size) % size; // what comes first
  if (from === 0) return clone(input);
  return cat([narrow(input, along, from, size - from), narrow(input, along, 0, from)], along);
}

/** Options of `tril` and `triu`. */
export interface TriangleOptions {
  /** Instead of the argument: 0 the main diagonal, positive above it. */
  diagonal?: number;
}

function triangle(operation: "tril" | "triu", input: Tensor, given: number | TriangleOptions): Tensor {
  if (typeof given !== "number") checkedOptions(operation, given, { diagonal: "number" });
  const diagonal = typeof given === "number" ? given : (given.diagonal ?? 0);
  const rank = input.shape.length;
  if (rank < 2 || !Number.isInteger(diagonal)) {
    throw new ShapeError(
      operation,
      `input has shape ${formatShape(input.shape)}, diagonal is ${diagonal}`,
      "expected a matrix, or a batch of them, and a whole number",
      "Unsqueeze a dimension.",
    );
  }
  const [rows, columns] = input.shape.slice(-2) as [number, number];
  const { backend } = input.storage;
  const mask = empty([rows, columns], "bool", operation);
  // Column − row against the diagonal, on whole numbers.
  const row = arange(rows);
  const edge = viewOf(row, [rows, 1], [1, 0], 0);
  const limit = emptyLike(edge, operation);
  backend.binaryScalar("add", edge, diagonal, false, limit);
  backend.compare(operation === "tril" ? "ge" : "le", limit, arange(columns), mask);
  const zero = empty([], input.dtype, operation);
  backend.fill(zero, 0);
  const keep = (of: Tensor): Tensor => {
    const out = emptyLike(of, operation);
    backend.where(mask, of, zero, out);
    return out;
  };
  return record(operation, keep(input), [input], [mask], keep);
}

/**
 * The lower triangle of a matrix (or of each in a batch), 0 above it.
 *
 * @param diagonal the last that stays: 0 (the default) the main one, positive above it
 * @throws {ShapeError} for fewer than 2 dimensions
 * @source https://docs.pytorch.org/docs/stable/generated/torch.tril.html
 * @example
 * tril(ones([2, 2])); // [[1, 0], [1, 1]]
 */
export function tril(input: Tensor, diagonal: number | TriangleOptions = 0): Tensor {
  return triangle("tril", input, diagonal);
}

/**
 * The upper triangle of a matrix (or of each in a batch), 0 below it.
 *
 * @param diagonal the first that stays: 0 (the default) the main one, positive above it
 * @throws {ShapeError} for fewer than 2 dimensions
 * @source https://docs.pytorch.org/docs/stable/generated/torch.triu.html
 * @example
 * triu(ones([3, 3]), 1); // [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
 */
export function triu(input: Tensor, diagonal: number | TriangleOptions = 0): Tensor {
  return triangle("triu", input, diagonal);
}

/** Options of `meshgrid`. */
export interface MeshgridOptions {
  /** "ij" (the default): dimension i of a grid belongs to vector i. "xy": the first two swapped, as in pictures. */
  indexing?: "ij" | "xy";
}

/**
 * The coordinates of a grid: for each vector a tensor of the grid's shape that varies along one dimension; views.
 *
 * @param tensors vectors, or scalars
 * @param options.indexing "ij" (matrix order, the default) or "xy" (Cartesian)
 * @throws {ShapeError} for an empty list or a tensor of 2 dimensions; {ConfigError} for another `indexing`
 * @source https://docs.pytorch.org/docs/stable/generated/torch.meshgrid.html
 * @example
 * const [row, column] = meshgrid([arange(2), arange(3)]); // both [2, 3]
 */
export function meshgrid(tensors: readonly Tensor[], options: MeshgridOptions = {}): Tensor[] {
  checkedOptions("meshgrid", options, { indexing: "string" });
  const { indexing = "ij" } = options;
  if (indexing !== "ij" && indexing !== "xy") {
    throw new ConfigError("meshgrid", `indexing is ${String(indexing)}`, 'expected "ij" or "xy"', 'Use "ij".');
  }
  const odd = tensors.find((each) => each.shape.length > 1);
  if (tensors.length === 0 || odd !== undefined) {
    throw new ShapeError(
      "meshgrid",
      odd === undefined ? "the list is empty" : `a tensor of shape ${formatShape(odd.shape)}`,
      "expected vectors or scalars, at least one",
      "Pass an array: meshgrid([x, y]).",
    );
  }
  const shape = tensors.map((each) => each.length);
  const grids = tensors.map((each, i) => {
    const column = reshape(
      each,
      shape.map((_, dim) => (dim === i ? each.length : 1)),
    );
    return expand(column, shape);
  });
  if (indexing === "ij" || shape.length < 2) return grids;
  return grids.map((grid) => permute(grid, [1, 0, ...shape.map((_, i) => i).slice(2)]));
}
