import { checkOptions } from "../../util/index.ts";
import type { ColumnType } from "../table/column.ts";
import type { SeekIndex } from "./table-stream.ts";

/** Options of every reader of tables. */
export interface ReadOptions {
  /** Which columns to read, in this order. Default all. */
  columns?: readonly string[];
  /** Types of columns, where the guess is not what you want. */
  types?: Readonly<Record<string, ColumnType>>;
}

/** Options of every stream of tables. */
export interface StreamOptions {
  /** Rows a batch, 1 or more. Default 8192. */
  batchRows?: number;
}

/** Options of `readCsv`. */
export interface CsvOptions extends ReadOptions {
  /** One character. Default: the one of `,` `;` tab `|` that the header holds most often. */
  delimiter?: string;
  /** The decimal mark. Default ".". */
  decimal?: "." | ",";
  /**
   * Whether the first line names the columns; or the names, for a file without that line. Default true, but a first line of
   * numbers alone is refused. Columns without a name are called `column_1`, `column_2`, … by their position.
   */
  header?: boolean | readonly string[];
  /** Texts that mean "no value", beside the empty one. Default `NA N/A n/a NaN nan null NULL None`. */
  missingValues?: readonly string[];
  /** More columns than this are refused. Default 16384. */
  maxColumns?: number;
}

/** Options of `streamCsv`. */
export interface CsvStreamOptions extends CsvOptions, StreamOptions {
  /** What another stream of the same file has learnt: `stream.seekIndex()`. */
  seekIndex?: SeekIndex | null;
}

// All of them, for every reader: readTable passes on what holds for CSV alone.
const NAMES: readonly string[] = [
  "columns",
  "types",
  "batchRows",
  "delimiter",
  "decimal",
  "header",
  "missingValues",
  "maxColumns",
  "seekIndex",
];

/** @throws {ConfigError} for an option that no reader has */
export function checkReadOptions(operation: string, options: object | undefined): void {
  checkOptions(operation, options, NAMES);
}

/** What `missingValues` is unless said otherwise. */
export const MISSING: readonly string[] = ["NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None"];
