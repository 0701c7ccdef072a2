import { type RowHash, rowHash, type Table } from "../../data/index.ts";
import { ConfigError } from "../../util/index.ts";
import { isMissingAt } from "./rows.ts";
import { partByName, type RowParts } from "./split-rows.ts";

/** How the rows of a stream are split; plain JSON. */
export type StreamSplit = {
  /** Shares that validate and test. */
  holdout: number;
  test: number;
  /** Rows with one value of this column are in one part. */
  group: string | null;
  /** A column that names each row's part. */
  split: string | null;
  /** Rows that train, wherever they would fall: the first one of each class. */
  first: number[];
};

const PARTS: readonly (keyof RowParts)[] = ["train", "validation", "test"];

/**
 * Decides by itself, row by row, which part a row is in: by the hash of the row's number in its file, or of the value of
 * its group, or by what a column says. Nothing is drawn, and another reading of the file decides the same.
 */
export class StreamParts {
  readonly #split: StreamSplit;
  readonly #hash: RowHash;
  readonly #first: Set<number>;
  // By row number, a byte each; null where the number alone decides.
  #known: Uint8Array | null;

  constructor(split: StreamSplit, seed: number, numRows: number) {
    this.#split = split;
    this.#hash = rowHash(seed);
    this.#first = new Set(split.first);
    this.#known = split.group === null && split.split === null ? null : new Uint8Array(numRows);
  }

  /** Takes note of rows that follow each other: 0 trains, 1 validates, 2 tests. */
  read(table: Table, firstRow: number): Uint8Array {
    const { group, split } = this.#split;
    const known = this.#known;
    const decide =
      known === null ? null : split === null ? this.#byGroup(table, group as string) : byName(table, split);
    const parts = new Uint8Array(table.numRows);
    for (let i = 0; i < parts.length; i++) {
      const row = firstRow + i;
      if (known !== null && decide !== null) known[row] = decide(i);
      parts[i] = this.of(row);
    }
    return parts;
  }

  /** The part of a row that was read (or of any, where the number alone decides). */
  of(row: number): number {
    if (this.#first.has(row)) return 0;
    return this.#known === null ? this.#shareOf(this.#hash(row)) : (this.#known[row] as number);
  }

  /** Lets a row train. */
  train(row: number): void {
    this.#first.add(row);
  }

  /** How it decides, as JSON. */
  toJSON(): StreamSplit {
    return { ...this.#split, first: [...this.#first] };
  }

  #shareOf(at: number): number {
    const { holdout, test } = this.#split;
    return at < test ? 2 : at < test + holdout ? 1 : 0;
  }

  #byGroup(table: Table, name: string): (row: number) => number {
    const column = table.column(name);
    const part = (text: string): number => this.#shareOf(this.#hash(textHash(text)));
    if (column.type !== "category") return (row) => part(String(column.values[row]));
    const parts = column.categories.map(part);
    const missing = part("");
    return (row) => (isMissingAt(column, row) ? missing : (parts[column.codes[row] as number] as number));
  }
}

function byName(table: Table, name: string): (row: number) => number {
  return (row) => PARTS.indexOf(partByName(table, row, name));
}

/** A text's hash (FNV-1a), 32 bits. */
function textHash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** @throws {ConfigError} for what needs all rows at once */
export function refuseTimeOrder(time: string | undefined): void {
  if (time === undefined) return;
  throw new ConfigError(
    "fit",
    `rows are streamed, and time is "${time}"`,
    "expected all rows in memory to put them in order",
    "Give the file a column that says train, validation or test (--split part); or read it whole: --no-stream.",
  );
}
