import { ConfigError, checkOptions } from "../util/index.ts";
import type { Callback, Evaluation } from "./callback.ts";
import { wholeNumber } from "./config.ts";
import type { Json } from "./metrics/metric.ts";
import type { Trainer } from "./trainer.ts";

/** Options of `EarlyStopping`. */
export interface EarlyStoppingOptions {
  /** Evaluations without improvement after which training stops, 1 or more. */
  patience: number;
  /** What counts as an improvement, 0 or more. Default 0: anything better. */
  minDelta?: number;
  /** Whether small or large is good. Default `"min"`. */
  mode?: "min" | "max";
  /** `valLoss`, `trainLoss` or a metric's name. Default `valLoss`, without validation `trainLoss`. */
  monitor?: string;
}

/**
 * Stops when a figure has not improved for a while.
 *
 * @throws {ConfigError} for options outside their domain, or a figure that is not there
 * @example
 * const callbacks = [new train.EarlyStopping({ patience: 5, minDelta: 1e-4 })];
 * await new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 3, callbacks }).fit(trainLoader, valLoader);
 */
export class EarlyStopping implements Callback {
  readonly name: string = "earlyStopping";
  readonly patience: number;
  readonly minDelta: number;
  readonly mode: "min" | "max";
  readonly monitor: string | null;
  #best: number | null = null;
  #waited = 0;

  constructor(options: EarlyStoppingOptions) {
    checkOptions("EarlyStopping", options ?? null, ["patience", "minDelta", "mode", "monitor"]);
    this.patience = wholeNumber("EarlyStopping", "patience", options.patience);
    this.minDelta = options.minDelta ?? 0;
    this.mode = options.mode ?? "min";
    this.monitor = options.monitor ?? null;
    if (typeof this.minDelta === "number" && this.minDelta >= 0 && (this.mode === "min" || this.mode === "max")) return;
    throw new ConfigError(
      "EarlyStopping",
      `minDelta is ${this.minDelta} and mode ${this.mode}`,
      'expected 0 or more, and "min" or "max"',
      "Correct them.",
    );
  }

  onEvaluation(trainer: Trainer, { values }: Evaluation): void {
    const value = monitored("EarlyStopping", values, this.monitor);
    const sign = this.mode === "min" ? 1 : -1;
    // NaN is never an improvement.
    if (this.#best === null ? !Number.isNaN(value) : sign * (this.#best - value) > this.minDelta) {
      this.#best = value;
      this.#waited = 0;
    } else if (++this.#waited >= this.patience) {
      trainer.stop(`${this.monitor ?? "the loss"} has not improved for ${this.patience} evaluations`);
    }
  }

  stateDict(): Json {
    return { best: this.#best, waited: this.#waited };
  }

  loadStateDict(state: Json): void {
    const { best, waited } = state as { best: number | null; waited: number };
    this.#best = best;
    this.#waited = waited;
  }
}

/** The figure that is judged. @throws {ConfigError} naming those there are */
export function monitored(operation: string, values: Readonly<Record<string, number>>, monitor: string | null): number {
  const value = monitor === null ? (values.valLoss ?? values.trainLoss) : values[monitor];
  if (value !== undefined) return value;
  throw new ConfigError(
    operation,
    `there is no figure "${monitor}"`,
    `expected one of ${Object.keys(values).join(", ")}`,
    "Name one of these with monitor, or add the metric to the Trainer's metrics.",
  );
}
