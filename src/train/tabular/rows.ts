import type { Column, Table } from "../../data/index.ts";

/** Whether row `row` of a column has no value. */
export function isMissingAt(column: Column, row: number): boolean {
  if (column.type === "category") return (column.codes[row] as number) < 0;
  return Number.isNaN(column.values[row]);
}

/** Words for a row: `data.csv, line 7`. */
export function placeOf({ places }: Table, row: number): string {
  const number = places.numbers === null ? places.start + row : places.numbers[row];
  return `${places.source}, ${places.unit} ${number}`;
}

/** What stands in each row, for telling rows apart: codes of texts, or values. */
export function keysOf(column: Column): ArrayLike<number> {
  return column.type === "category" ? column.codes : column.values;
}
