import type { Table } from "../../data/index.ts";
import { quote, type WrittenRows } from "./csv-cells.ts";
import type { Output } from "./output.ts";

/** Rows that go through the network, and out, together. */
const ROWS = 8192;

/** Predictions of some rows, as further columns. */
export interface Predicted {
  readonly names: readonly string[];
  text(row: number, column: number): string;
}

/**
 * Writes tables' predictions as CSV, behind the rows that they are of.
 *
 * @param own the same rows with all the input's columns, in pieces of the same lengths; null to leave them out
 * @returns the rows
 */
export async function writePredictions(
  tables: AsyncIterable<Table>,
  own: AsyncGenerator<WrittenRows> | null,
  output: Output,
  predict: (part: Table) => Predicted,
): Promise<number> {
  let rows = 0;
  try {
    for await (const table of tables) {
      const beside = own === null ? null : ((await own.next()).value as WrittenRows);
      const names = beside?.names ?? [];
      for (let start = 0; start < table.numRows; start += ROWS) {
        const part = table.slice(start, start + ROWS);
        const predicted = predict(part);
        if (rows + start === 0) {
          const free = (name: string): string => (names.includes(name) ? free(`${name}_predicted`) : name);
          await output.write(`${[...names, ...predicted.names.map(free)].map(quote).join(",")}\n`);
        }
        const lines = Array.from({ length: part.numRows }, (_, row) => {
          const cells = names.map((_, column) => (beside as WrittenRows).text(start + row, column));
          cells.push(...predicted.names.map((_, column) => predicted.text(row, column)));
          return `${cells.map(quote).join(",")}\n`;
        });
        await output.write(lines.join(""));
      }
      rows += table.numRows;
    }
  } finally {
    await own?.return(undefined);
  }
  return rows;
}
