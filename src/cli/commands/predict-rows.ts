import { tensor } from "../../ops/index.ts";
import { DataError } from "../../util/index.ts";
import { quote, type WrittenRows, writtenRows } from "./csv-cells.ts";
import type { Output } from "./output.ts";
import { withWeights } from "./run-network.ts";

/** Rows that go through the network, and out, together. */
const ROWS = 8192;

/** `predict` for a run without a preprocessor: columns of numbers as the experiment's `columns` and `transform` say. */
export async function predictRows(
  run: string,
  input: string,
  which: "best" | "latest",
  output: Output,
): Promise<number> {
  const { built } = await withWeights(run, which);
  const { transform = (row: number[]) => row } = built.data;
  let before = 0;
  for await (const rows of writtenRows("predict", input)) {
    const { names } = rows;
    const columns = positionsOf(input, names, built.data.columns ?? names);
    for (let start = 0; start < rows.numRows; start += ROWS) {
      const count = Math.min(ROWS, rows.numRows - start);
      const values = Array.from({ length: count }, (_, i) =>
        transform(columns.map((column) => numberAt(input, rows, start + i, column, before))),
      );
      const inputs = tensor(values).keep();
      const predicted = built.trainer.predict(inputs);
      const outputs = predicted.length / count;
      const { data } = predicted;
      inputs.release();
      predicted.release();
      if (before + start === 0) {
        const added = outputs === 1 ? ["prediction"] : Array.from({ length: outputs }, (_, i) => `prediction_${i}`);
        await output.write(`${[...names.map(quote), ...added].join(",")}\n`);
      }
      const lines = values.map((_, i) => {
        const own = names.map((_, column) => quote(rows.text(start + i, column)));
        return `${[...own, ...data.subarray(i * outputs, (i + 1) * outputs)].join(",")}\n`;
      });
      await output.write(lines.join(""));
    }
    before += rows.numRows;
  }
  return before;
}

function numberAt(input: string, rows: WrittenRows, row: number, column: number, before: number): number {
  const text = rows.text(row, column);
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new DataError(
    "predict",
    `${input}, row ${before + row + 1}, column ${rows.names[column]}: ${JSON.stringify(text)}`,
    "expected a finite number",
    "Mend that cell; nothing is filled in silently.",
  );
}

/** Where the columns stand. @throws {DataError} for those that do not */
function positionsOf(input: string, names: readonly string[], columns: readonly string[]): number[] {
  const missing = columns.filter((name) => !names.includes(name));
  if (missing.length === 0) return columns.map((name) => names.indexOf(name));
  throw new DataError(
    "predict",
    `${input} has the columns ${names.join(", ")}`,
    `expected ${columns.join(", ")}`,
    `Add ${missing.join(", ")}.`,
  );
}
