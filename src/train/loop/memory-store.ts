import { data, fromTypedArray } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { LoadedRun, MetricsLine, RunCheckpoint, RunStore } from "./run-store.ts";

function copyOf({ tensors, state }: RunCheckpoint): RunCheckpoint {
  const copies = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    copies.set(name, fromTypedArray(data(tensor), tensor.shape, { dtype: tensor.dtype }).keep());
  }
  return { tensors: copies, state: structuredClone(state) };
}

/**
 * A run kept in memory: what a rollback goes back to when there is no folder.
 *
 * @example
 * const store = new train.MemoryStore();
 * await store.saveLatest({ tensors: model.stateDict(), state: { step: 10 } });
 * console.log(store.latest?.state.step); // 10
 */
export class MemoryStore implements RunStore {
  readonly path: string = "memory";
  latest: RunCheckpoint | null = null;
  best: RunCheckpoint | null = null;
  lines: MetricsLine[] = [];
  #linesAtSave = 0;
  /** Called when a checkpoint has been saved. */
  saved: (() => void) | null = null;

  async saveLatest(checkpoint: RunCheckpoint): Promise<void> {
    this.latest = copyOf(checkpoint);
    this.#linesAtSave = this.lines.length;
    this.saved?.();
  }

  async saveBest(checkpoint: RunCheckpoint): Promise<void> {
    this.best = copyOf(checkpoint);
  }

  async loadLatest(): Promise<LoadedRun | null> {
    if (this.latest === null) return null;
    return { checkpoint: this.latest, source: "latest", skipped: [], metricsLines: this.#linesAtSave };
  }

  appendMetrics(line: MetricsLine): void {
    this.lines.push(line); // made for this call, nobody else holds it
  }

  readMetrics(): MetricsLine[] {
    return this.lines;
  }

  cutMetrics(step: number, lines: number): void {
    this.lines = this.lines.slice(0, lines).filter((line) => line.step <= step);
  }

  close(): void {}
}
