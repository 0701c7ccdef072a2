/** A number in JSON, which has no NaN and no infinities: those are their names. */
export type StoredNumber = number | string;

/** A few digits: no verdict should hang on more. */
export function round(value: number, digits = 4): StoredNumber {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : String(value);
}

/** Adds a number to a column kept as value, count, value, count … */
export function pushRun(column: StoredNumber[], value: StoredNumber): void {
  if (column.at(-2) === value) column.push((column.pop() as number) + 1);
  else column.push(value, 1);
}

/** The numbers of a column that `pushRun` made. */
export function unpackRuns(column: readonly StoredNumber[]): number[] {
  return column.flatMap((value, i) => (i % 2 === 0 ? Array(Number(column[i + 1])).fill(Number(value)) : []));
}
