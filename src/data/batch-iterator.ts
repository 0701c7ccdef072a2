import { closeGeneration, type Generation, type Tensor } from "../tensor/index.ts";
import type { LoaderState } from "./loader-state.ts";

/** One pass over a loader. */
export interface BatchIterator<Batch> extends IterableIterator<Batch> {
  [Symbol.iterator](): BatchIterator<Batch>;
  /** Where it stands, for `DataLoader.loadStateDict`. */
  stateDict(): LoaderState;
  /** The positions in the dataset of the samples in the last batch. */
  lastIndices(): Int32Array;
  /** Frees what was made since the last batch now; the iteration can go on. */
  endBatch(): void;
  /**
   * Only where data arrive by and by (a stream): null when `next()` can answer `batches` times at once (default once),
   * else a promise to wait for before it is called. Call `endBatch()` before waiting. `next()` throws where it is not
   * waited for.
   */
  ready?(batches?: number): Promise<void> | null;
}

/** What a finalizer can still reach of an iterator that was dropped half read. */
export interface Cursor {
  generation: Generation | null;
  /** The epoch's order, in the engine. */
  order: Tensor | null;
}

const abandoned: FinalizationRegistry<Cursor> = new FinalizationRegistry(release);

function release(cursor: Cursor): void {
  closeBatch(cursor);
  cursor.order?.release();
  cursor.order = null;
}

/** Frees what was made since the batch was. */
export function closeBatch(cursor: Cursor): void {
  if (cursor.generation !== null) closeGeneration(cursor.generation);
  cursor.generation = null;
}

/** What the finalizer is to free when `owner` is dropped half read. */
export function guard(owner: object): Cursor {
  const cursor: Cursor = { generation: null, order: null };
  abandoned.register(owner, cursor, cursor);
  return cursor;
}

/** The pass is over: nothing is left to the finalizer. */
export function unguard(cursor: Cursor): void {
  release(cursor);
  abandoned.unregister(cursor);
}
