import type { Table } from "../../data/index.ts";
import { tensor } from "../../ops/index.ts";
import type { BuiltExperiment, Trainer } from "../../train/index.ts";
import { ConfigError, DataError, ShapeError } from "../../util/index.ts";
import { piecesOf } from "../read-data.ts";
import { type WrittenRows, writtenRows } from "./csv-cells.ts";
import type { Output } from "./output.ts";
import { type Predicted, writePredictions } from "./predict-pieces.ts";
import { withWeights } from "./run-network.ts";

/**
 * `predict` for a run without a preprocessor.
 *
 * @param only without the input's own columns
 */
export async function predictRows(
  run: string,
  input: string,
  which: "best" | "latest",
  only: boolean,
  output: Output,
): Promise<number> {
  const { built } = await withWeights(run, which);
  return predictWith(built, input, only, output);
}

/** Predicts from columns of numbers, read as strictly as everywhere: those that the experiment's `columns` name, or all. */
export async function predictWith(
  { data, trainer, task }: BuiltExperiment,
  input: string,
  only: boolean,
  output: Output,
): Promise<number> {
  if (task !== null) {
    const fix = "See its scores with innerloop evaluate, or use its model in a program.";
    throw new ConfigError("predict", "the run trained on a task of its own", "expected one of rows and targets", fix);
  }
  const names = await namesOf(input);
  const { columns = names, transform } = data;
  refuseMissingColumns(input, names, columns);
  const types = Object.fromEntries(columns.map((name) => [name, "number"] as const));
  const tables = piecesOf("predict", input, { columns, types });
  const own = only ? null : writtenRows("predict", input);
  return writePredictions(tables, own, output, (part) => predictPart(part, columns, transform, trainer, input));
}

function predictPart(
  part: Table,
  columns: readonly string[],
  transform: ((row: number[]) => number[]) | undefined,
  trainer: Trainer,
  input: string,
): Predicted {
  let inputs = part.toTensor(columns).keep(); // (which refuses what is missing or infinite)
  if (transform !== undefined) {
    inputs.release();
    const values = columns.map((name) => part.column(name) as { values: Float64Array });
    const rows = Array.from({ length: part.numRows }, (_, row) => values.map((each) => each.values[row] as number));
    inputs = tensor(rows.map(transform)).keep();
  }
  try {
    const predicted = trainer.predict(inputs);
    const data = predicted.data.slice();
    const outputs = data.length / part.numRows;
    predicted.release();
    return {
      names: outputs === 1 ? ["prediction"] : Array.from({ length: outputs }, (_, i) => `prediction_${i}`),
      text: (row, column) => String(data[row * outputs + column]),
    };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const width = inputs.length / part.numRows;
    throw new DataError(
      "predict",
      `the model does not take rows of ${width} numbers (${columns.join(", ")}) from ${input}: ${error.got}`,
      error.expected,
      "Name the columns that it takes, in order, in what the experiment's data returns: columns.",
    );
  } finally {
    inputs.release();
  }
}

/** The columns of a file. */
async function namesOf(input: string): Promise<readonly string[]> {
  const rows = writtenRows("predict", input);
  const first = (await rows.next()) as IteratorResult<WrittenRows, undefined>;
  await rows.return(undefined);
  return first.value?.names ?? [];
}

/** @throws {DataError} for those that are not there */
function refuseMissingColumns(input: string, names: readonly string[], columns: readonly string[]): void {
  const missing = columns.filter((name) => !names.includes(name));
  if (missing.length === 0) return;
  throw new DataError(
    "predict",
    `${input} has the columns ${names.join(", ")}`,
    `expected ${columns.join(", ")}`,
    `Add ${missing.join(", ")}.`,
  );
}
