import { writeFileSync } from "node:fs";
import { type ColumnType, type Preprocessor, readTable, type Table } from "../../data/index.ts";
import { tabular } from "../../train/index.ts";
import { preprocessorOf } from "../fit-run.ts";
import { readData } from "../read-data.ts";
import { readRun } from "../read-run.ts";
import { predictRows } from "./predict-rows.ts";
import { networkOf, readLike } from "./run-network.ts";

/** Options of `predict`. */
export interface PredictOptions {
  output?: string;
  latest?: boolean;
  /** The predictions without the input's own columns. */
  only?: boolean;
}

/** `innerloop predict <run> <input>`: the file's rows with the predictions as further columns. */
export async function predictCommand(path: string, input: string, options: PredictOptions): Promise<string> {
  const which = options.latest === true ? "latest" : "best";
  const run = readRun(path);
  const preprocessor = preprocessorOf(run);
  if (preprocessor === null) return predictRows(path, input, options.output, which);
  const table = await readData("predict", input, readLike(run, preprocessor, false));
  const { prediction, probabilities } = tabular.predictTable(await networkOf(run, which), preprocessor, table);
  const own = options.only === true ? null : await inputColumns(input);
  const classes = preprocessor.classes ?? [];
  const taken = new Set(own?.names);
  const free = (name: string): string => (taken.has(name) ? free(`${name}_predicted`) : name);
  const header = [...(own?.names ?? []), free("prediction"), ...classes.map((each) => free(`probability_${each}`))];
  const lines = [header.map(quote).join(",")];
  for (let row = 0; row < table.numRows; row++) {
    const cells = own === null ? [] : own.row(row);
    cells.push(String(prediction[row]), ...(probabilities ?? []).map((column) => String(column[row])));
    lines.push(cells.map(quote).join(","));
  }
  const unknown = unknownTexts(preprocessor, table);
  if (unknown.length > 0) console.error(`note: ${unknown.join("; ")}`);
  if (options.output === undefined) return lines.join("\n");
  writeFileSync(options.output, `${lines.join("\n")}\n`);
  return `${table.numRows} rows in ${options.output}`;
}

const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

// Any column as text, whatever it is called: what is only written back must not be changed by reading it.
const AS_TEXT: Record<string, ColumnType> = new Proxy({}, { get: () => "category" });

async function inputColumns(input: string): Promise<{ names: string[]; row(row: number): string[] }> {
  const isText = /\.(csv|tsv|txt)(\.gz)?$/i.test(input);
  const table = await readTable(input, isText ? { types: AS_TEXT, missingValues: [] } : {});
  const text = (row: number, name: string): string => {
    const value = table.value(row, name);
    return value === null ? "" : value instanceof Date ? value.toISOString() : String(value);
  };
  return { names: table.columnNames, row: (row) => table.columnNames.map((name) => text(row, name)) };
}

/** Texts that the training part did not hold, in words. */
function unknownTexts(preprocessor: Preprocessor, table: Table): string[] {
  return preprocessor.toJSON().columns.flatMap(({ name, categories }) => {
    const column = table.column(name);
    if (categories === null || column.type !== "category") return [];
    const known = new Set(categories);
    const rows = column.codes.filter((code) => code >= 0 && !known.has(column.categories[code] as string)).length;
    const example = column.categories.find((each) => !known.has(each));
    return rows === 0
      ? []
      : [
          `column "${name}" has ${rows} values that the training data did not hold (such as ${JSON.stringify(example)}); they count as none of its categories`,
        ];
  });
}
