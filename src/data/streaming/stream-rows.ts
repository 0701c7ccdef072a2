import { checkedOptions, DataError } from "../../util/index.ts";
import type { TableStream } from "../readers/table-stream.ts";
import type { Preprocessor, Table } from "../table/index.ts";
import type { ColumnChunk, RowSource } from "./row-source.ts";

/** Options of `streamRows`. */
export interface StreamRowsOptions {
  /** Fitted: the columns are then its features and its target, as `transform` and `transformTarget` make them. */
  preprocessor?: Preprocessor;
  /**
   * False: do not ask how many rows there are, which of a text file takes a pass over it. Shuffling then stays within its
   * window, and nobody knows the number of batches. Default true.
   */
  countRows?: boolean;
}

/** Rows encoded at a time. */
const ENCODE_ROWS = 16384;

/**
 * The rows of a table stream (Parquet, CSV, JSON lines, Arrow) for a `StreamingDataset`.
 *
 * Shuffling permutes row groups, or mebibytes of text. Texts need a preprocessor: the stream numbers them anew each time it
 * is read. Give the stream the columns that are used, and no more.
 *
 * @param stream of `streamParquet`, `streamCsv`, `streamTable` …
 * @throws {DataError} (while it is read) naming file, row and column
 * @example
 * const text = "speed,kind,risk\n7.5,debris,0.9\n1.5,rocket,0.1\n3,debris,0.4\n2,rocket,0.2\n";
 * const preprocessor = await new data.Preprocessor({ target: "risk" }).fitStream(data.streamCsv({ text }));
 * const rows = await data.streamRows(data.streamCsv({ text }, preprocessor.readOptions(true)), { preprocessor });
 * const dataset = new data.StreamingDataset(rows, [preprocessor.featureNames, ["risk"]]);
 * for await (const [xBatch, yBatch] of new data.StreamLoader(dataset, { batchSize: 2, shuffle: true })) {
 *   xBatch.shape; // [2, 3]: speed, kind=debris, kind=rocket
 * }
 */
export async function streamRows(stream: TableStream, options: StreamRowsOptions = {}): Promise<RowSource> {
  const kinds = { preprocessor: "object", countRows: "boolean" } as const;
  const { preprocessor, countRows = true } = checkedOptions<StreamRowsOptions>("streamRows", options, kinds);
  const target = preprocessor?.toJSON().target?.name;
  const names = preprocessor?.featureNames ?? (await stream.fields()).map(({ name }) => name);
  const blockStarts = countRows ? await stream.chunkStarts() : null;
  return {
    columnNames: target === undefined ? names : [...names, target],
    numRows: countRows ? await stream.countRows() : null,
    ...(blockStarts === null ? {} : { blockStarts }),
    place: (row) => `${stream.name}, row ${row}`,
    async *open(startRow, wanted) {
      for await (const { firstRow, table } of stream.chunks(startRow)) {
        const rows = table.slice(Math.max(0, startRow - firstRow));
        if (preprocessor === undefined) {
          yield { rows: rows.numRows, columns: plainColumns(rows, wanted) };
          continue;
        }
        for (let at = 0; at < rows.numRows; at += ENCODE_ROWS) {
          yield encoded(rows.slice(at, at + ENCODE_ROWS), preprocessor, wanted, target);
        }
      }
    },
  };
}

function plainColumns(table: Table, wanted: readonly string[]): ColumnChunk["columns"] {
  const columns: Record<string, Float64Array> = {};
  for (const name of wanted) {
    const column = table.column(name);
    if (column.type === "category") {
      throw new DataError(
        table.places.source,
        `column "${name}" holds texts`,
        "expected numbers",
        "Leave it out, or fit a Preprocessor and pass it: streamRows(stream, { preprocessor }).",
      );
    }
    columns[name] = column.values;
  }
  return columns;
}

function encoded(
  table: Table,
  preprocessor: Preprocessor,
  wanted: readonly string[],
  target: string | undefined,
): ColumnChunk {
  const { featureNames } = preprocessor;
  const columns: Record<string, ArrayLike<number>> = {};
  const features = preprocessor.transform(table);
  const values = features.data;
  for (const name of wanted) {
    if (name === target) continue;
    const column = new Float32Array(table.numRows);
    let at = featureNames.indexOf(name);
    for (let row = 0; row < column.length; row++, at += featureNames.length) column[row] = values[at] as number;
    columns[name] = column;
  }
  features.release();
  if (target !== undefined && wanted.includes(target)) {
    const targets = preprocessor.transformTarget(table);
    columns[target] = Float64Array.from(targets.data as ArrayLike<number>);
    targets.release();
  }
  return { rows: table.numRows, columns };
}
