import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import {
  type BuiltExperiment,
  buildExperiment,
  type DisplayMode,
  type Experiment,
  type Json,
  override,
  parseOverride,
  stopOnSignals,
} from "../../train/index.ts";
import { ConfigError } from "../../util/index.ts";
import { EXIT } from "../exit-codes.ts";
import { FIT, fitExperiment, takeOpened } from "../fit-run.ts";
import { loadExperiment } from "../load.ts";
import { readRun } from "../read-run.ts";
import { reportEnd } from "./fit-end.ts";

/** Options of `train` and `resume` that say how progress is shown. */
export interface ShowOptions {
  quiet?: boolean;
  json?: boolean;
}

/** Options of `train`. */
export interface TrainCommandOptions extends ShowOptions {
  run?: string;
  set?: string[];
  seed?: string;
}

/** How progress is shown. */
export function displayOf({ quiet, json }: ShowOptions): DisplayMode {
  return json === true ? "json" : quiet === true ? "quiet" : "auto";
}

/** `--set` and `--seed` as dotted paths and values. */
export function overridesOf(options: { set?: string[]; seed?: string }): Record<string, Json> {
  const overrides = Object.fromEntries((options.set ?? []).map(parseOverride));
  if (options.seed !== undefined) overrides.seed = Number(options.seed);
  return overrides;
}

/** `runs/<name>`, or the first `runs/<name>-<n>` that is free. */
export function freeFolder(name: string): string {
  for (let number = 1; ; number++) {
    const path = join("runs", number === 1 ? name : `${name}-${number}`);
    if (!existsSync(path)) return path;
  }
}

/** `innerloop train <experiment.ts>`. Returns the exit code. */
export async function trainCommand(file: string, options: TrainCommandOptions): Promise<number> {
  const loaded = await loadExperiment(file);
  const overrides = overridesOf(options);
  const experiment = override(loaded, overrides);
  const run = options.run ?? freeFolder(experiment.name ?? "run");
  if (existsSync(join(run, "run.json"))) {
    throw new ConfigError(
      "train",
      `there is a run in ${run} already`,
      "expected a new folder",
      `Go on with it: innerloop resume ${run}.`,
    );
  }
  const record = { file: relative(process.cwd(), file) || file, overrides };
  const built = await buildExperiment(experiment, { run, display: displayOf(options), record });
  const { train, validation } = built.data;
  return finish(run, built, () => built.trainer.fit(train, validation), options);
}

/** Options of `resume`. */
export interface ResumeCommandOptions extends ShowOptions {
  set?: string[];
  allow?: string[];
}

/** `innerloop resume <run>`. Returns the exit code. */
export async function resumeCommand(run: string, options: ResumeCommandOptions): Promise<number> {
  const { experiment, overrides, file } = await experimentOf(run, options.set, options.allow);
  const built = await buildExperiment(experiment, { run, display: displayOf(options), record: { file, overrides } });
  const { train, validation } = built.data;
  // What --set names here is told by name: it may differ from the checkpoint.
  const set = Object.keys(overridesOf({ set: options.set ?? [] }));
  const named = set.flatMap((path) => [path, `config.experiment.${path}`, `config.overrides.${path}`]);
  const allow = [...(options.allow ?? []), ...named];
  const before = readRun(run);
  const code = await finish(run, built, () => built.trainer.resume(train, validation, { allow }), options);
  if (code !== EXIT.done || options.quiet === true || options.json === true) return code;
  if (file === FIT) reportEnd(run, built, takeOpened(), options);
  const epochs = built.trainer.history.epochs.length;
  if (epochs === before.history.epochs.length) {
    // (an agent's epochs are its evaluations: more of them take more steps as well)
    const further = "task" in experiment ? "" : `; to go further: --set trainer.epochs=${2 * epochs}`;
    console.log(`the run had ended before, after ${epochs} epochs${further}`);
  }
  return code;
}

/**
 * The experiment of a run, with the values it was started with and those of `set`.
 *
 * @throws {ConfigError} when the run was not started by this command
 */
export async function experimentOf(
  run: string,
  set: string[] = [],
  allow: string[] = [],
): Promise<{ experiment: Experiment; overrides: Record<string, Json>; file: string }> {
  const found = readRun(run);
  const { source } = found;
  if (source === null) {
    throw new ConfigError(
      "resume",
      `${run} was not started by innerloop train`,
      "expected a run whose experiment file is known",
      "Resume it in the program that made it: trainer.resume().",
    );
  }
  const overrides = { ...source.overrides, ...overridesOf({ set }) };
  const loaded = source.file === FIT ? fitExperiment(found, allow) : await loadExperiment(source.file);
  return { experiment: override(loaded, overrides), overrides, file: source.file };
}

/** Trains until the end or a signal, and says which. */
export async function finish(
  run: string,
  { trainer }: BuiltExperiment,
  go: () => Promise<unknown>,
  options: ShowOptions,
): Promise<number> {
  const release = stopOnSignals(trainer);
  try {
    await go();
  } finally {
    release();
  }
  const say = (line: string): void => {
    if (options.quiet !== true && options.json !== true) console.log(line);
  };
  if (trainer.outcome?.kind === "interrupted") {
    // (every other display has said it)
    if (options.quiet === true) {
      console.error(
        `interrupted (${trainer.outcome.reason}) at step ${trainer.step}; go on with: innerloop resume ${run}`,
      );
    }
    return EXIT.interrupted;
  }
  const { best } = trainer.history;
  const { monitor } = trainer.settings;
  if (best !== null) {
    const loss = best.valLoss === null ? "train loss" : "validation loss";
    const figure = monitor === null ? undefined : best.metrics?.[monitor];
    const said = figure === undefined ? loss : monitor;
    say(`\nbest epoch ${best.epoch}: ${said} ${(figure ?? best.valLoss ?? best.trainLoss).toPrecision(6)}`);
  }
  say(`run saved in ${run}; see it with: innerloop show ${run}`);
  return EXIT.done;
}
