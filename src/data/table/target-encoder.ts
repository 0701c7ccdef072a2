import { DataError } from "../../util/index.ts";
import { type Field, isMissing } from "./column.ts";
import { describePlace } from "./row-places.ts";
import { notFinite, type Table } from "./table.ts";

/** What is to be predicted; plain JSON. */
export interface EncodedTarget extends Field {
  /** The classes in order, as texts; null for a number. */
  readonly classes: readonly string[] | null;
  /** For a number: (target - mean) / std is what the network learns. */
  readonly mean: number;
  readonly std: number;
}

/** Whether integers look like class numbers: at most this many, without gaps, from 0 or 1. */
const MAX_CLASS_NUMBERS = 20;

/** Learns a target from the training part, a table at a time. */
export class TargetFit {
  readonly #field: Field;
  readonly #task: "auto" | "regression" | "classification";
  readonly #standardize: boolean;
  readonly #classes: Set<string> = new Set();
  readonly #numbers: Set<number> = new Set();
  #whole = true;
  #n = 0;
  #mean = 0;
  #m2 = 0;

  constructor(field: Field, task: "auto" | "regression" | "classification", standardize: boolean) {
    this.#field = field;
    this.#task = task;
    this.#standardize = standardize;
  }

  add(table: Table): void {
    const column = table.column(this.#field.name);
    for (let row = 0; row < table.numRows; row++) {
      if (isMissing(column, row)) throw missingTarget(table, row, column.name);
      if (column.type === "category") {
        this.#classes.add(column.categories[column.codes[row] as number] as string);
        continue;
      }
      const value = column.values[row] as number;
      if (!Number.isFinite(value)) throw notFinite(table, row, column);
      if (this.#numbers.size <= 1000) this.#numbers.add(value);
      this.#whole &&= Number.isInteger(value);
      this.#n++;
      const delta = value - this.#mean;
      this.#mean += delta / this.#n;
      this.#m2 += delta * (value - this.#mean);
    }
  }

  /** @throws {DataError} for one class alone, or texts to be regressed */
  finish(source: string): EncodedTarget {
    const { name, type } = this.#field;
    const isText = type === "category";
    if (isText && this.#task === "regression") {
      const fix = "Read it as numbers (types), or leave task out.";
      throw new DataError(source, `the target "${name}" holds texts`, "expected numbers for a regression", fix);
    }
    const classify = this.#task === "classification" || (this.#task === "auto" && (isText || this.#looksLikeClasses()));
    if (!classify) {
      const std = Math.sqrt(this.#m2 / this.#n);
      const scaled = this.#standardize && std > 0;
      return { name, type, classes: null, mean: scaled ? this.#mean : 0, std: scaled ? std : 1 };
    }
    const numbers = [...this.#numbers].sort((a, b) => a - b).map((value) => classText(value, type));
    const classes = isText ? [...this.#classes].sort() : numbers;
    if (classes.length < 2) {
      throw new DataError(
        source,
        `the target "${name}" is always ${classes[0] ?? "missing"} in the training part`,
        "expected at least two classes",
        "There is nothing to tell apart: check the target, and how the rows were split.",
      );
    }
    if (classes.length > 1000) {
      const got = `the target "${name}" has more than 1000 different values`;
      throw new DataError(source, got, "expected classes", 'Numbers are predicted with task: "regression".');
    }
    return { name, type, classes, mean: 0, std: 1 };
  }

  #looksLikeClasses(): boolean {
    if (this.#field.type === "boolean") return true;
    if (!this.#whole || this.#field.type === "date" || this.#numbers.size > MAX_CLASS_NUMBERS) return false;
    const values = [...this.#numbers];
    const least = Math.min(...values);
    return values.length === 2 || (least >= 0 && least <= 1 && Math.max(...values) - least === values.length - 1);
  }
}

const classText = (value: number, type: Field["type"]): string =>
  type === "boolean" ? String(value === 1) : String(value);

/** Targets as numbers: class positions, or standardised values. */
export function encodeTarget(target: EncodedTarget, table: Table): Float32Array | Int32Array {
  const column = table.column(target.name);
  const { classes, mean, std } = target;
  const n = table.numRows;
  for (let row = 0; row < n; row++) if (isMissing(column, row)) throw missingTarget(table, row, target.name);
  if (classes === null) {
    const out = new Float32Array(n);
    for (let row = 0; row < n; row++) {
      const value = column.type === "category" ? Number.NaN : (column.values[row] as number);
      if (!Number.isFinite(value)) throw notFinite(table, row, column);
      out[row] = (value - mean) / std;
    }
    return out;
  }
  const positions = new Map(classes.map((text, i) => [text, i]));
  const out = new Int32Array(n);
  for (let row = 0; row < n; row++) {
    const text =
      column.type === "category"
        ? (column.categories[column.codes[row] as number] as string)
        : classText(column.values[row] as number, target.type);
    const position = positions.get(text);
    if (position !== undefined) {
      out[row] = position;
      continue;
    }
    throw new DataError(
      describePlace(table.places, row),
      `the target "${target.name}" is ${JSON.stringify(text)}`,
      `expected a class of the training part: ${classes.slice(0, 10).join(", ")}`,
      "Split so that each class is in the training part (stratified), or leave the row out.",
    );
  }
  return out;
}

function missingTarget(table: Table, row: number, name: string): DataError {
  return new DataError(
    describePlace(table.places, row),
    `the target "${name}" has no value`,
    "expected one in every row",
    "Leave the row out: targets are never filled in.",
  );
}
