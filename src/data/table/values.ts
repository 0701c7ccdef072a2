import { parseText } from "./cells.ts";
import type { Column, ColumnType, Dictionary, Field } from "./column.ts";

/** A value that is none of its column's type. */
export interface WrongValue {
  readonly row: number;
  readonly value: unknown;
}

const POINT = 46;

/** The type of a list of JavaScript values; null where no value is there; "mixed" where they are of several kinds. */
export function typeOfValues(values: ArrayLike<unknown>): ColumnType | "mixed" | null {
  let found: ColumnType | null = null;
  let dates = true;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) continue;
    const type = typeOfValue(value);
    if (type === null) return "mixed";
    if (type === "category" && dates) dates = !Number.isNaN(parseText(value as string, "date", POINT));
    if (found === null || found === type) found = type;
    else if ((found === "integer" && type === "number") || (found === "number" && type === "integer")) found = "number";
    else return "mixed";
  }
  return found === "category" && dates ? "date" : found;
}

/** Where a "mixed" column is so: a list or structure, or the first value of another kind than the one `before` it. */
export function firstOfOtherKind(values: ArrayLike<unknown>): { row: number; value: unknown; before?: unknown } {
  let before: unknown;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value === null || value === undefined) continue;
    const type = typeOfValue(value);
    if (type === null) return { row, value };
    if (before === undefined) before = value;
    else if (typeOfValues([before, value]) === "mixed") return { row, value, before };
  }
  throw new Error("the values are of one kind");
}

function typeOfValue(value: unknown): ColumnType | null {
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  if (typeof value === "bigint") return "integer";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "string") return "category";
  return value instanceof Date ? "date" : null;
}

/** A column of JavaScript values (numbers, bigints, booleans, texts, dates; null is missing), or the first that is wrong. */
export function columnOfValues(field: Field, values: ArrayLike<unknown>, dictionary: Dictionary): Column | WrongValue {
  const { name, type } = field;
  const n = values.length;
  if (type === "category") {
    const codes = new Int32Array(n);
    for (let row = 0; row < n; row++) {
      const value = values[row];
      if (value === null || value === undefined) codes[row] = -1;
      else if (typeof value === "object") return { row, value };
      else codes[row] = dictionary.code(typeof value === "string" ? value : String(value));
    }
    return { name, type, codes, categories: dictionary.texts };
  }
  const numbers = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    const value = values[row];
    if (
      typeof value === "number" &&
      (type === "number" || type === "date" || Number.isInteger(value) || Number.isNaN(value))
    ) {
      numbers[row] = value;
      continue;
    }
    if (value === null || value === undefined) {
      numbers[row] = Number.NaN;
      continue;
    }
    const number = typeof value === "string" ? parseText(value.trim(), type, POINT) : numberOf(value, type);
    if (Number.isNaN(number)) return { row, value };
    numbers[row] = number;
  }
  return { name, type, values: numbers };
}

function numberOf(value: unknown, type: ColumnType): number {
  if (typeof value === "boolean") return Number(value);
  if (value instanceof Date) return value.getTime();
  if (typeof value === "bigint" && BigInt(Number(value)) === value && type !== "boolean") return Number(value);
  return Number.NaN;
}

/** The column of int64 values. @returns the first that no double holds exactly, where there is one */
export function columnOfBigints(values: BigInt64Array | BigUint64Array, out: Float64Array): WrongValue | null {
  // (halves of 32 bits: converting bigints one by one is ten times slower)
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const signed = values instanceof BigInt64Array;
  for (let row = 0; row < values.length; row++) {
    const low = (halves[2 * row] as number) >>> 0;
    const high = halves[2 * row + 1] as number;
    const value = (signed ? high : high >>> 0) * 4294967296 + low;
    if (!Number.isSafeInteger(value)) return { row, value: values[row] };
    out[row] = value;
  }
  return null;
}
