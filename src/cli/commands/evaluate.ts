import { type Figures, tabular } from "../../train/index.ts";
import { ConfigError } from "../../util/index.ts";
import { FIT, fitData, preprocessorOf } from "../fit-run.ts";
import { piecesOf } from "../read-data.ts";
import { type RunOnDisk, readRun } from "../read-run.ts";
import { networkOf, readLike, withWeights } from "./run-network.ts";

/** Options of `evaluate`. */
export interface EvaluateOptions {
  latest?: boolean;
  json?: boolean;
  /** A file with the target in it, instead of the run's own test data. */
  data?: string;
  /** Fields of the experiment to override, `path=value`. */
  set?: string[];
}

/**
 * `innerloop evaluate <run>`: loss and metrics of a checkpoint on the test data (else the validation data); of a task
 * with a `report` or an `evaluate` of its own what that gives; of a run of `fit` its scores.
 */
export async function evaluateCommand(run: string, options: EvaluateOptions): Promise<string> {
  const which = options.latest === true ? "latest" : "best";
  const json = options.json === true;
  const set = options.set ?? [];
  const scored = await scoreRun(readRun(run), which, options.data, set);
  if (scored !== null) return figuresText(run, scored.figures, scored.on, scored.file, json);
  const { built, file } = await withWeights(run, which, set);
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
  const report = data === undefined ? await built.task?.report?.(built.trainer) : undefined;
  if (report !== undefined) {
    if (json) return JSON.stringify({ run, checkpoint: file, data: "evaluate", ...report.values });
    return `${file}\n${report.text}`;
  }
  const figures = data === undefined ? await built.trainer.judge() : await built.trainer.test(data);
  const on = data === undefined ? "evaluate" : test === undefined ? "validation" : "test";
  return figuresText(run, figures, on, file, json);
}

function figuresText(run: string, figures: Figures, on: string, file: string, json: boolean): string {
  if (json) return JSON.stringify({ run, checkpoint: file, data: on, ...figures });
  const width = Math.max(...Object.keys(figures).map((name) => name.length));
  const rows = Object.entries(figures).map(([name, value]) => `  ${name.padEnd(width)}  ${value.toPrecision(6)}`);
  return [on === "evaluate" ? `${file} by the task's evaluate` : `${file} on the ${on} data`, ...rows].join("\n");
}

/** Scores on a file, or of a run of `fit` on its test part; null when the run has no preprocessor to read it with. */
async function scoreRun(
  run: RunOnDisk,
  which: "best" | "latest",
  file: string | undefined,
  set: string[],
): Promise<{ figures: Figures; on: string; file: string } | null> {
  const preprocessor = preprocessorOf(run);
  const isFit = run.source?.file === FIT;
  if (isFit && set.length > 0) {
    throw new ConfigError(
      "evaluate",
      `${run.path} is a run of fit, and --set ${set.join(" --set ")} was given`,
      "expected no fields to override: its network, columns and split are those it was trained with",
      "Score another file with --data, or leave --set out.",
    );
  }
  if (preprocessor === null && file !== undefined) {
    throw new ConfigError(
      "evaluate",
      `${run.path} has no preprocessor`,
      "expected one to read a file with",
      "Leave --data out: the experiment's own test data is taken.",
    );
  }
  if (preprocessor === null || (file === undefined && !isFit)) return null;
  const { model, file: checkpoint } = await networkOf(run, which, set);
  if (file !== undefined) {
    const tables = piecesOf("evaluate", file, readLike(run, preprocessor, true));
    return { figures: await tabular.scoreTables(model, preprocessor, tables), on: file, file: checkpoint };
  }
  const { on, table } = tabular.heldOut(await fitData(run));
  return { figures: tabular.scoreTable(model, preprocessor, table), on, file: checkpoint };
}
