import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { tensor } from "../../ops/index.ts";
import { DataError } from "../../util/index.ts";
import { withWeights } from "./run-network.ts";

/** `predict` for a run without a preprocessor: columns of numbers as the experiment's `columns` and `transform` say. */
export async function predictRows(
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
