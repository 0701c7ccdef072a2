import { fromTypedArray } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { DataError, nearest } from "../../util/index.ts";
import {
  type CategoryColumn,
  type Column,
  columnLength,
  concatColumns,
  Dictionary,
  type Field,
  isMissing,
  sliceColumn,
  takeColumn,
} from "./column.ts";
import { concatPlaces, consecutive, describePlace, type RowPlaces, slicePlaces, takePlaces } from "./row-places.ts";

/** A value of a table: null where it is missing. */
export type Cell = number | boolean | string | Date | null;

/**
 * Named, typed columns of equal length, in plain arrays outside the engine.
 *
 * A table says what is in a file and no more: missing values stay missing (NaN; code -1). What makes tensors of it
 * (`toTensor`, `Preprocessor`) refuses them, unless it was told what to put there.
 *
 * @example
 * const table = await data.readCsv({ text: "speed,kind\n7.5,debris\n1.2,rocket\n" });
 * const fast = table.filter((row) => table.value(row, "speed") > 5);
 * console.log(fast.numRows, table.describe());
 */
export class Table {
  readonly columns: readonly Column[];
  readonly numRows: number;
  /** Where the rows come from, for messages. */
  readonly places: RowPlaces;
  readonly #byName: ReadonlyMap<string, Column>;

  /** @throws {DataError} when columns differ in length, or two have one name */
  constructor(columns: readonly Column[], places: RowPlaces = consecutive("table", "row", 0)) {
    this.columns = columns;
    this.numRows = columns[0] === undefined ? 0 : columnLength(columns[0]);
    this.places = places;
    this.#byName = new Map(columns.map((column) => [column.name, column]));
    if (this.#byName.size < columns.length) {
      const twice = columns.find((column, i) => columns.findIndex(({ name }) => name === column.name) < i) as Column;
      throw new DataError(places.source, `two columns are called "${twice.name}"`, "expected each name once", RENAME);
    }
    for (const column of columns) {
      if (columnLength(column) === this.numRows) continue;
      throw new DataError(
        places.source,
        `column "${column.name}" has ${columnLength(column)} rows`,
        `expected ${this.numRows}, as in the first column`,
        "Check how the columns were made.",
      );
    }
  }

  /**
   * A table of arrays: numbers, booleans, texts or dates; null and undefined are missing.
   *
   * @example
   * const table = data.Table.from({ speed: [7.5, 1.2], kind: ["debris", null] });
   */
  static from(columns: Readonly<Record<string, ArrayLike<Cell | undefined>>>): Table {
    return new Table(Object.entries(columns).map(([name, values]) => columnFrom(name, values)));
  }

  /** Tables one after the other. @throws {DataError} when their columns differ */
  static concat(tables: readonly Table[]): Table {
    const [first] = tables;
    if (first === undefined) throw new DataError("Table.concat", "no tables", "expected at least one", "Pass some.");
    if (tables.length === 1) return first;
    const columns = first.columns.map(({ name, type }) => {
      const parts = tables.map((table) => table.column(name));
      const other = parts.find((part) => (part.type === "category") !== (type === "category"));
      if (other === undefined) return concatColumns(parts);
      const types = `column "${name}" is a ${type} in one table and a ${other.type} in another`;
      throw new DataError(
        "Table.concat",
        types,
        "expected one type",
        `Read both with types: { "${name}": "category" }.`,
      );
    });
    return new Table(columns, concatPlaces(tables.map((table) => [table.places, table.numRows])));
  }

  get numColumns(): number {
    return this.columns.length;
  }

  get columnNames(): string[] {
    return this.columns.map(({ name }) => name);
  }

  /** Names and types, in order. */
  get fields(): Field[] {
    return this.columns.map(({ name, type }) => ({ name, type }));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** The column of that name. @throws {DataError} naming the nearest one when there is none */
  column(name: string): Column {
    const column = this.#byName.get(name);
    if (column !== undefined) return column;
    throw noSuchColumn(this.places.source, name, this.columnNames);
  }

  /** The value in row `row` of a column. Booleans and dates come as such. */
  value(row: number, name: string): Cell {
    const column = this.column(name);
    if (!(row >= 0 && row < this.numRows)) {
      throw new DataError("Table.value", `row ${row}`, `expected 0 … ${this.numRows - 1}`, "Count rows from 0.");
    }
    if (isMissing(column, row)) return null;
    if (column.type === "category") return column.categories[column.codes[row] as number] as string;
    const value = column.values[row] as number;
    return column.type === "boolean" ? value === 1 : column.type === "date" ? new Date(value) : value;
  }

  /** A row as an object. */
  row(row: number): Record<string, Cell> {
    return Object.fromEntries(this.columns.map(({ name }) => [name, this.value(row, name)]));
  }

  /** These columns, in this order. */
  select(names: readonly string[]): Table {
    return new Table(
      names.map((name) => this.column(name)),
      this.places,
    );
  }

  /** All columns but these. */
  drop(names: readonly string[]): Table {
    for (const name of names) this.column(name);
    return this.select(this.columnNames.filter((name) => !names.includes(name)));
  }

  /** Rows `start` to before `end`, as views. */
  slice(start: number, end: number = this.numRows): Table {
    const to = Math.max(Math.min(end, this.numRows), start);
    if (start === 0 && to === this.numRows) return this;
    return new Table(
      this.columns.map((column) => sliceColumn(column, start, to)),
      slicePlaces(this.places, start, to),
    );
  }

  /** The rows at these positions, in this order: what a split hands out. */
  take(rows: ArrayLike<number>): Table {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      if (Number.isInteger(row) && row >= 0 && row < this.numRows) continue;
      throw new DataError("Table.take", `row ${row}`, `expected 0 … ${this.numRows - 1}`, "Count rows from 0.");
    }
    return new Table(
      this.columns.map((column) => takeColumn(column, rows)),
      takePlaces(this.places, rows),
    );
  }

  /** The rows for which `keep` is true. */
  filter(keep: (row: number) => boolean): Table {
    const rows: number[] = [];
    for (let row = 0; row < this.numRows; row++) if (keep(row)) rows.push(row);
    return this.take(rows);
  }

  /**
   * Columns as a float32 tensor, without any scaling; for that see `Preprocessor`.
   *
   * @param names numbers, integers, booleans or dates; default all columns
   * @returns [numRows, names]
   * @throws {DataError} for a category, a missing or an infinite value, naming file, row and column
   * @example
   * const table = data.Table.from({ speed: [7.5, 1.2], risk: [0.1, 0.9] });
   * const X = table.toTensor(["speed"]); // [2, 1]
   */
  toTensor(names: readonly string[] = this.columnNames): Tensor {
    const width = names.length;
    const flat = new Float32Array(this.numRows * width);
    names.forEach((name, j) => {
      const column = this.column(name);
      if (column.type === "category") {
        throw new DataError(
          "Table.toTensor",
          `column "${name}" of ${this.places.source} holds categories`,
          "expected numbers",
          "Use a Preprocessor, which encodes categories one-hot, or leave the column out.",
        );
      }
      for (let i = 0; i < this.numRows; i++) {
        const value = column.values[i] as number;
        if (!Number.isFinite(value)) throw notFinite(this, i, column);
        flat[i * width + j] = value;
      }
    });
    return fromTypedArray(flat, [this.numRows, width]);
  }

  /** A line for each column: name, type, range or categories, and how many values are missing. */
  describe(): string {
    const width = Math.max(0, ...this.columnNames.map((name) => name.length));
    const lines = this.columns.map((column) => {
      let missing = 0;
      for (let i = 0; i < this.numRows; i++) if (isMissing(column, i)) missing++;
      const absent = missing === 0 ? "" : `, ${missing} missing`;
      return `  ${column.name.padEnd(width)}  ${column.type.padEnd(8)}  ${summary(column)}${absent}`;
    });
    return [`${this.places.source}: ${this.numRows} rows, ${this.numColumns} columns`, ...lines].join("\n");
  }
}

const RENAME = "Rename one of them.";

/** A column that is not there, with the nearest name. */
export function noSuchColumn(source: string, name: string, known: readonly string[]): DataError {
  const near = nearest(name, known.slice(0, 10_000));
  const shown = known.length > 20 ? `${known.slice(0, 20).join(", ")} and ${known.length - 20} more` : known.join(", ");
  const fix = near === null ? "Name one of these." : `Did you mean "${near}"?`;
  return new DataError(source, `there is no column "${name}"`, `expected one of ${shown}`, fix);
}

/** A missing or infinite value where a number is needed. */
export function notFinite(table: Table, row: number, column: Column): DataError {
  const infinite = column.type !== "category" && !isMissing(column, row);
  return new DataError(
    describePlace(table.places, row),
    infinite ? `column "${column.name}" is ${column.values[row]}` : `column "${column.name}" has no value`,
    "expected a finite value",
    infinite
      ? "Mend the file, or leave the row out."
      : 'Mend the file, leave the row out, or say what to put there: new Preprocessor({ missing: "median" }).',
  );
}

function summary(column: Column): string {
  if (column.type === "category") {
    const shown = column.categories.slice(0, 5).map((text) => (text.length > 20 ? `${text.slice(0, 19)}…` : text));
    return `${column.categories.length} categories: ${shown.join(", ")}${column.categories.length > 5 ? ", …" : ""}`;
  }
  let least = Infinity;
  let most = -Infinity;
  for (const value of column.values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least > most) return "no values";
  const show = (value: number): string =>
    column.type !== "date" || !Number.isFinite(value) ? String(+value.toPrecision(6)) : new Date(value).toISOString();
  return `${show(least)} … ${show(most)}`;
}

function columnFrom(name: string, cells: ArrayLike<Cell | undefined>): Column {
  const values = Array.from(cells);
  const first = values.find((value) => value !== null && value !== undefined);
  const kind = first instanceof Date ? "date" : typeof first;
  const wrong = values.findIndex(
    (value) => value !== null && value !== undefined && (value instanceof Date ? "date" : typeof value) !== kind,
  );
  if (wrong >= 0) {
    throw new DataError(
      "Table.from",
      `column "${name}", row ${wrong} is ${JSON.stringify(values[wrong])}`,
      `expected a ${kind}, as before it`,
      "Convert the column to one type.",
    );
  }
  if (kind === "string") {
    const dictionary = new Dictionary();
    const codes = Int32Array.from(values, (value) => (value == null ? -1 : dictionary.code(value as string)));
    return { name, type: "category", codes, categories: dictionary.texts } satisfies CategoryColumn;
  }
  const numbers = Float64Array.from(values, (value) => (value == null ? Number.NaN : Number(value)));
  const whole = kind === "number" && numbers.every((value) => Number.isInteger(value) || Number.isNaN(value));
  return { name, type: kind === "boolean" || kind === "date" ? kind : whole ? "integer" : "number", values: numbers };
}
