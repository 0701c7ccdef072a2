import { type Column, Preprocessor, Table } from "../../data/index.ts";
import { ConfigError, DataError } from "../../util/index.ts";
import { leftOutReason } from "./left-out.ts";
import { checkTabularOptions, refuseOtherTask, type TabularOptions, type TabularTask } from "./options.ts";
import { isMissingAt, placeOf } from "./rows.ts";

/** A column that the network sees. */
export interface InputColumn {
  name: string;
  type: Column["type"];
  /** Rows without a value. */
  missing: number;
  /** Different texts of a category; 0 for others. */
  categories: number;
}

/** What a table turned out to be. */
export interface Understanding {
  rows: number;
  columns: number;
  target: string;
  task: TabularTask;
  /** The classes in order, with their rows; null for a regression. */
  classes: { name: string; rows: number }[] | null;
  inputs: InputColumn[];
  /** Columns that the network does not see, and why. */
  leftOut: { name: string; why: string }[];
}

/** Fewer rows are no training. */
const MIN_ROWS = 10;

/**
 * Looks at a table: what is to be predicted, from which columns, and what is wrong with it.
 *
 * @throws {DataError} naming file, row and column; {ConfigError} for options that contradict each other or the table
 */
export function understand(table: Table, options: TabularOptions): Understanding {
  checkNames(table, options);
  const { target } = options;
  if (table.numRows < MIN_ROWS) throw tooFew(table.places.source, table.numRows);
  const { task, classes } = targetOf(table, table.column(target), options.task);
  refuseOtherTask(options, task);
  return { rows: table.numRows, columns: table.numColumns, target, task, classes, ...inputsOf(table, options) };
}

/** Some rows of a file, from all over it. */
export interface Sample {
  table: Table;
  /** Their numbers in the file, from 0. */
  rows: Float64Array;
  /** Rows of the whole file. */
  total: number;
}

/**
 * Looks at some rows of a file: what `understand` finds in all of a table. How many classes there are, and with how many
 * rows, shows itself later: until then it is `multiclass`, with none named.
 *
 * @throws as `understand` does, for what shows itself in these rows
 */
export function understandSample({ table, rows, total }: Sample, options: TabularOptions): Understanding {
  checkNames(table, options);
  const { target } = options;
  if (total < MIN_ROWS) throw tooFew(table.places.source, total);
  refuseMissingTarget(table, table.column(target));
  const task = isClasses(table, table.column(target), options.task) ? "multiclass" : "regression";
  refuseOtherTask(options, task);
  return { rows: total, columns: table.numColumns, target, task, classes: null, ...inputsOf(table, options, rows) };
}

function tooFew(source: string, rows: number): DataError {
  const got = `there are ${rows} rows`;
  return new DataError(source, got, `expected at least ${MIN_ROWS} to train, validate and test on`, "Collect more.");
}

/** @throws {ConfigError} for options outside their range; {DataError} for a column that is not there */
function checkNames(table: Table, options: TabularOptions): void {
  checkTabularOptions(options);
  const { target, group, time, split } = options;
  table.column(target);
  for (const name of [...(options.columns ?? []), ...(options.ignore ?? []), group, time, split]) {
    if (name !== undefined) table.column(name);
    if (name !== target) continue;
    throw new ConfigError(
      "fit",
      `the target "${target}" is named for something else too`,
      "expected another column",
      "Take it out of columns, ignore, group, time or split.",
    );
  }
}

/** The columns to learn from, and the others. */
function inputsOf(
  table: Table,
  options: TabularOptions,
  rows: ArrayLike<number> | null = null,
): Pick<Understanding, "inputs" | "leftOut"> {
  const { target, group, time, split } = options;
  const { source } = table.places;
  const roles = new Map([
    [group, "it says which rows belong together"],
    [time, "it says what comes later"],
    [split, "it says which rows train"],
  ]);
  const inputs: InputColumn[] = [];
  const leftOut: Understanding["leftOut"] = [];
  for (const each of table.columns) {
    const { name } = each;
    if (name === target) continue;
    const named = options.columns?.includes(name) === true;
    const why = options.ignore?.includes(name)
      ? "ignored, as asked"
      : named
        ? null
        : (roles.get(name) ??
          (options.columns === undefined ? leftOutReason(each, rows) : "not among the columns asked for"));
    if (why === null) inputs.push(inputOf(each));
    else leftOut.push({ name, why });
  }
  if (inputs.length === 0) {
    const why = leftOut
      .map((each) => `${each.name}: ${each.why}`)
      .slice(0, 5)
      .join("; ");
    const got =
      leftOut.length === 0 ? `there is no column but "${target}"` : `no column is left to learn from (${why})`;
    throw new DataError(source, got, "expected at least one input", "Name those that tell something: --columns a,b.");
  }
  refuseMissing(table, inputs, options.missing);
  return { inputs, leftOut };
}

function inputOf(column: Column): InputColumn {
  const { name, type } = column;
  let missing = 0;
  const length = column.type === "category" ? column.codes.length : column.values.length;
  for (let row = 0; row < length; row++) if (isMissingAt(column, row)) missing++;
  return {
    name,
    type,
    missing,
    categories: column.type === "category" ? new Set(column.codes).size - (missing > 0 ? 1 : 0) : 0,
  };
}

/** The target's kind and classes, by the rule of `Preprocessor`. */
function targetOf(
  table: Table,
  column: Column,
  asked: TabularOptions["task"],
): Pick<Understanding, "task" | "classes"> {
  const { name } = column;
  const { source } = table.places;
  refuseMissingTarget(table, column);
  const { probe, alone } = probeOf(table, column, asked);
  const { classes } = probe.fit(alone);
  if (classes === null) {
    const { values } = column as Exclude<Column, { type: "category" }>;
    if (values.some((value) => value !== values[0])) return { task: "regression", classes: null };
    const got = `the target "${name}" is ${values[0]} in every row`;
    throw new DataError(source, got, "expected values that differ", "There is nothing to learn: check the target.");
  }
  const rows = new Array<number>(classes.length).fill(0);
  for (const position of probe.transformTarget(alone).data) {
    rows[position] = (rows[position] as number) + 1;
  }
  const kind = classes.length === 2 ? "binary" : "multiclass";
  if (asked === "binary" && kind !== "binary") {
    const got = `the target "${name}" has ${classes.length} classes: ${classes.slice(0, 5).join(", ")}${classes.length > 5 ? ", …" : ""}`;
    throw new DataError(source, got, "expected two for a binary task", "Leave --task out.");
  }
  if (rows.filter((count) => count >= 3).length < 2) {
    const got = `the target "${name}" has ${classes.length} classes in ${table.numRows} rows`;
    const fix =
      column.type === "category" ? "Is this the column to predict?" : "Numbers are predicted with --task regression.";
    throw new DataError(source, got, "expected at least two classes with 3 rows or more", fix);
  }
  return { task: kind, classes: classes.map((each, i) => ({ name: each, rows: rows[i] as number })) };
}

/** A preprocessor of the target, and a table of it. */
function probeOf(table: Table, column: Column, asked: TabularOptions["task"]): { probe: Preprocessor; alone: Table } {
  const { name } = column;
  const task = asked === undefined ? "auto" : asked === "regression" ? "regression" : "classification";
  const other = { name: `${name} and`, type: "integer", values: new Float64Array(table.numRows) } as const;
  const probe = new Preprocessor({ target: name, inputs: [other.name], task });
  return { probe, alone: new Table([column, other], table.places) };
}

/** Whether a target holds classes, as far as some of its values tell. */
function isClasses(table: Table, column: Column, asked: TabularOptions["task"]): boolean {
  if (asked !== undefined) return asked !== "regression";
  if (column.type === "category" || column.type === "boolean") return true;
  // (0 or 1 in all of these rows: the other class is rare)
  const [first] = column.values;
  if (column.values.every((value) => value === first)) return first === 0 || first === 1;
  const { probe, alone } = probeOf(table, column, asked);
  return probe.fit(alone).classes !== null;
}

function refuseMissingTarget(table: Table, column: Column): void {
  for (let row = 0; row < table.numRows; row++) {
    if (!isMissingAt(column, row)) continue;
    const fix = "Leave the row out of the file: targets are never filled in.";
    const got = `the target "${column.name}" has no value`;
    throw new DataError(placeOf(table, row), got, "expected one in every row", fix);
  }
}

/** @throws {DataError} for the first missing value that nothing is to stand for */
function refuseMissing(
  table: Table,
  inputs: readonly InputColumn[],
  missing: TabularOptions["missing"] = "refuse",
): void {
  const byName =
    typeof missing === "object" && !("fill" in missing) ? (missing as Readonly<Record<string, unknown>>) : null;
  for (const name of Object.keys(byName ?? {})) table.column(name);
  const refused = inputs.filter(
    ({ name, missing: count }) => count > 0 && (byName?.[name] ?? (byName === null ? missing : "refuse")) === "refuse",
  );
  const [first] = refused;
  if (first === undefined) return;
  const column = table.column(first.name);
  let row = 0;
  while (!isMissingAt(column, row)) row++;
  const all = refused.map(({ name, missing: count }) => `${name} ${count}`);
  throw new DataError(
    placeOf(table, row),
    `column "${first.name}" has no value (missing in all: ${all.slice(0, 5).join(", ")}${all.length > 5 ? ", …" : ""})`,
    "expected one in every row",
    `Say what to put there: --missing median (or mean, mostFrequent; of one column: --missing ${first.name}=median); or leave it out: --ignore ${first.name}.`,
  );
}
