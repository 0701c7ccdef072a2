import { type Column, streamCsvCells, type Table } from "../../data/index.ts";
import { piecesOf, reworded } from "../read-data.ts";

/** A value as a field of a CSV file. */
export const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Whether a file's cells are texts. */
export const isText = (file: string): boolean => /\.(csv|tsv|txt)(\.gz)?$/i.test(file);

/** Rows of a file, to be written back. */
export interface WrittenRows {
  readonly numRows: number;
  readonly names: readonly string[];
  text(row: number, column: number): string;
}

/** A file's rows as texts, in the pieces in which `piecesOf` gives them. */
export async function* writtenRows(command: string, file: string): AsyncGenerator<WrittenRows, undefined> {
  if (!isText(file)) {
    for await (const table of piecesOf(command, file, {})) yield written(table);
    return;
  }
  const cells = streamCsvCells(file);
  try {
    for (;;) {
      const { done, value } = await reworded(command, () => cells.next());
      if (done === true) return;
      yield value;
    }
  } finally {
    await cells.return(undefined);
  }
}

function written(table: Table): WrittenRows {
  const texts = table.columns.map(textOf);
  return {
    numRows: table.numRows,
    names: table.columnNames,
    text: (row, column) => (texts[column] as (row: number) => string)(row),
  };
}

/** A column's cells as texts; a missing one is empty. */
function textOf(column: Column): (row: number) => string {
  if (column.type === "category") return (row) => column.categories[column.codes[row] as number] ?? "";
  const { type, values } = column;
  return (row) => {
    const value = values[row] as number;
    if (Number.isNaN(value)) return "";
    return type === "date" ? new Date(value).toISOString() : String(type === "boolean" ? value === 1 : value);
  };
}
