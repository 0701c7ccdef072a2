import { ConfigError, DataError } from "../../util/index.ts";

/** Rows that follow each other, by column: arrays of `rows` elements, copied whole. */
export interface ColumnChunk {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ArrayLike<number>>>;
}

/** Rows that need not fit into memory, and can be begun at any of them. */
export interface RowSource {
  readonly columnNames: readonly string[];
  /** Null where it is not known before the end. */
  readonly numRows: number | null;
  /** First rows of the units that are cheap to begin at (row groups, files), in order, from 0; shuffling permutes them. */
  readonly blockStarts?: readonly number[];
  /** Rows from `startRow` on to the end, in chunks of any size; `return()` closes what was opened. */
  open(startRow: number, columns: readonly string[]): AsyncIterator<ColumnChunk>;
}

/** First rows of blocks of one size. */
export function blocksOf(numRows: number, blockRows: number): number[] {
  return Array.from({ length: Math.ceil(numRows / blockRows) }, (_, block) => block * blockRows);
}

/**
 * A row source of columns in memory, for trying things out.
 *
 * @param columns of equal length
 * @param options.chunkRows rows a chunk, default 8192
 * @param options.blockRows rows of a block that shuffling moves as one; default none
 * @throws {DataError} when lengths differ
 */
export function memoryRows(
  columns: Readonly<Record<string, ArrayLike<number>>>,
  options: { chunkRows?: number; blockRows?: number } = {},
): RowSource {
  const { chunkRows = 8192, blockRows } = options;
  const lengths = Object.values(columns).map((each) => each.length);
  const numRows = lengths[0] ?? 0;
  if (lengths.some((each) => each !== numRows)) {
    const got = `columns have ${lengths.join(" and ")} rows`;
    throw new DataError("memoryRows", got, "expected equal lengths", "Check how the columns were made.");
  }
  return {
    columnNames: Object.keys(columns),
    numRows,
    ...(blockRows === undefined ? {} : { blockStarts: blocksOf(numRows, blockRows) }),
    async *open(startRow, wanted) {
      for (let at = startRow; at < numRows; at += chunkRows) {
        const rows = Math.min(chunkRows, numRows - at);
        const part = wanted.map((name) => [name, Array.prototype.slice.call(columns[name], at, at + rows)] as const);
        yield { rows, columns: Object.fromEntries(part) };
      }
    },
  };
}

/** What `streamRows` needs of a table stream, as the readers make it. */
export interface StreamOfTables {
  readonly name: string;
  fields(): Promise<readonly { readonly name: string; readonly type: string }[]>;
  countRows(): Promise<number>;
  from(row: number): AsyncIterator<TableLike>;
}

/** A table of a stream: numbers as float64, categories as codes. */
export interface TableLike {
  readonly numRows: number;
  column(name: string): { readonly values: ArrayLike<number> } | { readonly codes: ArrayLike<number> };
}

/**
 * The rows of a table stream (CSV, JSONL, Parquet, Arrow) as a row source.
 *
 * @param options.countRows false: do not ask how many rows there are, where that means reading the file once more
 * @param options.blockRows rows that shuffling moves as one; the size of a Parquet file's row groups is a good one.
 *   Default: shuffling stays within its window
 */
export async function streamRows(
  stream: StreamOfTables,
  options: { countRows?: boolean; blockRows?: number } = {},
): Promise<RowSource> {
  const { countRows = true, blockRows } = options;
  if (blockRows !== undefined && (!countRows || !Number.isInteger(blockRows) || blockRows < 1)) {
    const got = `blockRows is ${blockRows}${countRows ? "" : " and countRows false"}`;
    throw new ConfigError("streamRows", got, "expected a count of 1 or more, and counted rows", "Leave one out.");
  }
  const columnNames = (await stream.fields()).map(({ name }) => name);
  const numRows = countRows ? await stream.countRows() : null;
  return {
    columnNames,
    numRows,
    ...(blockRows === undefined ? {} : { blockStarts: blocksOf(numRows as number, blockRows) }),
    open(startRow, wanted) {
      const tables = stream.from(startRow);
      return {
        async next() {
          const { done, value } = await tables.next();
          if (done === true) return { done: true, value: undefined };
          const columns: Record<string, ArrayLike<number>> = {};
          for (const name of wanted) {
            const column = value.column(name);
            columns[name] = "codes" in column ? known(column.codes) : column.values;
          }
          return { done: false, value: { rows: value.numRows, columns } };
        },
        async return() {
          await tables.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** Codes of categories, a missing one as NaN: it is then refused as any missing value is. */
function known(codes: ArrayLike<number>): ArrayLike<number> {
  for (let i = 0; i < codes.length; i++) {
    if ((codes[i] as number) < 0) return Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : code));
  }
  return codes;
}
