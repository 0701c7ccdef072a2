import { filterRows, type Preprocessor, streamRows, Table, type TableStream } from "../../data/index.ts";
import { DataError } from "../../util/index.ts";
import type { Json } from "../json.ts";
import { ClassCounter } from "./class-counter.ts";
import type { StreamedData, TabularSettings } from "./experiment.ts";
import type { TabularOptions } from "./options.ts";
import { type Prepared, preprocessorFor, settingsFor } from "./prepare.ts";
import { refuseTimeOrder, StreamParts, type StreamSplit } from "./stream-split.ts";
import type { Sample, Understanding } from "./understand.ts";

/** Rows that validate, and that test, unless the shares are named: they are kept in memory. */
const HELD_ROWS = 50_000;
/** Values of each of these two parts, encoded, at most. */
const HELD_VALUES = 2 ** 25;

/** What was learnt of a stream; the understanding is now of all rows. */
export interface PreparedStream extends Prepared<StreamedData> {
  understanding: Understanding;
}

/**
 * Learns from rows that need not fit into memory, in one pass: which ones train, validate and test follows from the hash
 * of their number; the preprocessor is fitted on those that train; those that validate and test are kept.
 *
 * @param stream the columns that are used, with the types to read them with
 * @param understanding of the sample
 * @param more goes into the config
 * @throws {DataError} naming file, row and column; {ConfigError} for `time`, which needs all rows at once
 */
export async function prepareStream(
  stream: TableStream,
  sample: Sample,
  understanding: Understanding,
  options: TabularOptions,
  name: string,
  more: { [key: string]: Json } = {},
): Promise<PreparedStream> {
  refuseTimeOrder(options.time);
  const { group = null, split = null, seed = 0 } = options;
  const most = Math.min(HELD_ROWS, HELD_VALUES / featuresOf(understanding, options)) / sample.total;
  const { holdout = Math.min(0.2, most), test = Math.min(0.1, most) } = options;
  const parts = new StreamParts({ holdout, test, group, split, first: [] }, seed, sample.total);
  const preprocessor = preprocessorFor(understanding, options);
  const counter = understanding.task === "regression" ? null : new ClassCounter(options.target);
  const byNumber = group === null && split === null;
  let [least, largest] = [Infinity, -Infinity];
  const held = await passOver(stream, parts, (table, own, firstRow) => {
    counter?.add(table, own, (row) => {
      // A class that is met for the first time is trained on, however rare it is.
      if (!byNumber) return;
      own[row] = 0;
      parts.train(firstRow + row);
    });
    const target = table.column(options.target);
    for (const value of counter === null && target.type !== "category" ? target.values : []) {
      least = Math.min(least, value);
      largest = Math.max(largest, value);
    }
    preprocessor.partialFit(table.take(rowsOf(own, 0)));
  });
  if (least === largest) {
    const got = `the target "${options.target}" is ${least} in every row`;
    throw new DataError(
      stream.name,
      got,
      "expected values that differ",
      "There is nothing to learn: check the target.",
    );
  }
  const data = await dataOf(stream, parts, preprocessor, held);
  const { classes } = preprocessor;
  const counts = classes?.map((each) => counter?.training.get(each) ?? 0) ?? [];
  const rows = data.train.numRows as number;
  const config = { ...more, split: parts.toJSON() };
  const settings = settingsFor({ name, options, preprocessor, counts, rows, streamed: true }, config);
  const named = classes?.map((each) => ({ name: each, rows: counter?.all.get(each) ?? 0 })) ?? null;
  return { data, settings, understanding: { ...understanding, task: settings.config.task, classes: named } };
}

/** The rows of a run's stream once more, with the preprocessor that was saved with it: one pass over the file. */
export async function reopenStream(
  stream: TableStream,
  settings: Pick<TabularSettings, "config" | "seed">,
  preprocessor: Preprocessor,
): Promise<StreamedData> {
  const parts = new StreamParts(settings.config.split as StreamSplit, settings.seed, await stream.countRows());
  return dataOf(stream, parts, preprocessor, await passOver(stream, parts, () => {}));
}

/** Features that the inputs become, about. */
function featuresOf({ inputs }: Understanding, { dates }: TabularOptions): number {
  const width = ({ type, categories }: Understanding["inputs"][number]): number =>
    type === "category" ? categories : type === "date" && dates === "parts" ? 5 : 1;
  return inputs.reduce((sum, each) => sum + width(each), 0);
}

/** Rows that are kept. */
interface Held {
  validation: Table;
  test: Table;
}

/** Reads all rows once, and keeps those that do not train. @param visit sees each piece with the parts of its rows */
async function passOver(
  stream: TableStream,
  parts: StreamParts,
  visit: (table: Table, own: Uint8Array, firstRow: number) => void,
): Promise<Held> {
  const validation: Table[] = [];
  const test: Table[] = [];
  for await (const { firstRow, table } of stream.chunks(0)) {
    const own = parts.read(table, firstRow);
    visit(table, own, firstRow);
    validation.push(table.take(rowsOf(own, 1)));
    test.push(table.take(rowsOf(own, 2)));
  }
  return { validation: Table.concat(validation), test: Table.concat(test) };
}

function rowsOf(parts: Uint8Array, part: number): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < parts.length; row++) if (parts[row] === part) rows.push(row);
  return Int32Array.from(rows);
}

async function dataOf(
  stream: TableStream,
  parts: StreamParts,
  preprocessor: Preprocessor,
  held: Held,
): Promise<StreamedData> {
  if (held.validation.numRows === 0) {
    throw new DataError(stream.name, "no row validates", "expected at least one", "Take a larger --holdout.");
  }
  const rows = await streamRows(stream, { preprocessor });
  return { train: filterRows(rows, (row) => parts.of(row) === 0), ...held, preprocessor };
}
