import { type BuiltExperiment, buildExperiment } from "../../train/index.ts";
import { ConfigError } from "../../util/index.ts";
import { EXIT } from "../exit-codes.ts";
import { FIT, takeOpened } from "../fit-run.ts";
import { readRun } from "../read-run.ts";
import { experimentOf } from "../run-experiment.ts";
import { reportEnd } from "./fit-end.ts";
import { displayOf, finish, overridesOf, type ShowOptions } from "./train.ts";

/** Options of `resume`. */
export interface ResumeCommandOptions extends ShowOptions {
  set?: string[];
  allow?: string[];
}

/** `innerloop resume <run>`. Returns the exit code. */
export async function resumeCommand(run: string, options: ResumeCommandOptions): Promise<number> {
  const set = overridesOf({ set: options.set ?? [] });
  if ("seed" in set) {
    throw new ConfigError(
      "resume",
      `--set seed=${JSON.stringify(set.seed)}`,
      "expected the seed that the run began with: its random numbers go on from the checkpoint",
      "Start a new run with innerloop train --seed.",
    );
  }
  const { experiment, record } = await experimentOf(run, set, options.allow);
  const built = await buildExperiment(experiment, { run, display: displayOf(options), record });
  const { train, validation } = built.data;
  const allow = [...(options.allow ?? []), ...allowedBy(Object.keys(set))];
  const before = readRun(run);
  const code = await finish(run, built, () => built.trainer.resume(train, validation, { allow }), options);
  if (code !== EXIT.done || options.quiet === true || options.json === true) return code;
  if (record.file === FIT) reportEnd(run, built, takeOpened(), options);
  const epochs = built.trainer.history.epochs.length;
  if (epochs === before.history.epochs.length) console.log(endedBefore(built, Object.keys(set)));
  return code;
}

/** What --set names may differ from the checkpoint. */
function allowedBy(paths: readonly string[]): string[] {
  const inSchedule = paths.some((path) => path.startsWith("scheduler."));
  const own = paths.map((path) => path.replace(/^trainer\./, ""));
  // (a warmup changes more than the setting of that name)
  return [...own, ...paths.map((path) => `config.experiment.${path}`), ...(inSchedule ? ["scheduler."] : [])];
}

/** Nothing was left to train: what was reached, and what takes the run further. */
function endedBefore({ trainer, task }: BuiltExperiment, set: readonly string[]): string {
  const done = trainer.history.epochs.length;
  const ended = `the run had ended before, after ${done} epochs (${trainer.outcome?.reason ?? "done"})`;
  const further = task === null ? furtherBy(trainer) : null; // (an agent's training is planned as a whole)
  const own = set.filter((path) => path.startsWith("config."));
  const said = further === null ? ended : `${ended}; to go further: --set ${further}`;
  if (own.length === 0) return said;
  return `${said}\nnote: ${own.join(", ")} changed nothing: what has ended is not planned anew; begin a new run for it`;
}

/** The limit that ended the run, further away; null for one that was stopped. */
function furtherBy({ settings, history, step, outcome }: BuiltExperiment["trainer"]): string | null {
  const { epochs, maxSteps, maxSeconds } = settings;
  if (outcome?.kind !== "finished") return null;
  if (epochs !== null && history.epochs.length >= epochs) return `trainer.epochs=${2 * history.epochs.length}`;
  if (maxSteps !== null && step >= maxSteps) return `trainer.maxSteps=${2 * step}`;
  return maxSeconds === null ? null : `trainer.maxSeconds=${2 * maxSeconds}`;
}
