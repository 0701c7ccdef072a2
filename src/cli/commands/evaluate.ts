import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { tensor } from "../../ops/index.ts";
import { type BuiltExperiment, buildExperiment } from "../../train/index.ts";
import { ConfigError, DataError } from "../../util/index.ts";
import { readCheckpoint } from "../read-run.ts";
import { modelWeights } from "./checkpoint.ts";
import { experimentOf } from "./train.ts";

async function withWeights(run: string, which: "best" | "latest"): Promise<{ built: BuiltExperiment; file: string }> {
  const { experiment } = await experimentOf(run);
  const built = await buildExperiment(experiment, { display: "quiet" });
  const checkpoint = readCheckpoint(run, which);
  built.trainer.model.loadStateDict(modelWeights(checkpoint));
  built.trainer.model.eval();
  return { built, file: checkpoint.file };
}

/**
 * `innerloop evaluate <run>`: loss and metrics of a checkpoint on the test data (else the validation data); of a task
 * with an `evaluate` of its own what that gives.
 */
export async function evaluateCommand(run: string, which: "best" | "latest", json: boolean): Promise<string> {
  const { built, file } = await withWeights(run, which);
  const { test, validation } = built.data;
  const data = test ?? validation;
  const { evaluate } = built.trainer.options;
  if (data === undefined && evaluate === undefined) {
    throw new ConfigError(
      "evaluate",
      "the experiment has neither test nor validation data, nor an evaluate of its own",
      "expected one",
      "Return test or validation from data(), or give the task an evaluate.",
    );
  }
  const figures = data === undefined ? await built.trainer.judge() : built.trainer.test(data);
  const on = data === undefined ? "evaluate" : test === undefined ? "validation" : "test";
  if (json) return JSON.stringify({ run, checkpoint: file, data: on, ...figures });
  const width = Math.max(...Object.keys(figures).map((name) => name.length));
  const rows = Object.entries(figures).map(([name, value]) => `  ${name.padEnd(width)}  ${value.toPrecision(6)}`);
  return [data === undefined ? `${file} by the task's evaluate` : `${file} on the ${on} data`, ...rows].join("\n");
}

/** `innerloop predict <run> <in.csv>`: the file's rows with the model's outputs as further columns. */
export async function predictCommand(
  run: string,
  input: string,
  output: string | undefined,
  which: "best" | "latest",
): Promise<string> {
  const { built } = await withWeights(run, which);
  const rows = parse(readFileSync(input), { columns: true, bom: true, skip_empty_lines: true }) as Record<
    string,
    string
  >[];
  const header = Object.keys(rows[0] ?? {});
  if (rows.length === 0) {
    throw new DataError("predict", `${input} has no rows`, "expected a header and at least one row", "Check the file.");
  }
  const columns = built.data.columns ?? header;
  const missing = columns.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new DataError(
      "predict",
      `${input} has the columns ${header.join(", ")}`,
      `expected ${columns.join(", ")}`,
      `Add ${missing.join(", ")}.`,
    );
  }
  const transform = built.data.transform ?? ((row: number[]) => row);
  const values = rows.map((row, i) =>
    transform(
      columns.map((name) => {
        const text = row[name] ?? "";
        const value = Number(text);
        if (text.trim() !== "" && Number.isFinite(value)) return value;
        throw new DataError(
          "predict",
          `${input}, row ${i + 1}, column ${name}: ${JSON.stringify(text)}`,
          "expected a finite number",
          "Mend that cell; nothing is filled in silently.",
        );
      }),
    ),
  );
  const predicted = built.trainer.predict(tensor(values));
  const outputs = predicted.length / rows.length;
  const names = outputs === 1 ? ["prediction"] : Array.from({ length: outputs }, (_, i) => `prediction_${i}`);
  const { data } = predicted;
  const quote = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map((row, i) =>
    [...header.map((name) => quote(row[name] ?? "")), ...names.map((_, j) => String(data[i * outputs + j]))].join(","),
  );
  const text = `${[...header.map(quote), ...names].join(",")}\n${lines.join("\n")}\n`;
  if (output === undefined) return text.trimEnd();
  writeFileSync(output, text);
  return `${rows.length} rows in ${output}`;
}
