import type { Preprocessor, Table } from "../../data/index.ts";
import { type CheckFinding, type Figures, tabular } from "../../train/index.ts";

/** More columns than this are not listed. */
const MOST_LINES = 40;

const count = (n: number, what: string): string => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;

/** What was understood of a file, a line a column. @param table all rows, or those of a stream that were looked at */
export function describeData(table: Table, understanding: tabular.Understanding, preprocessor: Preprocessor): string[] {
  const { target, inputs, leftOut, rows } = understanding;
  const [own, ...lines] = table.describe().split("\n") as [string, ...string[]];
  const head =
    table.numRows === rows
      ? own
      : `${table.places.source}: ${count(rows, "row")}, ${count(table.numColumns, "column")}; of ${count(table.numRows, "row")} from all over it:`;
  const encoded = new Map(preprocessor.toJSON().columns.map((column) => [column.name, column]));
  const missing = new Map(inputs.map((each) => [each.name, each.missing]));
  const uses = table.columnNames.map((name) => {
    if (name === target) return `TARGET: ${describeTarget(understanding)}`;
    const column = encoded.get(name);
    if (column === undefined) return `left out: ${leftOut.find((each) => each.name === name)?.why ?? ""}`;
    const { features, type, fill } = column;
    const how =
      column.categories !== null
        ? `one-hot, ${count(features.length, "feature")}`
        : features.length > 1
          ? "year, month, day, weekday and hour, standardised"
          : type === "boolean"
            ? "0 or 1"
            : "standardised";
    const filled = (missing.get(name) ?? 0) > 0 ? `; missing become ${describeFill(fill, type)}` : "";
    return `${how}${filled}`;
  });
  const width = Math.min(70, Math.max(...lines.map((line) => line.length)));
  const shown = lines.map((line, i) => `${line.padEnd(width)}  → ${uses[i]}`);
  // (the target is shown, however far to the right it stands)
  const at = table.columnNames.indexOf(target);
  const kept = shown.filter((_, i) => i < MOST_LINES || i === at);
  const rest = shown.length - kept.length;
  return [head, ...kept, ...(rest > 0 ? [`  … and ${count(rest, "column")} more`] : []), ...classLines(understanding)];
}

function describeFill(fill: number | string | null, type: string): string {
  if (typeof fill !== "number") return JSON.stringify(fill);
  return type === "date" ? new Date(fill).toISOString() : String(+fill.toPrecision(6));
}

function describeTarget({ task, classes }: tabular.Understanding): string {
  if (classes === null) return "a number (regression)";
  return task === "binary" ? "two classes (binary)" : `${classes.length} classes`;
}

function classLines({ classes, rows }: tabular.Understanding): string[] {
  if (classes === null) return [];
  const shares = classes.slice(0, 10).map((each) => `${each.name} ${((100 * each.rows) / rows).toFixed(1)} %`);
  const rare = classes.filter((each) => each.rows < 3).map(({ name }) => name);
  const lines = [`classes: ${shares.join(", ")}${classes.length > 10 ? `, … (${classes.length})` : ""}`];
  if (rare.length > 0) {
    const which = rare.slice(0, 10).join(", ") + (rare.length > 10 ? ", …" : "");
    lines.push(`too few rows for three parts: ${which}; nothing can be said of how well they are told`);
  }
  return lines;
}

/** How the rows were split, and what is trained on them. */
export function describePlan(
  { data, settings }: tabular.Prepared,
  options: tabular.TabularOptions,
  parameters: number,
): string[] {
  const { train, validation, test } = tabular.sizesOf(data);
  const streamed = !("parts" in data);
  const { features, outputs, hidden, dropout, batchSize, loss, task } = settings.config;
  const { group, time, split } = options;
  const how =
    group !== undefined
      ? `rows of one "${group}" stay together`
      : time !== undefined
        ? `in order of "${time}", the latest test`
        : split !== undefined
          ? `as "${split}" says`
          : streamed
            ? `by the hash of each row's number, seed ${settings.seed}`
            : `at random, seed ${settings.seed}${task === "regression" ? "" : "; each class has its share in each part"}`;
  const layers = [features, ...hidden, outputs].join(" → ");
  const { lr, weightDecay } = settings.optimizer;
  const everySteps = settings.trainer.validateEverySteps;
  return [
    `${count(train, "row")} to train on, ${validation} to validate, ${test} to test (${how})`,
    ...(streamed ? ["streamed: rows are read as they are trained on; those that validate and test are in memory"] : []),
    `network ${layers} (ReLU${dropout > 0 ? `, dropout ${dropout}` : ""}), ${count(parameters, "parameter")}; loss ${loss}`,
    `AdamW at ${lr}, weight decay ${weightDecay}, cosine annealing after a warmup; batches of ${batchSize}; at most ${settings.trainer.epochs} epochs, ` +
      `fewer when ${settings.trainer.earlyStopping} ${everySteps == null ? "" : `validations (one in ${everySteps} steps) `}bring nothing better`,
  ];
}

const MARKS = { ok: "✓", warn: "!", fail: "✗", skip: "–" } as const;

/** What preflight found: one line when all is well. */
export function describePreflight(findings: readonly CheckFinding[]): string[] {
  const odd = findings.filter(({ status }) => status === "warn" || status === "fail");
  const good = findings.filter(({ status }) => status === "ok").length;
  return [
    `preflight: ${count(good, "check")} passed${odd.length === 0 ? "" : `, ${odd.length} to look at`}`,
    ...odd.flatMap(({ check, status, message, advice }) => [`${MARKS[status]} ${check}: ${message}`, `  → ${advice}`]),
  ];
}

const NAMES: Readonly<Record<string, string>> = { rmse: "RMSE", mae: "MAE", r2: "R²", f1: "F1", auroc: "AUROC" };

/** Scores in one line: `RMSE 0.0123, MAE 0.009, R² 0.98`. */
export function describeScores(scores: Figures): string {
  return Object.entries(scores)
    .map(([name, value]) => `${NAMES[name] ?? name} ${Number.isNaN(value) ? "–" : +value.toPrecision(4)}`)
    .join(", ");
}
