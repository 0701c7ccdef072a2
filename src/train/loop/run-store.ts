import type { Tensor } from "../../tensor/index.ts";
import type { Json } from "../metrics/metric.ts";

/** Everything that one moment of a run consists of: tensors by name, and plain values. */
export interface RunCheckpoint {
  tensors: ReadonlyMap<string, Tensor>;
  state: { [key: string]: Json };
}

/** One line of the metrics log. `step` says which checkpoint it belongs to. */
export type MetricsLine = { step: number; [key: string]: Json };

/** A checkpoint that was found. */
export interface LoadedRun {
  checkpoint: RunCheckpoint;
  source: string;
  /** Newer ones that could not be used, with the reasons. */
  skipped: readonly string[];
  /** Lines that the metrics log had when it was saved. */
  metricsLines: number;
}

/** Where a run is kept. `RunFolder` is one on the disk. */
export interface RunStore {
  /** For messages. */
  readonly path: string;
  saveLatest(checkpoint: RunCheckpoint): Promise<unknown>;
  saveBest(checkpoint: RunCheckpoint): Promise<unknown>;
  loadLatest(): Promise<LoadedRun | null>;
  appendMetrics(line: MetricsLine): unknown;
  readMetrics(): unknown;
  /** Drops the lines after a step, and after the first `lines`. */
  cutMetrics(step: number, lines: number): unknown;
  close(): unknown;
}
