import { existsSync } from "node:fs";
import { dirname } from "node:path";
import {
  type BuiltExperiment,
  buildExperiment,
  lrFind,
  override,
  preflight,
  replayPostMortem,
} from "../../train/index.ts";
import { ConfigError } from "../../util/index.ts";
import { chart } from "../chart.ts";
import { loadExperiment } from "../load.ts";
import { experimentOf } from "../run-experiment.ts";
import { overridesOf } from "./train.ts";

async function build(file: string, set: string[]): Promise<BuiltExperiment> {
  return buildExperiment(override(await loadExperiment(file), overridesOf({ set })), { display: "quiet" });
}

const MARKS = { ok: "✓", warn: "!", fail: "✗", skip: "–" } as const;

/** `innerloop preflight <experiment.ts>`. */
export async function preflightCommand(file: string, set: string[]): Promise<{ text: string; failed: boolean }> {
  const { trainer, data } = await build(file, set);
  const { ok, findings } = await preflight(trainer, data.train, data.validation);
  const lines = findings.map(({ check, status, message, advice }) => {
    const line = `${MARKS[status]} ${check}: ${message}`;
    return advice === "" ? line : `${line}\n  → ${advice}`;
  });
  return { text: lines.join("\n"), failed: !ok };
}

/** `innerloop lr-find <experiment.ts>`: a chart of loss over rate, and a suggestion. */
export async function lrFindCommand(file: string, set: string[]): Promise<string> {
  const { trainer, data } = await build(file, set);
  const { points, suggested, lowest } = await lrFind(trainer, data.train);
  const curve = points.map(({ lr, smooth }) => [Number(Math.log10(lr).toFixed(2)), smooth] as const);
  const picture = chart([{ name: "smoothed loss over log10 of the learning rate", mark: "·", points: curve }]);
  if (suggested === null) return `${picture}\n\nthe loss never fell: check the data and the model`;
  return [
    picture,
    "",
    `suggested ${suggested.toPrecision(2)} (steepest fall); lowest loss at ${lowest?.toPrecision(2)}`,
    `use it with: innerloop train ${file} --set optimizer.lr=${suggested.toPrecision(2)}`,
  ].join("\n");
}

/** `innerloop replay <bundle> [experiment.ts]`; without a file the experiment of the run that the bundle lies in. */
export async function replayCommand(bundle: string, file?: string): Promise<string> {
  if (!existsSync(bundle)) {
    const expected = "expected the file that a run left in its folder post-mortem";
    throw new ConfigError("replay", `there is no file ${bundle}`, expected, "Check the path.");
  }
  const { trainer } =
    file === undefined
      ? await buildExperiment((await experimentOf(dirname(dirname(bundle)))).experiment, { display: "quiet" })
      : await build(file, []);
  const { facts, anomaly, same } = await replayPostMortem(bundle, trainer.options);
  const parameter = anomaly.parameter === null ? "" : ` at ${anomaly.parameter}`;
  return [
    `step ${facts.step} (epoch ${facts.epoch}): the ${facts.what} was not finite (loss ${facts.loss})`,
    anomaly.phase === "none"
      ? "the replay was finite"
      : `first in ${anomaly.phase}: ${anomaly.op}${parameter}, samples of the batch ${anomaly.samples.slice(0, 20).join(", ")}`,
    same ? "the replay has the very bits of the run" : "the replay differs from the run in its last bits",
  ].join("\n");
}
