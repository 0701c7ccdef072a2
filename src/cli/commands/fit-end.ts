import { type BuiltExperiment, diagnose, type Figures, tabular } from "../../train/index.ts";
import { describeScores } from "./fit-report.ts";
import { verdictText } from "./show.ts";
import type { ShowOptions } from "./train.ts";

/** Diagnosis and scores, at the end of `fit` and of its `resume`. */
export function reportEnd(
  run: string,
  { trainer }: BuiltExperiment,
  data: tabular.TabularData,
  show: ShowOptions,
): void {
  const { on, table } = tabular.heldOut(data);
  const verdicts = diagnose(trainer.history);
  const scores: Figures = tabular.scoreTable(trainer.model, data.preprocessor, table);
  sayer(show)(
    [
      "",
      ...verdicts.map(verdictText),
      "",
      `on the ${table.numRows} ${on} rows: ${describeScores(scores)}${on === "test" ? "" : " (they chose the best epoch: a test part would be stricter)"}`,
      `predict with: innerloop predict ${run} new.csv -o predictions.csv`,
    ],
    { event: "result", run, data: on, ...scores, verdicts },
  );
}

/** Lines for people, or a line of JSON. */
export function sayer({ quiet, json }: ShowOptions): (lines: readonly string[], fields: object) => void {
  if (json === true) {
    return (_, fields) => console.log(JSON.stringify(fields));
  }
  return (lines) => {
    if (quiet !== true) console.log(lines.join("\n"));
  };
}
