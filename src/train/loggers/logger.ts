import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkOptions } from "../../util/index.ts";

/** A hyper-parameter's value. */
export type Hparam = string | number | boolean;

/**
 * Where a run's figures go. Logging only remembers, so that it can stand in the middle of a step; `flush` writes.
 * A `flush` that failed may be called again: nothing is lost and nothing is written twice.
 */
export interface Logger {
  /**
   * @param step counts what the caller counts (steps or epochs), and must not fall
   * @param values figures by name (`"loss/train"`)
   */
  logScalars(step: number, values: Readonly<Record<string, number>>): void;
  /** The distribution of a tensor's elements. */
  logHistogram?(step: number, name: string, values: Tensor | ArrayLike<number>): void;
  /**
   * What the run was started with.
   *
   * @param metrics names of the scalars by which runs are compared
   */
  logHparams?(hparams: Readonly<Record<string, Hparam>>, metrics?: readonly string[]): void;
  /**
   * Goes on after a step: points up to and with it are kept, what was logged or written for later ones is forgotten, so
   * that a resumed run has no point twice. The Trainer calls it when it resumes, before anything is logged.
   */
  resume?(step: number): void | Promise<void>;
  /** Writes what has been logged so far. */
  flush(): Promise<void>;
  /** Flushes, and lets go of the file. */
  close(): Promise<void>;
}

/** What every logger into a file takes. */
export interface FileLoggerOptions {
  /**
   * Continue a file as `resume(step)` does. Without either, a file that is there already is put aside (`log.csv`
   * becomes `log.1.csv`) and a new one begun.
   */
  resumeStep?: number;
}

/** @throws {ConfigError} for a path that is no text, an option that is none, or a step that is none */
export function checkLoggerOptions(
  operation: string,
  path: unknown,
  options: FileLoggerOptions,
  more: readonly string[] = [],
): void {
  if (typeof path !== "string" || path === "") {
    throw new ConfigError(operation, `the path is ${JSON.stringify(path)}`, "expected a text", "Say where it goes.");
  }
  checkOptions(operation, options, ["resumeStep", ...more]);
  if (options.resumeStep !== undefined) checkStep(operation, options.resumeStep);
}

/** @throws {ConfigError} unless the step is a whole number of 0 or more */
export function checkStep(operation: string, step: number): void {
  if (Number.isSafeInteger(step) && step >= 0) return;
  throw new ConfigError(operation, `step is ${step}`, "expected a whole number of 0 or more", "Count steps from 0.");
}

/** Runs asynchronous work one after the other, so that two calls of `flush` do not write into each other. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
