import type { ColumnType } from "../table/column.ts";
import { trimEnd, trimStart } from "../table/text-cells.ts";
import { rulesOf } from "./csv.ts";
import { QUOTE, splitBlock } from "./csv-grid.ts";
import { readHead } from "./csv-head.ts";
import type { CsvOptions } from "./options.ts";
import { type DataSource, openSource, sourceName } from "./source.ts";

/** Rows of a CSV file that follow each other, as they are written. */
export interface CsvCells {
  /** The position of the first one in the file, from 0. */
  readonly firstRow: number;
  readonly numRows: number;
  /** Names of the columns, in the file's order. */
  readonly names: readonly string[];
  /** What stands in a cell, without blanks around it; the empty text where nothing does. Rows count from 0 here. */
  text(row: number, column: number): string;
}

// Any column as text, whatever it is called.
const AS_TEXT: Record<string, ColumnType> = new Proxy({}, { get: () => "category" });

/**
 * The cells of a CSV file as texts, about a mebibyte at a time: to write back what was read. For values see `streamCsv`,
 * whose `chunks` hold the same rows.
 *
 * @throws {DataError} (while it is read) naming file and line
 * @example
 * for await (const cells of data.streamCsvCells({ text: "a,b\n1, x\n" })) {
 *   cells.text(0, 1); // "x"
 * }
 */
export async function* streamCsvCells(
  source: DataSource,
  options: Pick<CsvOptions, "delimiter" | "header" | "maxColumns"> = {},
): AsyncGenerator<CsvCells, undefined> {
  const name = sourceName(source);
  const own: CsvOptions = { ...options, types: AS_TEXT };
  const open = await openSource(source);
  try {
    const { names, delimiter, index } = await readHead(open, own, rulesOf(name, own), null);
    for await (const block of index.walk(open, 0, QUOTE)) {
      if (block.numRows === 0) continue;
      const { text, starts, ends, width, numRows } = await splitBlock(name, block, delimiter, names);
      yield {
        firstRow: block.row,
        numRows,
        names,
        text(row, column) {
          const end = ends[row * width + column] as number;
          const start = trimStart(text, starts[row * width + column] as number, end);
          return text.slice(start, trimEnd(text, start, end));
        },
      };
    }
  } finally {
    await open.close();
  }
}
