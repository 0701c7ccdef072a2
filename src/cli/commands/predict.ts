import type { Preprocessor, Table } from "../../data/index.ts";
import { tabular } from "../../train/index.ts";
import { preprocessorOf } from "../fit-run.ts";
import { piecesOf } from "../read-data.ts";
import { readRun } from "../read-run.ts";
import { quote, type WrittenRows, writtenRows } from "./csv-cells.ts";
import { FileOutput, type Output, StreamOutput } from "./output.ts";
import { predictRows } from "./predict-rows.ts";
import { networkOf, readLike } from "./run-network.ts";

/** Options of `predict`. */
export interface PredictOptions {
  output?: string;
  latest?: boolean;
  /** The predictions without the input's own columns. */
  only?: boolean;
}

/**
 * `innerloop predict <run> <input>`: the file's rows with the predictions as further columns. Rows go through one batch
 * after another: memory does not grow with the file.
 *
 * @param to where it goes without an `output`
 * @returns what is left to be said
 */
export async function predictCommand(
  path: string,
  input: string,
  options: PredictOptions,
  to: Output = new StreamOutput(),
): Promise<string | null> {
  const which = options.latest === true ? "latest" : "best";
  const run = readRun(path);
  const preprocessor = preprocessorOf(run);
  const write = async (output: Output): Promise<number> => {
    if (preprocessor === null) return predictRows(path, input, which, output);
    const model = await networkOf(run, which);
    const tables = piecesOf("predict", input, readLike(run, preprocessor, false));
    const own = options.only === true ? null : writtenRows("predict", input);
    return predictTables(model, preprocessor, tables, own, output);
  };
  const output = options.output === undefined ? to : new FileOutput(options.output);
  let rows: number;
  try {
    rows = await write(output);
    output.end();
  } catch (error) {
    output.abandon();
    throw error;
  }
  return options.output === undefined ? null : `${rows} rows in ${options.output}`;
}

type Network = Parameters<typeof tabular.predictTable>[0];

/** Rows that go through the network, and out, together. */
const ROWS = 8192;

/** @param own the same rows with all the input's columns, in pieces of the same lengths; null to leave them out */
async function predictTables(
  model: Network,
  preprocessor: Preprocessor,
  tables: AsyncIterable<Table>,
  own: AsyncGenerator<WrittenRows> | null,
  output: Output,
): Promise<number> {
  const classes = preprocessor.classes ?? [];
  const unknown = new UnknownTexts(preprocessor);
  let rows = 0;
  try {
    for await (const table of tables) {
      const beside = own === null ? null : ((await own.next()).value as WrittenRows);
      const names = beside?.names ?? [];
      if (rows === 0) {
        const free = (name: string): string => (names.includes(name) ? free(`${name}_predicted`) : name);
        const added = [free("prediction"), ...classes.map((each) => free(`probability_${each}`))];
        await output.write(`${[...names, ...added].map(quote).join(",")}\n`);
      }
      unknown.add(table);
      for (let start = 0; start < table.numRows; start += ROWS) {
        const part = table.slice(start, start + ROWS);
        const { prediction, probabilities } = tabular.predictTable(model, preprocessor, part);
        const lines = Array.from({ length: part.numRows }, (_, row) => {
          const cells = names.map((_, column) => quote((beside as WrittenRows).text(start + row, column)));
          cells.push(quote(String(prediction[row])), ...(probabilities ?? []).map((each) => String(each[row])));
          return `${cells.join(",")}\n`;
        });
        await output.write(lines.join(""));
      }
      rows += table.numRows;
    }
  } finally {
    await own?.return(undefined);
  }
  const notes = unknown.notes();
  if (notes.length > 0) console.error(`note: ${notes.join("; ")}`);
  return rows;
}

/** Counts texts that the training part did not hold. */
class UnknownTexts {
  readonly #columns: { name: string; known: Set<string>; rows: number; example: string | undefined }[];

  constructor(preprocessor: Preprocessor) {
    this.#columns = preprocessor
      .toJSON()
      .columns.flatMap(({ name, categories }) =>
        categories === null ? [] : [{ name, known: new Set(categories), rows: 0, example: undefined }],
      );
  }

  add(table: Table): void {
    for (const each of this.#columns) {
      const column = table.column(each.name);
      if (column.type !== "category") continue;
      const isUnknown = column.categories.map((text) => !each.known.has(text));
      for (const code of column.codes) {
        if (code < 0 || isUnknown[code] !== true) continue;
        each.rows++;
        each.example ??= column.categories[code] as string;
      }
    }
  }

  /** In words. */
  notes(): string[] {
    return this.#columns
      .filter(({ rows }) => rows > 0)
      .map(
        ({ name, rows, example }) =>
          `column "${name}" has ${rows} values that the training data did not hold (such as ${JSON.stringify(example)}); they count as none of its categories`,
      );
  }
}
