import type { Table } from "../../data/index.ts";
import type { tabular } from "../../train/index.ts";
import { ConfigError, DataError } from "../../util/index.ts";
import { isText } from "./csv-cells.ts";
import type { FitOptions } from "./fit-options.ts";

// What only a look at the file can tell of the options.

/** @throws {ConfigError} when no target was named: which one there are */
export function targetOf(table: Table, target: string | undefined): string {
  if (target !== undefined) return target;
  const { columnNames } = table;
  const shown = columnNames.slice(0, 20).join(", ") + (columnNames.length > 20 ? ", …" : "");
  const fix = `Say which column is to be predicted, for example --target ${columnNames.at(-1)}.`;
  throw new ConfigError("fit", "no --target", `expected one of ${shown}`, fix);
}

/** @throws {ConfigError} for an option that names a column which the file does not have */
export function refuseUnknownColumns(table: Table, learn: FitOptions["learn"], target: string | undefined): void {
  const { columns = [], ignore = [], group, time, split } = learn;
  for (const name of [target, group, time, split, ...columns, ...ignore]) {
    if (name === undefined || table.columnNames.includes(name)) continue;
    try {
      table.column(name);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      throw new ConfigError(error.operation, error.got, error.expected, error.fix);
    }
  }
}

/** @throws {ConfigError} for options that say how texts are read, and a file that has none: they would do nothing */
export function refuseTextOptions(file: string, { decimal, missingValues }: FitOptions["read"]): void {
  if (isText(file)) return;
  const option = missingValues !== undefined ? "--missing-values" : decimal === "," ? "--decimal ," : null;
  if (option === null) return;
  const fix = "Leave it out: in other formats numbers are numbers, and null is what is missing.";
  throw new ConfigError("fit", `${option} with ${file}`, "expected a csv, tsv or txt file", fix);
}

/** @throws {DataError} for numbers with a decimal comma, which were read as texts */
export function refuseDecimalCommas(table: Table, { types, decimal }: FitOptions["read"]): void {
  if (decimal === ",") return;
  for (const { name, type } of table.fields) {
    const column = table.column(name);
    if (type !== "category" || column.type !== "category" || types?.[name] !== undefined) continue;
    const first = column.categories.find((text) => /^[+-]?\d+,\d+$/.test(text));
    if (first === undefined || !column.categories.every((text) => /^[+-]?\d+(,\d+)?$/.test(text))) continue;
    const fix = `Read the file with --decimal , ; or if these are names, say so: --types ${name}=category.`;
    throw new DataError(
      table.places.source,
      `column "${name}" is ${JSON.stringify(first)}`,
      "expected a decimal point",
      fix,
    );
  }
}

/** Values that stand for missing ones come as texts: numbers where the column has numbers. */
export function withFills(options: tabular.TabularOptions, table: Table): tabular.TabularOptions {
  const { missing } = options;
  if (missing === undefined || typeof missing === "string") return options;
  const fill = (name: string, text: string): { fill: number | string } => {
    if (table.column(name).type === "category") return { fill: text };
    const value = Number(text);
    if (text !== "" && Number.isFinite(value)) return { fill: value };
    const got = `--missing ${name}=fill:${text}`;
    throw new ConfigError(
      "fit",
      got,
      `expected a number, as "${name}" holds numbers`,
      `Write --missing ${name}=fill:0.`,
    );
  };
  if ("fill" in missing) {
    const got = `--missing fill:${missing.fill}`;
    throw new ConfigError("fit", got, "expected a column for it", `Write --missing column=fill:${missing.fill}.`);
  }
  const named = Object.entries(missing as Record<string, string | { fill: string }>);
  return {
    ...options,
    missing: Object.fromEntries(
      named.map(([name, each]) => [name, typeof each === "string" ? each : fill(name, each.fill)]),
    ) as never,
  };
}
