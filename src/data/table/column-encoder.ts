import { ConfigError, DataError } from "../../util/index.ts";
import { type Column, type ColumnType, type Field, isMissing } from "./column.ts";
import { describePlace } from "./row-places.ts";
import { notFinite, type Table } from "./table.ts";

/**
 * What to put where a value is missing: refuse, or the training part's mean, median or most frequent value, or a value.
 * For categories, "mean" and "median" mean the most frequent one.
 */
export type MissingPolicy = "refuse" | "mean" | "median" | "mostFrequent" | { readonly fill: number | string };

/** What one input column becomes; plain JSON. */
export interface EncodedColumn extends Field {
  /** What stands for a missing value; null when missing values are refused. */
  readonly fill: number | string | null;
  /** For numbers and dates: what is subtracted, then divided by, for each feature. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** For categories: one feature each. */
  readonly categories: readonly string[] | null;
  readonly features: readonly string[];
}

/** How columns are encoded. */
export interface EncodeRules {
  readonly standardize: boolean;
  readonly dates: "time" | "parts";
  readonly unknown: "refuse" | "zeros";
  readonly maxCategories: number;
}

const DATE_PARTS = ["year", "month", "day", "weekday", "hour"];

// Mean and spread of what has come so far (Welford; merged by Chan's formula).
interface Moments {
  n: number;
  mean: number;
  m2: number;
}

function add(moments: Moments, value: number, times = 1): void {
  const n = moments.n + times;
  const delta = value - moments.mean;
  moments.mean += (delta * times) / n;
  moments.m2 += delta * delta * ((moments.n * times) / n);
  moments.n = n;
}

/** Learns one column from the training part, a table at a time. */
export class ColumnFit {
  readonly #field: Field;
  readonly #policy: MissingPolicy;
  readonly #rules: EncodeRules;
  readonly #moments: Moments[];
  readonly #counts: Map<number | string, number> = new Map();
  readonly #kept: Float64Array[] = [];
  #missing = 0;
  #present = 0;

  constructor(field: Field, policy: MissingPolicy, rules: EncodeRules) {
    this.#field = field;
    this.#policy = policy;
    this.#rules = rules;
    const parts = field.type === "date" && rules.dates === "parts" ? DATE_PARTS.length : 1;
    this.#moments = Array.from({ length: parts }, () => ({ n: 0, mean: 0, m2: 0 }));
    const isText = field.type === "category";
    if (typeof policy === "object" && (typeof policy.fill === "string") !== isText) {
      const got = `fill of column "${field.name}" is ${JSON.stringify(policy.fill)}`;
      throw new ConfigError("Preprocessor", got, `expected a ${isText ? "text" : "number"}`, "Change missing.");
    }
  }

  add(table: Table): void {
    const column = sameKind(table, this.#field);
    const { length } = column.type === "category" ? column.codes : column.values;
    const seen = new Float64Array(column.type === "category" ? column.categories.length : 0);
    const count = this.#policy === "mostFrequent" && column.type !== "category";
    for (let row = 0; row < length; row++) {
      if (isMissing(column, row)) {
        if (this.#policy === "refuse") throw notFinite(table, row, column);
        this.#missing++;
        continue;
      }
      this.#present++;
      if (column.type === "category") {
        const code = column.codes[row] as number;
        seen[code] = (seen[code] as number) + 1;
        continue;
      }
      const value = column.values[row] as number;
      if (!Number.isFinite(value)) throw notFinite(table, row, column);
      if (count) this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
      this.#addMoments(value);
    }
    if (column.type === "category") {
      seen.forEach((n, code) => {
        const text = column.categories[code] as string;
        if (n > 0) this.#counts.set(text, (this.#counts.get(text) ?? 0) + n);
      });
    } else if (this.#policy === "median") this.#kept.push(column.values.filter((value) => !Number.isNaN(value)));
  }

  #addMoments(value: number, times = 1): void {
    const moments = this.#moments;
    if (moments.length === 1) add(moments[0] as Moments, value, times);
    else for (const [i, part] of partsOf(value).entries()) add(moments[i] as Moments, part, times);
  }

  /** @throws {DataError} when there was no value at all, or too many categories */
  finish(source: string): EncodedColumn {
    const { name, type } = this.#field;
    if (this.#present === 0) {
      const got = `column "${name}" has no value in the training part`;
      throw new DataError(source, got, "expected at least one", "Leave the column out of inputs.");
    }
    const fill = this.#fill();
    if (type === "category") return { name, type, fill, mean: [], std: [], ...this.#oneHot(source, fill) };
    if (this.#missing > 0) this.#addMoments(fill as number, this.#missing);
    const scaled = this.#rules.standardize && type !== "boolean";
    return {
      name,
      type,
      fill,
      mean: this.#moments.map(({ mean }) => (scaled ? mean : 0)),
      // (a column that never changes keeps its unit)
      std: this.#moments.map(({ n, m2, mean }) => {
        const std = Math.sqrt(m2 / n);
        return scaled && std > 1e-12 * Math.abs(mean) ? std : 1;
      }),
      categories: null,
      features: this.#moments.length === 1 ? [name] : DATE_PARTS.map((part) => `${name}.${part}`),
    };
  }

  #oneHot(source: string, fill: number | string | null): Pick<EncodedColumn, "categories" | "features"> {
    const { name } = this.#field;
    const found = new Set(this.#counts.keys() as Iterable<string>);
    if (fill !== null) found.add(fill as string);
    const categories = [...found].sort();
    const { maxCategories } = this.#rules;
    if (categories.length > maxCategories) {
      throw new DataError(
        source,
        `column "${name}" has ${categories.length} different texts`,
        `expected at most ${maxCategories}`,
        "A name or a number of a row says nothing about others: leave it out of inputs, or raise maxCategories.",
      );
    }
    return { categories, features: categories.map((category) => `${name}=${category}`) };
  }

  #fill(): number | string | null {
    const policy = this.#policy;
    if (policy === "refuse") return null;
    if (typeof policy === "object") return policy.fill;
    if (policy === "mostFrequent" || this.#field.type === "category") {
      // (the smallest of those that are equally frequent, as in scikit-learn)
      const most = Math.max(...this.#counts.values());
      return [...this.#counts]
        .filter(([, n]) => n === most)
        .map(([value]) => value)
        .sort(ascending)[0] as number;
    }
    if (policy === "median") {
      const values = Float64Array.from(this.#kept.flatMap((part) => [...part])).sort();
      const middle = values.length / 2;
      return ((values[Math.ceil(middle) - 1] as number) + (values[Math.floor(middle)] as number)) / 2;
    }
    // (of dates in parts, the moments are the parts': the mean instant is not at hand)
    if (this.#moments.length > 1) {
      const got = `column "${this.#field.name}" is a date in parts and missing is "mean"`;
      throw new ConfigError("Preprocessor", got, 'expected "median" or "mostFrequent"', 'Or take dates: "time".');
    }
    return (this.#moments[0] as Moments).mean;
  }
}

const ascending = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);

function partsOf(time: number): readonly number[] {
  const date = new Date(time);
  return [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCDay(),
    date.getUTCHours() + date.getUTCMinutes() / 60,
  ];
}

/** The table's column, of the kind that was fitted (texts or numbers). */
function sameKind(table: Table, { name, type }: Field): Column {
  const column = table.column(name);
  if ((column.type === "category") === (type === "category")) return column;
  throw new DataError(
    table.places.source,
    `column "${name}" is a ${column.type}`,
    `expected a ${type}, as in the training part`,
    `Read the file with the types of the training part: readTable(path, preprocessor.readOptions()).`,
  );
}

/**
 * Writes a column's features into a row-major matrix.
 *
 * @param out [table.numRows, stride], filled with zeros
 * @param offset the first of the column's features
 */
export function encodeColumn(
  encoded: EncodedColumn,
  table: Table,
  rules: EncodeRules,
  out: Float32Array,
  stride: number,
  offset: number,
): void {
  const column = sameKind(table, encoded);
  const { fill, mean, std, categories } = encoded;
  if (column.type === "category") {
    const positions = new Map((categories as readonly string[]).map((text, i) => [text, i]));
    const places = column.categories.map((text) => positions.get(text) ?? -1);
    const filled = fill === null ? -1 : (positions.get(fill as string) as number);
    for (let row = 0; row < table.numRows; row++) {
      const code = column.codes[row] as number;
      if (code < 0 && fill === null) throw notFinite(table, row, column);
      const place = code < 0 ? filled : (places[code] as number);
      if (place >= 0) out[row * stride + offset + place] = 1;
      else if (rules.unknown === "refuse")
        throw unknownCategory(table, row, encoded, column.categories[code] as string);
    }
    return;
  }
  for (let row = 0; row < table.numRows; row++) {
    let value = column.values[row] as number;
    if (Number.isNaN(value) && fill !== null) value = fill as number;
    if (!Number.isFinite(value)) throw notFinite(table, row, column);
    const at = row * stride + offset;
    if (mean.length === 1) out[at] = (value - (mean[0] as number)) / (std[0] as number);
    else {
      for (const [i, part] of partsOf(value).entries()) out[at + i] = (part - (mean[i] as number)) / (std[i] as number);
    }
  }
}

function unknownCategory(table: Table, row: number, { name, categories }: EncodedColumn, text: string): DataError {
  const known = (categories as readonly string[]).slice(0, 10).join(", ");
  return new DataError(
    describePlace(table.places, row),
    `column "${name}" is ${JSON.stringify(text)}`,
    `expected a category of the training part: ${known}${(categories as readonly string[]).length > 10 ? ", …" : ""}`,
    'Mend it, or let unknown categories be all zeros: new Preprocessor({ unknown: "zeros" }).',
  );
}

/** The type to read a column with so that it fits what was fitted. */
export function readType({ type }: Field): ColumnType {
  return type === "integer" ? "number" : type;
}
