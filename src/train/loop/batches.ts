import type { BatchIterator, LoaderState } from "../../data/index.ts";
import { CheckpointError, DataError } from "../../util/index.ts";

/**
 * Where the reading of a source stands: of a DataLoader its own state, of anything else the batches read. `done` when
 * no batch is left.
 */
export interface SourceState {
  batches: number;
  done: boolean;
  loader: LoaderState | null;
}

interface Resumable {
  loadStateDict(state: LoaderState): void;
}

/** Anything that gives batches, read so that the place can be saved and found again. */
export class BatchSource<Batch> {
  readonly name: string;
  readonly #from: Iterable<Batch>;
  #iterator: Iterator<Batch> | null = null;
  #open = false;
  #batches = 0;

  /** @param name `trainLoader` or `valLoader`, for messages */
  constructor(name: string, from: Iterable<Batch>) {
    this.name = name;
    this.#from = from;
  }

  /** Begins a pass, or goes on where `state` says. */
  open(state: SourceState | null): void {
    this.close();
    this.#open = true;
    this.#batches = state?.batches ?? 0;
    if (state?.done === true || state?.loader?.done === true) return;
    const from = this.#from as Iterable<Batch> & Partial<Resumable>;
    if (state?.loader != null) {
      if (typeof from.loadStateDict !== "function") throw this.#changed("was a DataLoader");
      from.loadStateDict(state.loader);
    }
    this.#iterator = from[Symbol.iterator]();
    if (state === null || state.loader !== null) return;
    // No place to seek: what has been read is read again. Reading an array costs nothing.
    for (let i = 0; i < state.batches; i++) {
      if (this.#iterator.next().done === true) throw this.#changed(`had at least ${state.batches} batches`);
    }
  }

  get isOpen(): boolean {
    return this.#open;
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
    (this.#iterator as Partial<BatchIterator<Batch>> | null)?.endBatch?.();
  }

  state(): SourceState {
    const iterator = this.#iterator as Partial<BatchIterator<Batch>> | null;
    return { batches: this.#batches, done: iterator === null, loader: iterator?.stateDict?.() ?? null };
  }

  /** The positions in the dataset of the last batch's samples; null where the source does not tell. */
  indices(): number[] | null {
    const found = (this.#iterator as Partial<BatchIterator<Batch>> | null)?.lastIndices?.();
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

/** The error for a pass that gave nothing. */
export function noSamples(operation: string): DataError {
  return new DataError(
    operation,
    "the loader gave no samples",
    "expected at least one batch",
    "A generator can be read once only: pass a DataLoader; with dropLast, check the batch size.",
  );
}
