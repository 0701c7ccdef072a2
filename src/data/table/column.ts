/** What a column holds. Dates are milliseconds since 1970 in UTC; booleans are 0 and 1. */
export type ColumnType = "number" | "integer" | "boolean" | "date" | "category";

/** A name and a type. */
export interface Field {
  readonly name: string;
  readonly type: ColumnType;
}

/** Numbers, integers, booleans or dates. A missing value is NaN. */
export interface NumericColumn extends Field {
  readonly type: "number" | "integer" | "boolean" | "date";
  readonly values: Float64Array;
}

/**
 * Texts, each different one kept once. `categories[codes[i]]` is the text of row i; a missing value has code -1. Tables of
 * one stream share a growing list of categories, until it holds more than 16,384; another reading of the same file may
 * number them differently.
 */
export interface CategoryColumn extends Field {
  readonly type: "category";
  readonly codes: Int32Array;
  readonly categories: readonly string[];
}

export type Column = NumericColumn | CategoryColumn;

/** Number of rows. */
export function columnLength(column: Column): number {
  return column.type === "category" ? column.codes.length : column.values.length;
}

/** Whether row `row` has no value. */
export function isMissing(column: Column, row: number): boolean {
  if (column.type === "category") return (column.codes[row] as number) < 0;
  const value = column.values[row] as number;
  return Number.isNaN(value);
}

/** Rows `start` to before `end`, as a view. */
export function sliceColumn(column: Column, start: number, end: number): Column {
  if (column.type === "category") return { ...column, codes: column.codes.subarray(start, end) };
  return { ...column, values: column.values.subarray(start, end) };
}

/** The rows at these positions, copied. */
export function takeColumn(column: Column, rows: ArrayLike<number>): Column {
  const n = rows.length;
  if (column.type === "category") {
    const codes = new Int32Array(n);
    for (let i = 0; i < n; i++) codes[i] = column.codes[rows[i] as number] as number;
    return { ...column, codes };
  }
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) values[i] = column.values[rows[i] as number] as number;
  return { ...column, values };
}

/** Columns of one name one after the other; an integer column and one of numbers give numbers. */
export function concatColumns(parts: readonly Column[]): Column {
  const first = parts[0] as Column;
  const length = parts.reduce((sum, part) => sum + columnLength(part), 0);
  if (first.type === "category") return concatCategories(parts as readonly CategoryColumn[], length);
  const values = new Float64Array(length);
  let at = 0;
  let { type } = first;
  for (const part of parts as readonly NumericColumn[]) {
    values.set(part.values, at);
    at += part.values.length;
    if (part.type === "number") type = "number";
  }
  return { name: first.name, type, values };
}

function concatCategories(parts: readonly CategoryColumn[], length: number): CategoryColumn {
  const first = parts[0] as CategoryColumn;
  const codes = new Int32Array(length);
  let at = 0;
  if (parts.every((part) => part.categories === first.categories)) {
    for (const part of parts) {
      codes.set(part.codes, at);
      at += part.codes.length;
    }
    return { ...first, codes };
  }
  const dictionary = new Dictionary();
  for (const part of parts) {
    // (a part of a stream names many more texts than it holds)
    const translated = new Int32Array(part.categories.length).fill(-1);
    for (const code of part.codes) {
      if (code >= 0 && (translated[code] as number) < 0) {
        translated[code] = dictionary.code(part.categories[code] as string);
      }
      codes[at++] = code < 0 ? -1 : (translated[code] as number);
    }
  }
  return { ...first, codes, categories: dictionary.texts };
}

/** Texts of a dictionary after which a stream begins another one. */
const MOST_TEXTS = 16_384;

/** Begins large dictionaries anew: a stream must not keep all texts of a column in which each row has its own. */
export function renewLarge(dictionaries: Dictionary[]): void {
  dictionaries.forEach((each, i) => {
    if (each.texts.length > MOST_TEXTS) dictionaries[i] = new Dictionary();
  });
}

/** Numbers texts in the order in which they come. */
export class Dictionary {
  readonly texts: string[] = [];
  readonly #codes: Map<string, number> = new Map();

  code(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.texts.length;
    this.texts.push(text);
    this.#codes.set(text, code);
    return code;
  }
}
