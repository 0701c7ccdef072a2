import { ConfigError, DataError } from "../../util/index.ts";
import { type Field, Table } from "../table/index.ts";

/** A table that is read in batches: what does not fit into memory. */
export interface TableStream extends AsyncIterable<Table> {
  /** The file's name. */
  readonly name: string;
  readonly batchRows: number;
  /** Names and types of the columns, from the head of the file; read once. */
  fields(): Promise<readonly Field[]>;
  /** Rows in all. From the file where it says so; CSV and JSONL are scanned once, without being parsed. */
  countRows(): Promise<number>;
  /**
   * Batches from row `row` on (0 is the first). Nothing before it is parsed; a second pass, or one with a `seekIndex`, does
   * not even read it. `from(countRows())` gives none.
   *
   * @throws {DataError} when there are fewer rows
   */
  from(row: number): AsyncIterableIterator<Table>;
  /**
   * The same rows in the pieces in which the file is decoded (a row group, about a mebibyte of text), uncut: the first one
   * may begin before `row`. Cheaper than batches.
   */
  chunks(row: number): AsyncIterable<TableChunk>;
  /**
   * First rows of the pieces that `chunks` gives, which may be read in any order at little cost; null where that is not so
   * (gzip). Of text files: after a pass over the file.
   */
  chunkStarts(): Promise<readonly number[] | null>;
  /**
   * What was learnt of where rows begin, as JSON; null for formats that say so themselves. Pass it as `seekIndex` to a stream
   * of the same file.
   */
  seekIndex(): SeekIndex | null;
}

/** Where rows of a text file begin: one entry for about each mebibyte. */
export interface SeekIndex {
  /** Bytes of the file; another size is another file. */
  readonly size: number;
  /** `[byte, row, line]` of the beginning of each block. */
  readonly blocks: readonly (readonly [byte: number, row: number, line: number])[];
  /** Rows in all, once the end was seen. */
  readonly numRows: number | null;
}

/** What a format brings to make a stream. */
export interface StreamParts {
  readonly name: string;
  readonly batchRows?: number | undefined;
  fields(): Promise<readonly Field[]>;
  countRows(): Promise<number>;
  /**
   * Tables of any length that follow each other; the first one holds row `row` or begins before it. `whole`: all of them
   * are kept, and so are their texts.
   */
  chunks(row: number, whole: boolean): AsyncIterable<TableChunk>;
  /** Absent: the blocks of `seekIndex`. */
  chunkStarts?(): Promise<readonly number[]>;
  seekIndex?(): SeekIndex | null;
}

/** Rows of a file that follow each other. */
export interface TableChunk {
  /** The position of the first one in the file, from 0. */
  readonly firstRow: number;
  readonly table: Table;
}

/** Rows a batch when nothing is asked for. */
const BATCH_ROWS = 8192;

/** A stream of batches with `batchRows` rows each (the last one may have fewer). */
export function makeStream(parts: StreamParts): TableStream {
  const { name, batchRows = BATCH_ROWS } = parts;
  if (!Number.isInteger(batchRows) || batchRows < 1) {
    throw new ConfigError(name, `batchRows is ${batchRows}`, "expected a whole number of 1 or more", "Take 8192.");
  }
  const from = (row: number): AsyncIterableIterator<Table> => {
    if (!Number.isInteger(row) || row < 0) {
      throw new ConfigError(name, `from(${row})`, "expected a whole number of 0 or more", "Rows count from 0.");
    }
    return rebatch(parts, batchRows, row);
  };
  const blockStarts = async (): Promise<readonly number[] | null> => {
    await parts.countRows();
    return name.endsWith(".gz") ? null : (parts.seekIndex?.()?.blocks.map(([, row]) => row) ?? null);
  };
  return {
    name,
    batchRows,
    chunks: (row) => parts.chunks(row, false),
    chunkStarts: () => parts.chunkStarts?.() ?? blockStarts(),
    fields: () => parts.fields(),
    countRows: () => parts.countRows(),
    seekIndex: () => parts.seekIndex?.() ?? null,
    from,
    [Symbol.asyncIterator]: () => from(0),
  };
}

async function* rebatch(parts: StreamParts, batchRows: number, row: number): AsyncGenerator<Table, undefined> {
  let held: Table[] = [];
  let count = 0;
  let reached = 0;
  for await (const { firstRow, table } of parts.chunks(row, false)) {
    let at = Math.max(0, row - firstRow);
    reached = firstRow + table.numRows;
    while (at < table.numRows) {
      const end = Math.min(table.numRows, at + batchRows - count);
      held.push(table.slice(at, end));
      count += end - at;
      at = end;
      if (count < batchRows) break;
      yield Table.concat(held);
      held = [];
      count = 0;
    }
  }
  if (count > 0) yield Table.concat(held);
  if (row <= reached || row === 0 || row === (await parts.countRows())) return;
  throw new DataError(
    parts.name,
    `from(${row}) is past the end`,
    `expected at most ${await parts.countRows()}`,
    "Count the rows of this file: it may have been changed.",
  );
}

/** All of a stream's rows as one table. */
export async function readAll(parts: StreamParts): Promise<Table> {
  const tables: Table[] = [];
  for await (const { table } of parts.chunks(0, true)) tables.push(table);
  return Table.concat(tables);
}
