import type { Preprocessor, Table } from "../../data/index.ts";
import { tabular } from "../../train/index.ts";
import { preprocessorOf } from "../fit-run.ts";
import { piecesOf, refuseAbsent } from "../read-data.ts";
import { readRun } from "../read-run.ts";
import { type WrittenRows, writtenRows } from "./csv-cells.ts";
import { FileOutput, type Output, StreamOutput } from "./output.ts";
import { writePredictions } from "./predict-pieces.ts";
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
    if (preprocessor === null) return predictRows(path, input, which, options.only === true, output);
    const { model } = await networkOf(run, which);
    const tables = piecesOf("predict", input, readLike(run, preprocessor, false));
    const own = options.only === true ? null : writtenRows("predict", input);
    return predictTables(model, preprocessor, tables, own, output);
  };
  refuseAbsent("predict", input);
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

async function predictTables(
  model: Network,
  preprocessor: Preprocessor,
  tables: AsyncIterable<Table>,
  own: AsyncGenerator<WrittenRows> | null,
  output: Output,
): Promise<number> {
  const names = ["prediction", ...(preprocessor.classes ?? []).map((each) => `probability_${each}`)];
  const unknown = new UnknownTexts(preprocessor);
  const rows = await writePredictions(tables, own, output, (part) => {
    unknown.add(part);
    const { prediction, probabilities } = tabular.predictTable(model, preprocessor, part);
    const columns = [prediction, ...(probabilities ?? [])];
    return { names, text: (row, column) => String(columns[column]?.[row]) };
  });
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
