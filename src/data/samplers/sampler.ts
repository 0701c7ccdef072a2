import { CheckpointError, DataError } from "../../util/index.ts";
import { fromBase64, toBase64 } from "../base64.ts";

/** What an epoch's order was drawn from: plain values, from which the same sampler makes it again. */
export type OrderOrigin =
  | { seed: string }
  | { state: string }
  | { epoch: number }
  | { indices: string; ends?: string }
  | { seed: string; shuffleRows: number };

/** The order of one epoch. */
export interface EpochOrder {
  readonly indices: Int32Array;
  /** Where each batch ends, when the sampler makes the batches; absent: every `batchSize` samples. */
  readonly ends?: Int32Array;
  /** What it was drawn from; null when nothing was drawn. */
  origin(): OrderOrigin | null;
  /**
   * The loader asks for the samples up to `count` now; one more than there are: it looks whether more come. A
   * generator that others draw from too is moved here, when PyTorch would move it.
   */
  reach(count: number): void;
}

/** A sampler that can say an epoch's order at once, and say it again. */
export interface Sampler extends Iterable<number> {
  /** Samples an epoch. */
  readonly length: number;
  /** Draws the order of an epoch. */
  order(): EpochOrder;
  /**
   * The order of an earlier epoch, drawing nothing from generators that others use.
   *
   * @param position samples that have been taken of it
   * @throws {CheckpointError} when `origin` is none of this sampler's
   */
  orderAgain(origin: OrderOrigin | null, position: number): EpochOrder;
}

/** Anything that gives positions in the dataset, as many as it says. */
export interface CustomSampler extends Iterable<number> {
  readonly length: number;
}

/** Anything that gives the positions of whole batches. */
export interface CustomBatchSampler extends Iterable<Iterable<number>> {
  /** Batches an epoch. */
  readonly length: number;
}

export const nothingToDraw = (): void => {};

/** The positions one by one; what is drawn late is drawn late. */
export function* walk(order: EpochOrder): IterableIterator<number> {
  for (let i = 0; i < order.indices.length; i++) {
    order.reach(i + 1);
    yield order.indices[i] as number;
  }
  order.reach(order.indices.length + 1);
}

export function isSampler(value: object): value is Sampler {
  return "order" in value && "orderAgain" in value;
}

/** @throws {CheckpointError} */
export function foreignOrigin(sampler: string): CheckpointError {
  return new CheckpointError(
    "DataLoader.loadStateDict",
    `the saved order is none that a ${sampler} draws`,
    "expected the sampler of the loader that was saved",
    "Build the loader as it was when the state was saved, or begin a new epoch.",
  );
}

const bytesOf = (numbers: Int32Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

function numbersOf(text: string): Int32Array {
  const bytes = fromBase64(text);
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
}

function listed(indices: Int32Array, ends?: Int32Array): EpochOrder {
  return {
    indices,
    ...(ends === undefined ? {} : { ends }),
    origin: () => ({
      indices: toBase64(bytesOf(indices)),
      ...(ends === undefined ? {} : { ends: toBase64(bytesOf(ends)) }),
    }),
    reach: nothingToDraw,
  };
}

function checkedIndex(index: number, length: number): number {
  if (Number.isInteger(index) && index >= 0 && index < length) return index;
  throw new DataError(
    "DataLoader",
    `the sampler gave ${String(index)}`,
    `expected positions 0 … ${length - 1}`,
    "Make the sampler for this dataset.",
  );
}

/** One epoch of somebody's own sampler, read at once: how it goes on can then be saved whatever it draws from. */
export function customOrder(sampler: Iterable<number>, length: number): EpochOrder {
  const indices: number[] = [];
  for (const index of sampler) indices.push(checkedIndex(index, length));
  return listed(Int32Array.from(indices));
}

/** One epoch of somebody's own batches. */
export function customBatches(batches: Iterable<Iterable<number>>, length: number): EpochOrder {
  const indices: number[] = [];
  const ends: number[] = [];
  for (const batch of batches) {
    for (const index of batch) indices.push(checkedIndex(index, length));
    ends.push(indices.length);
  }
  return listed(Int32Array.from(indices), Int32Array.from(ends));
}

/** A listed order from its origin. */
export function customAgain(origin: OrderOrigin | null, length: number): EpochOrder {
  if (origin === null || !("indices" in origin)) throw foreignOrigin("sampler of one's own");
  const indices = numbersOf(origin.indices);
  for (const index of indices) checkedIndex(index, length);
  return listed(indices, origin.ends === undefined ? undefined : numbersOf(origin.ends));
}
