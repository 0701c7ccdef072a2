import { checkedOptions, DataError } from "../../util/index.ts";

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
  /** For messages: where a row stands, `risks.csv, row 31`. Default `row 31`. */
  place?(row: number): string;
}

/** Where a row of a source stands, for a message. */
export function placeOf(source: RowSource, row: number): string {
  return source.place?.(row) ?? `row ${row}`;
}

/**
 * A row source of columns in memory, for trying things out.
 *
 * @param columns of equal length
 * @param options.chunkRows rows a chunk, default 8192
 * @param options.blockRows rows of a block that shuffling moves as one; default none
 * @throws {DataError} when lengths differ
 * @example
 * const source = data.memoryRows({ a: [1, 2, 3, 4], y: [0, 1, 0, 1] });
 */
export function memoryRows(
  columns: Readonly<Record<string, ArrayLike<number>>>,
  options: { chunkRows?: number; blockRows?: number } = {},
): RowSource {
  const given = checkedOptions("memoryRows", options, { chunkRows: "number", blockRows: "number" });
  const { chunkRows = 8192, blockRows = Infinity } = given;
  const lengths = Object.values(columns).map((each) => each.length);
  const numRows = lengths[0] ?? 0;
  if (lengths.some((each) => each !== numRows)) {
    const got = `columns have ${lengths.join(" and ")} rows`;
    throw new DataError("memoryRows", got, "expected equal lengths", "Check how the columns were made.");
  }
  const blocks = Math.ceil(numRows / blockRows);
  return {
    columnNames: Object.keys(columns),
    numRows,
    ...(blocks > 0 ? { blockStarts: Array.from({ length: blocks }, (_, block) => block * blockRows) } : {}),
    async *open(startRow, wanted) {
      for (let at = startRow; at < numRows; at += chunkRows) {
        const rows = Math.min(chunkRows, numRows - at);
        const part = wanted.map((name) => [name, Array.prototype.slice.call(columns[name], at, at + rows)] as const);
        yield { rows, columns: Object.fromEntries(part) };
      }
    },
  };
}
