import { type RowSource, StreamingDataset, StreamLoader } from "../../data/index.ts";
import { data as read } from "../../ops/index.ts";
import { Tensor } from "../../tensor/index.ts";
import type { SupervisedBatch } from "../trainer-options.ts";
import { type CheckFinding, finding } from "./finding.ts";

const ROWS = 200_000; // more are sampled by taking the first

/** The rows of a loader's dataset of tensors: input and target side by side, as bytes in a string; null when it has none. */
function rowsOf(loader: unknown): string[] | null {
  const { dataset } = (loader ?? {}) as { dataset?: { tensors?: unknown } };
  const tensors = Array.isArray(loader)
    ? null
    : Array.isArray(dataset?.tensors) && dataset.tensors.every((each) => each instanceof Tensor)
      ? (dataset.tensors as Tensor[])
      : null;
  if (tensors !== null) return hashed(tensors);
  if (!Array.isArray(loader)) return null;
  return (loader as SupervisedBatch[]).flatMap((batch) => hashed(batch));
}

function hashed(tensors: readonly Tensor[]): string[] {
  // The input alone decides what a duplicate is: the same input with another target is worse still.
  const input = tensors[0] as Tensor;
  const rows = Math.min(input.shape[0] ?? 0, ROWS);
  const values = read(input);
  const width = rows === 0 ? 0 : values.length / (input.shape[0] as number);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const size = width * values.BYTES_PER_ELEMENT;
  const decoder = new TextDecoder("latin1");
  return Array.from({ length: rows }, (_, row) => decoder.decode(bytes.subarray(row * size, (row + 1) * size)));
}

/** Rows read of a stream: a check takes seconds. */
const STREAM_ROWS = 20_000;

/** The first rows of a stream's source, as they are read in order: what `rowsOf` gives. */
async function firstRows(loader: unknown): Promise<string[] | null> {
  if (!(loader instanceof StreamLoader) || !(loader.dataset instanceof StreamingDataset)) return null;
  const columns = loader.dataset.layout[0]?.columns ?? [];
  const { source } = loader.dataset as { source: RowSource };
  const decoder = new TextDecoder("latin1");
  const found: string[] = [];
  const chunks = { [Symbol.asyncIterator]: () => source.open(0, columns) };
  for await (const chunk of chunks) {
    const values = columns.map((name) => chunk.columns[name] as ArrayLike<number>);
    const line = new Float32Array(columns.length);
    const bytes = new Uint8Array(line.buffer);
    for (let row = 0; row < chunk.rows && found.length < STREAM_ROWS; row++) {
      for (let i = 0; i < line.length; i++) line[i] = (values[i] as ArrayLike<number>)[row] as number;
      found.push(decoder.decode(bytes));
    }
    if (found.length >= STREAM_ROWS) break;
  }
  return found;
}

/** Rows of the validation data that the training data holds too; of streams the first rows alone are compared. */
export async function checkDuplicates(trainLoader: unknown, valLoader: unknown): Promise<CheckFinding> {
  const of = async (loader: unknown): Promise<string[] | null> => rowsOf(loader) ?? (await firstRows(loader));
  const [train, val] = [await of(trainLoader), valLoader === undefined ? null : await of(valLoader)];
  if (train === null || val === null) {
    return finding("duplicates", "skip", "not a TensorDataset or StreamLoader for both training and validation");
  }
  const looked = [trainLoader, valLoader].some((each) => each instanceof StreamLoader) ? " that were looked at" : "";
  const known = new Map(train.map((row, i) => [row, i] as const));
  const both = val.map((row, i) => [i, known.get(row)] as const).filter(([, at]) => at !== undefined);
  if (both.length === 0)
    return finding(
      "duplicates",
      "ok",
      `none of ${val.length} validation rows${looked} is in the training data${looked}`,
    );
  const [first, at] = both[0] as readonly [number, number];
  return finding(
    "duplicates",
    "warn",
    `${both.length} of ${val.length} validation rows${looked} are in the training data too (row ${first} is training row ${at})`,
    "Remove them from one of the two: the validation loss looks better than it is.",
  );
}

interface Sized {
  length?: number;
  batchSize?: number | null;
  dropLast?: boolean;
  dataset?: { length?: number };
}

/** A last batch of one sample, of which BatchNorm cannot take a variance. */
export function checkLastBatch(loader: unknown, layers: readonly string[]): CheckFinding {
  if (layers.length === 0) return finding("lastBatch", "skip", "no BatchNorm");
  const { batchSize, dropLast, dataset } = (loader ?? {}) as Sized;
  if (batchSize == null || dataset?.length === undefined) {
    return finding("lastBatch", "skip", "not a DataLoader with a batchSize");
  }
  const rest = dataset.length % batchSize;
  if (batchSize > 1 && (rest !== 1 || dropLast === true)) return finding("lastBatch", "ok", `no batch of one sample`);
  return finding(
    "lastBatch",
    "fail",
    `${dataset.length} samples in batches of ${batchSize} leave a batch of one sample, and ${layers[0]} is a BatchNorm`,
    "Set dropLast: true, or another batchSize.",
  );
}
