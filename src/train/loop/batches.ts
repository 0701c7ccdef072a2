import type { BatchIterator } from "../../data/index.ts";
import { CheckpointError, DataError } from "../../util/index.ts";
import { nextTurn } from "../../util/platform/index.ts";
import type { Metric } from "../metrics/metric.ts";
import type { StateTree } from "../state-tree.ts";
import type { AnySource, Source } from "../trainer-options.ts";
import { AsyncBatches } from "./async-batches.ts";
import type { ValidationProgress } from "./progress.ts";

/**
 * Where the reading of a source stands: its own state (a DataLoader's, a replay buffer's), else the batches read.
 * `done` when no batch is left.
 */
export interface SourceState {
  batches: number;
  done: boolean;
  loader: StateTree;
}

/** For so long a pass keeps the event loop to itself. */
const TURN_MS = 50;

/** How soon a request to stop is seen while data are waited for. */
const STOP_MS = 50;

/** Where a pass and the metrics of it stand. */
type MeasuredPass = Pick<ValidationProgress, "source" | "metrics">;

/** An iterator that a DataLoader makes, or one that can do some of the same. */
type AnyIterator<Batch> = Iterator<Batch> & Partial<Omit<BatchIterator<Batch>, keyof IterableIterator<Batch>>>;

const isDone = (state: StateTree): boolean => (state as { done?: unknown } | null)?.done === true;

/** Anything that gives batches, read so that the place can be saved and found again. */
export class BatchSource<Batch> {
  readonly name: string;
  // (an async iterable has neither Symbol.iterator nor a state)
  readonly #from: Partial<Source<Batch>> & Partial<AsyncIterable<Batch>>;
  #iterator: AnyIterator<Batch> | null = null;
  #open = false;
  #batches = 0;

  /** @param name `trainLoader` or `valLoader`, for messages */
  constructor(name: string, from: AnySource<Batch>) {
    this.name = name;
    this.#from = from;
  }

  /** Begins a pass that `metrics` measure, or goes on where `saved` says. */
  openWith(metrics: readonly Metric[], saved: MeasuredPass): void {
    this.open(saved.source);
    metrics.forEach((metric, i) => {
      metric.reset();
      const was = saved.metrics[i];
      if (was !== undefined) metric.loadStateDict(was);
    });
  }

  /** Begins a pass, or goes on where `state` says. */
  open(state: SourceState | null): void {
    this.close();
    this.#open = true;
    this.#batches = state?.batches ?? 0;
    if (state !== null) this.load(state.loader);
    if (state !== null && (state.done || isDone(state.loader))) return;
    // No place to seek: what has been read is read again. Reading an array costs nothing.
    const skip = state === null || state.loader !== null ? 0 : state.batches;
    const fewer = (): CheckpointError => this.#changed(`had at least ${skip} batches`);
    const make = this.#from[Symbol.iterator];
    if (make === undefined) {
      this.#iterator = new AsyncBatches(this.#from as AsyncIterable<Batch>, skip, fewer);
      return;
    }
    this.#iterator = make.call(this.#from);
    for (let i = 0; i < skip; i++) if (this.#iterator.next().done === true) throw fewer();
  }

  /** Puts the source's own state back; null where it has none. */
  load(state: StateTree): void {
    if (state === null) return;
    if (typeof this.#from.loadStateDict !== "function")
      throw this.#changed("had a state of its own, as a DataLoader has");
    this.#from.loadStateDict(state as never);
  }

  /** The source's own state between two passes; null where it has none. */
  rest(): StateTree {
    return (this.#from.stateDict?.() ?? null) as StateTree;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /**
   * Null when `next()` can answer `batches` times at once, as any source in memory can; else what to wait for, and what
   * the batch before made is then freed.
   */
  ready(batches: number): Promise<void> | null {
    const iterator = this.#iterator;
    if (iterator?.ready === undefined) return null;
    const wait = iterator.ready(batches);
    if (wait !== null) iterator.endBatch?.();
    return wait;
  }

  /** The next batch; null at the end. Frees what the batch before made. */
  next(): Batch | null {
    if (this.#iterator === null) return null;
    const result = this.#iterator.next();
    if (result.done === true) {
      this.#iterator = null;
      return null;
    }
    this.#batches++;
    return result.value;
  }

  /** Frees what was made since the last batch, before somebody else gets a turn. */
  pause(): void {
    this.#iterator?.endBatch?.();
  }

  state(): SourceState {
    const iterator = this.#iterator;
    // (a pass of a DataLoader knows where it is also when another one has begun since)
    const loader = (iterator?.stateDict?.() as StateTree | undefined) ?? this.rest();
    return { batches: this.#batches, done: iterator === null, loader };
  }

  /** The positions in the dataset of the last batch's samples; null where the source does not tell. */
  indices(): number[] | null {
    const found = this.#iterator?.lastIndices?.();
    return found === undefined ? null : Array.from(found);
  }

  close(): void {
    this.#open = false;
    this.#iterator?.return?.();
    this.#iterator = null;
  }

  #changed(was: string): CheckpointError {
    return new CheckpointError(
      "Trainer.resume",
      `the ${this.name} is another than when the checkpoint was saved (it ${was})`,
      "expected the same data",
      "Pass the loader of the run, or start a new run.",
    );
  }
}

/**
 * Every batch of a source, for work that may wait. Other work of the program gets its turn every 50 ms; what a batch made
 * is freed before it does.
 */
export async function* everyBatch<Batch>(name: string, from: AnySource<Batch>): AsyncGenerator<Batch, undefined> {
  const source = new BatchSource(name, from);
  let turned = performance.now();
  try {
    source.open(null);
    for (;;) {
      if (performance.now() - turned > TURN_MS) {
        source.pause();
        await nextTurn();
        turned = performance.now();
      }
      await source.ready(1);
      const batch = source.next();
      if (batch === null) return;
      yield batch;
    }
  } finally {
    source.close();
  }
}

/** Waits for data, however long they take, but not when somebody asks for a stop. */
export async function dataOrStop(data: Promise<void>, asked: () => boolean): Promise<void> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      if (asked()) resolve();
    }, STOP_MS);
  });
  try {
    await Promise.race([data, stop]);
  } finally {
    clearInterval(timer);
  }
}

/** The error for a pass that gave nothing. */
export function noSamples(operation: string): DataError {
  return new DataError(
    operation,
    "the loader gave no samples",
    "expected at least one batch",
    "A generator can be read once only: pass a DataLoader; with dropLast, check the batch size.",
  );
}
