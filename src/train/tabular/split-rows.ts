import { type Dataset, type Subset, type Table, type TrainTestSplitOptions, trainTestSplit } from "../../data/index.ts";
import { Generator } from "../../engine/index.ts";
import { ConfigError, DataError } from "../../util/index.ts";
import type { TabularOptions } from "./options.ts";
import { keysOf, placeOf } from "./rows.ts";

/** Positions of the rows of each part. */
export interface RowParts {
  train: Int32Array;
  validation: Int32Array;
  /** Empty when nothing was to be tested on. */
  test: Int32Array;
}

/** How the rows are split: the options that say so. */
export type SplitOptions = Pick<TabularOptions, "holdout" | "test" | "group" | "time" | "split" | "seed" | "target">;

/**
 * Splits rows in three. Classes have their share in each part, and those too rare for that are trained on; `group`
 * keeps rows together, `time` tests on the latest, `split` names each row's part. The seed decides the rest.
 *
 * @param stratify the target holds classes
 * @throws {DataError} when a part stays empty
 */
export function splitRows(table: Table, options: SplitOptions, stratify: boolean): RowParts {
  if (options.split !== undefined) return splitByColumn(table, options.split);
  const { holdout = 0.2, test = 0.1, group, time, seed = 0 } = options;
  const generator = new Generator(seed);
  const all = Int32Array.from({ length: table.numRows }, (_, row) => row);
  const classes = stratify && group === undefined && time === undefined ? keysOf(table.column(options.target)) : null;
  const [rare, common] = classes === null ? [[], all] : byRarity(all, classes, test > 0 ? 3 : 2);
  const how = (rows: Int32Array): TrainTestSplitOptions => {
    const of = (name: string): number[] => Array.from(rows, (row) => keysOf(table.column(name))[row] as number);
    if (group !== undefined) return { groups: of(group) };
    if (time !== undefined) return { time: timesOf(table, time, rows) };
    return classes === null ? {} : { stratify: of(options.target) };
  };
  const cut = (rows: Int32Array, share: number): [rest: Int32Array, part: Int32Array] => {
    const dataset: Dataset<number> = { length: rows.length, get: (i) => rows[i] as number };
    // (groups are counted, not their rows)
    const total = group === undefined ? table.numRows : new Set(Array.from(keysOf(table.column(group)))).size;
    const testSize = Math.max(1, Math.round(share * total));
    const parts = (more: TrainTestSplitOptions): [Int32Array, Int32Array] => {
      const taken = trainTestSplit(dataset, { testSize, generator, ...more }) as readonly Subset<number>[];
      return taken.map((subset) => Int32Array.from(subset.indices, (i) => rows[i] as number)) as [
        Int32Array,
        Int32Array,
      ];
    };
    const asked = how(rows);
    const kinds = asked.stratify === undefined ? 0 : new Set(Array.from(asked.stratify)).size;
    // A part smaller than the number of classes cannot hold them all: it is drawn without regard to them.
    return parts(kinds > Math.min(testSize, rows.length - testSize) ? {} : asked);
  };
  const [rest, tested] = test > 0 ? cut(common, test) : [common, new Int32Array(0)];
  const [trained, validation] = cut(rest, holdout);
  return { train: Int32Array.from([...trained, ...rare]).sort(), validation: validation.sort(), test: tested.sort() };
}

/** Rows of classes with fewer than `least` rows, and the others. */
function byRarity(rows: Int32Array, classes: ArrayLike<number>, least: number): [rare: Int32Array, common: Int32Array] {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(classes[row] as number, (counts.get(classes[row] as number) ?? 0) + 1);
  const isRare = (row: number): boolean => (counts.get(classes[row] as number) as number) < least;
  return [rows.filter(isRare), rows.filter((row) => !isRare(row))];
}

function timesOf(table: Table, name: string, rows: Int32Array): number[] {
  const column = table.column(name);
  if (column.type === "category") {
    throw new DataError(
      table.places.source,
      `the time column "${name}" holds texts`,
      "expected numbers or ISO dates",
      `Convert it, or keep rows together by it: --group ${name}.`,
    );
  }
  return Array.from(rows, (row) => {
    const value = column.values[row] as number;
    if (!Number.isNaN(value)) return value;
    throw new DataError(
      placeOf(table, row),
      `the time column "${name}" has no value`,
      "expected one in every row",
      "Mend it.",
    );
  });
}

const PARTS: Readonly<Record<string, keyof RowParts>> = {
  train: "train",
  training: "train",
  validation: "validation",
  valid: "validation",
  val: "validation",
  test: "test",
};

/** The part that a column names for a row. @throws {DataError} where it names none */
export function partByName(table: Table, row: number, name: string): keyof RowParts {
  const text = String(table.value(row, name));
  const part = PARTS[text.toLowerCase()];
  if (part !== undefined) return part;
  const got = `column "${name}" is ${JSON.stringify(text)}`;
  throw new DataError(placeOf(table, row), got, "expected train, validation or test", "Mend it.");
}

function splitByColumn(table: Table, name: string): RowParts {
  const rows: Record<keyof RowParts, number[]> = { train: [], validation: [], test: [] };
  for (let row = 0; row < table.numRows; row++) {
    rows[partByName(table, row, name)].push(row);
  }
  for (const part of ["train", "validation"] as const) {
    if (rows[part].length > 0) continue;
    throw new ConfigError("fit", `column "${name}" names no row for ${part}`, "expected at least one", "Name some.");
  }
  return {
    train: Int32Array.from(rows.train),
    validation: Int32Array.from(rows.validation),
    test: Int32Array.from(rows.test),
  };
}
