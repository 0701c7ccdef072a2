import { DataError } from "../../util/index.ts";
import type { Column, Dictionary, Field } from "../table/column.ts";
import { noSuchColumn } from "../table/table.ts";
import { columnOfBigints, columnOfValues, firstOfOtherKind, typeOfValues, type WrongValue } from "../table/values.ts";
import type { ReadOptions } from "./options.ts";

/** The columns that were asked for, in that order. @throws {DataError} for a name that is none */
export function wantedColumns(source: string, names: readonly string[], options: ReadOptions): readonly string[] {
  for (const each of [...(options.columns ?? []), ...Object.keys(options.types ?? {})]) {
    if (!names.includes(each)) throw noSuchColumn(source, each, names);
  }
  return options.columns ?? names;
}

/**
 * The type of a column by its first values.
 *
 * @throws {DataError} for lists, structures and values of several kinds
 */
export function guessField(name: string, values: ArrayLike<unknown>, place: (row: number) => string): Field {
  const type = ArrayBuffer.isView(values) ? typeOfArray(values) : typeOfValues(values);
  if (type !== "mixed") return { name, type: type ?? "category" };
  const { row, value, before } = firstOfOtherKind(values);
  const isObject = before === undefined;
  throw new DataError(
    place(row),
    `column "${name}" ${isObject ? "holds" : "is"} ${show(value)}${isObject ? "" : `, and ${show(before)} before it`}`,
    `expected ${isObject ? "" : "only "}numbers, booleans, texts or dates`,
    isObject
      ? "Leave it out (columns: [...])."
      : `Mend that value, leave the column out (columns: [...]), or read all as texts: types: { "${name}": "category" }.`,
  );
}

/** What a library said of a file that it could not read, in brackets: nothing where it did not notice itself. */
export function saidBy(error: unknown): string {
  // (a TypeError tells of the library's own variables)
  const noticed = error instanceof Error && error.constructor === Error;
  return noticed ? ` (${error.message.split("\n")[0]})` : "";
}

function typeOfArray(values: ArrayBufferView): "integer" | "number" {
  return values instanceof Float64Array || values instanceof Float32Array ? "number" : "integer";
}

/** A column of a file's decoded values, checked. */
export function columnOfArray(
  field: Field,
  values: ArrayLike<unknown>,
  dictionary: Dictionary,
  place: (row: number) => string,
): Column {
  const { name, type } = field;
  let result: Column | WrongValue;
  if (ArrayBuffer.isView(values) && (type === "number" || type === "date" || type === "integer")) {
    const out = new Float64Array(values.length);
    if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
      result = columnOfBigints(values, out) ?? { name, type, values: out };
    } else {
      out.set(values as unknown as Float64Array);
      const wrong =
        type === "integer" ? out.findIndex((value) => !Number.isInteger(value) && !Number.isNaN(value)) : -1;
      result = wrong < 0 ? { name, type, values: out } : { row: wrong, value: out[wrong] };
    }
  } else result = columnOfValues(field, values, dictionary);
  if ("name" in result) return result;
  throw wrongValue(place(result.row), field, result.value);
}

/** A value that is none of its column's type. */
export function wrongValue(place: string, { name, type }: Field, value: unknown): DataError {
  if (typeof value === "bigint") return tooLarge(place, name, String(value));
  return new DataError(
    place,
    `column "${name}" is ${show(value)}`,
    `expected a value of type ${type}`,
    `Say what it is: types: { "${name}": "number" or "category" }, or mend the file.`,
  );
}

/** A whole number that no float64 holds. */
export function tooLarge(place: string, column: string, written: string): DataError {
  return new DataError(
    place,
    `column "${column}" is ${show(written).replaceAll('"', "")}`,
    "expected whole numbers up to 2^53, which a float64 holds",
    `If these are names, read them as texts: types: { "${column}": "category" }; or mend the file.`,
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_, each) => (typeof each === "bigint" ? String(each) : each)) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
