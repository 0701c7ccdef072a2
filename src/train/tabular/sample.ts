import { Table, type TableStream } from "../../data/index.ts";
import type { Sample } from "./understand.ts";

/** Rows that are looked at to understand a stream. */
const SAMPLE_ROWS = 65_536;
/** From so many places of the file. */
const PLACES = 16;

/**
 * Rows from all over a file: one that is sorted looks the same everywhere but in one place.
 *
 * @throws {DataError} naming file, line and column
 */
export async function sampleRows(stream: TableStream, rows: number = SAMPLE_ROWS): Promise<Sample> {
  const total = await stream.countRows();
  const starts = (await stream.chunkStarts()) ?? [0];
  const places = Math.min(starts.length, PLACES);
  const each = Math.ceil(rows / places);
  const tables: Table[] = [];
  const numbers: number[] = [];
  for (let i = 0; i < places; i++) {
    const start = starts[Math.floor((i * starts.length) / places)] as number;
    let left = each;
    for await (const { firstRow, table } of stream.chunks(start)) {
      const from = Math.max(0, start - firstRow);
      const part = table.slice(from, from + left);
      for (let row = 0; row < part.numRows; row++) numbers.push(firstRow + from + row);
      tables.push(part);
      left -= part.numRows;
      // (the next place begins where the next piece does)
      if (left <= 0 || places > 1) break;
    }
  }
  return { table: ownTexts(Table.concat(tables)), rows: Float64Array.from(numbers), total };
}

/** Without texts that stand in no row of it. */
function ownTexts(table: Table): Table {
  const columns = table.columns.map((column) => {
    if (column.type !== "category") return column;
    const used = new Set(column.codes);
    used.delete(-1);
    const kept = [...used].sort((a, b) => a - b);
    const codeOf = new Map(kept.map((code, i) => [code, i]));
    const categories = kept.map((code) => column.categories[code] as string);
    return { ...column, categories, codes: column.codes.map((code) => codeOf.get(code) ?? -1) };
  });
  return new Table(columns, table.places);
}
