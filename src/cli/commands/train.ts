import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
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
import { loadExperiment } from "../load.ts";
import { programOf } from "../run-experiment.ts";

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
  const { seed } = options;
  if (seed === undefined) return overrides;
  if (!/^\d+$/.test(seed) || !Number.isSafeInteger(Number(seed)))
    throw new ConfigError("--seed", `"${seed}"`, "expected a whole number of 0 or more, below 2^53", "Write --seed 7.");
  return { ...overrides, seed: Number(seed) };
}

/** `runs/<name>`, or the first `runs/<name>-<n>` that is free. */
export function freeFolder(name: string): string {
  for (let number = 1; ; number++) {
    const path = join("runs", number === 1 ? name : `${name}-${number}`);
    if (!existsSync(path)) return path;
  }
}

/** The same, made at once: of two processes that look for one at the same time each gets its own. */
export function claimFolder(name: string): string {
  for (;;) {
    const path = freeFolder(name);
    try {
      mkdirSync(dirname(path), { recursive: true }); // (a name may have folders in it)
      mkdirSync(path);
      return path;
    } catch (error) {
      if ((error as { code?: string }).code !== "EEXIST") throw error;
    }
  }
}

/** Gives a folder back that nothing was written into. */
function unclaim(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // something is in it: the run has begun
  }
}

/** `innerloop train <experiment.ts>`. Returns the exit code. */
export async function trainCommand(file: string, options: TrainCommandOptions): Promise<number> {
  const overrides = overridesOf(options);
  const experiment = override(await loadExperiment(file), overrides);
  if (options.run !== undefined) return trainIn(options.run, experiment, file, overrides, options);
  const run = claimFolder(experiment.name ?? "run");
  try {
    return await trainIn(run, experiment, file, overrides, options);
  } catch (error) {
    unclaim(run);
    throw error;
  }
}

async function trainIn(
  run: string,
  experiment: Experiment,
  file: string,
  overrides: Record<string, Json>,
  options: TrainCommandOptions,
): Promise<number> {
  if (existsSync(join(run, "run.json"))) {
    throw new ConfigError(
      "train",
      `there is a run in ${run} already`,
      "expected a new folder",
      `Go on with it: innerloop resume ${run}.`,
    );
  }
  const record = {
    file: relative(process.cwd(), file) || file,
    fileFromRun: relative(resolve(run), resolve(file)),
    program: programOf(file),
    overrides,
  };
  const built = await buildExperiment(experiment, { run, display: displayOf(options), record });
  const { train, validation } = built.data;
  return finish(run, built, () => built.trainer.fit(train, validation), options);
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
