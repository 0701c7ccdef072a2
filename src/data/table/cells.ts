import { type Column, type ColumnType, Dictionary, type Field } from "./column.ts";
import { isRounded, parseBoolean, parseDate, parseNumber, trimEnd, trimStart } from "./text-cells.ts";

/** Fields of many records in one text: field j of record i is `text[starts[k] … ends[k])` with k = i·width + j. */
export interface FieldGrid {
  readonly text: string;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly width: number;
  readonly numRows: number;
}

/** How texts are understood. */
export interface TextRules {
  /** Texts that mean "no value"; the empty text among them. */
  readonly missing: ReadonlySet<string>;
  /** The decimal mark's character code. */
  readonly decimal: number;
}

/** A cell that is no value of its column's type. */
export interface WrongCell {
  readonly row: number;
  readonly text: string;
}

const WORDS: Record<ColumnType, string> = {
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  date: "an ISO date such as 2024-05-31 or 2024-05-31T12:00:00Z",
  category: "a text",
};

/** What a type expects, in words. */
export function expectedOf(type: ColumnType): string {
  return WORDS[type];
}

/**
 * Column `index` of a grid.
 *
 * @param dictionary numbers a category's texts; the same one for every part of a file
 * @returns the column, or the first cell that is no such value
 */
export function readColumn(
  grid: FieldGrid,
  index: number,
  field: Field,
  rules: TextRules,
  dictionary: Dictionary,
): Column | WrongCell {
  const { text, starts, ends, width, numRows } = grid;
  const { name, type } = field;
  const isText = type === "category";
  const sentinels = isText ? [] : numbersAmong(rules);
  const hasSentinels = sentinels.length > 0;
  const codes = new Int32Array(isText ? numRows : 0);
  const values = new Float64Array(isText ? 0 : numRows);
  for (let row = 0, k = index; row < numRows; row++, k += width) {
    let start = starts[k] as number;
    let end = ends[k] as number;
    if (!isText && type !== "boolean" && type !== "date") {
      const value = parseNumber(text, start, end, rules.decimal);
      // (NaN: not a number as it stands; blanks around it, missing or wrong)
      const fits = !Number.isNaN(value) && (type === "number" || Number.isInteger(value));
      const isPlain = value <= MOST && value >= -MOST && !hasSentinels;
      if (fits && (isPlain || !(isRounded(text, start, end, value) || sentinels.includes(value)))) {
        values[row] = value;
        continue;
      }
    }
    start = trimStart(text, start, end);
    end = trimEnd(text, start, end);
    const written = text.slice(start, end);
    if (rules.missing.has(written)) {
      if (isText) codes[row] = -1;
      else values[row] = Number.NaN;
      continue;
    }
    if (isText) {
      codes[row] = dictionary.code(written);
      continue;
    }
    const value = parseText(written, type, rules.decimal);
    if (Number.isNaN(value)) return { row, text: written };
    values[row] = value;
  }
  if (isText) return { name, type, codes, categories: dictionary.texts };
  return { name, type, values };
}

const MOST = Number.MAX_SAFE_INTEGER;

/** Texts for "no value" that are numbers, such as -999. */
function numbersAmong({ missing, decimal }: TextRules): number[] {
  return [...missing].map((each) => parseNumber(each, 0, each.length, decimal)).filter((each) => !Number.isNaN(each));
}

/** The number that a text stands for in a column that is no category; NaN when it is none. */
export function parseText(written: string, type: Exclude<ColumnType, "category">, decimal: number): number {
  if (type === "boolean") return parseBoolean(written);
  if (type === "date") return parseDate(written);
  const value = parseNumber(written, 0, written.length, decimal);
  const wrong = (type === "integer" && !Number.isInteger(value)) || isRounded(written, 0, written.length, value);
  return wrong ? Number.NaN : value;
}

/** Rows that types are guessed from. */
const SAMPLE_ROWS = 10_000;

/** What a sample of a column's texts looks like. */
export interface Guess {
  readonly type: ColumnType;
  /** The first cell that does not fit, where most others are numbers, dates or booleans. */
  readonly odd: WrongCell | null;
}

/**
 * The type of a column by its first rows: the narrowest that all fit. Where most are numbers (or dates, or booleans) and
 * some are not, the type is that of most, and the first that does not fit is told: nobody meant such a column as texts.
 */
export function guessType(grid: FieldGrid, index: number, rules: TextRules): Guess {
  const counts = { integer: 0, number: 0, boolean: 0, date: 0 };
  const rows = Math.min(grid.numRows, SAMPLE_ROWS);
  let present = 0;
  for (let row = 0, k = index; row < rows; row++, k += grid.width) {
    const start = trimStart(grid.text, grid.starts[k] as number, grid.ends[k] as number);
    const end = trimEnd(grid.text, start, grid.ends[k] as number);
    const written = grid.text.slice(start, end);
    if (rules.missing.has(written)) continue;
    present++;
    const number = parseNumber(written, 0, written.length, rules.decimal);
    if (!Number.isNaN(number)) {
      counts.number++;
      if (Number.isInteger(number)) counts.integer++;
    } else if (parseBoolean(written) >= 0) counts.boolean++;
    else if (!Number.isNaN(parseDate(written))) counts.date++;
  }
  if (present === 0) return { type: "category", odd: null };
  for (const type of ["integer", "number", "boolean", "date"] as const) {
    if (counts[type] === present) return { type, odd: null };
  }
  for (const type of ["number", "boolean", "date"] as const) {
    if (counts[type] <= present / 2) continue;
    return {
      type,
      odd: readColumn({ ...grid, numRows: rows }, index, { name: "", type }, rules, new Dictionary()) as WrongCell,
    };
  }
  return { type: "category", odd: null };
}
