/** A number in JSON, which has no NaN and no infinities: those are their names. */
export type StoredNumber = number | string;

/** A few digits: no verdict should hang on more. */
export function round(value: number, digits = 4): StoredNumber {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : String(value);
}
