/**
 * The errors of innerloop. Each says four things: the operation, what it got, what it expected,
 * and what to do. They are raised before any state changes.
 */
export class InnerloopError extends Error {
  /** The operation that refused, as a user writes it (`"matmul"`, `"optim.Adam"`). */
  readonly operation: string;
  /** What came in. */
  readonly got: string;
  /** What would have been right. */
  readonly expected: string;
  /** What to do about it. */
  readonly fix: string;

  constructor(operation: string, got: string, expected: string, fix: string) {
    super(`${operation}: ${got}, ${expected}. ${fix}`);
    this.name = new.target.name;
    this.operation = operation;
    this.got = got;
    this.expected = expected;
    this.fix = fix;
  }
}

/** Shapes that do not fit each other, a ragged array, a dimension out of range. */
export class ShapeError extends InnerloopError {}

/** A dtype that an operation, or the current backend, does not take. */
export class DtypeError extends InnerloopError {}

/** Anything wrong with gradients: no graph, a graph used twice, a saved tensor changed in place, NaN. */
export class GradientError extends InnerloopError {}

/** A tensor was used after the generation that owned its memory had closed. */
export class ReleasedTensorError extends InnerloopError {}

/** The engine's memory cannot hold a request. */
export class OutOfMemoryError extends InnerloopError {}

/** A thread that could not be started, that failed, or that does not answer. */
export class ThreadError extends InnerloopError {}

/** A state dict or a checkpoint file that does not fit or cannot be trusted. */
export class CheckpointError extends InnerloopError {}

/** Data that cannot be trained on: NaN, ragged rows, nothing at all. */
export class DataError extends InnerloopError {}

/** An option or argument outside its domain. */
export class ConfigError extends InnerloopError {}
