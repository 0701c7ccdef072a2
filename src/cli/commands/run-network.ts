import type { Preprocessor, readTable } from "../../data/index.ts";
import { type BuiltExperiment, buildExperiment, tabular } from "../../train/index.ts";
import { FIT, type FitSource, fitSettings, readOptionsOf } from "../fit-run.ts";
import { type RunOnDisk, readCheckpoint } from "../read-run.ts";
import { modelWeights } from "./checkpoint.ts";
import { experimentOf } from "./train.ts";

/** The experiment of a run, with the weights of a checkpoint. @param set fields to override, `path=value` */
export async function withWeights(
  run: string,
  which: "best" | "latest",
  set: string[] = [],
): Promise<{ built: BuiltExperiment; file: string }> {
  const { experiment } = await experimentOf(run, set);
  const built = await buildExperiment(experiment, { display: "quiet" });
  const checkpoint = readCheckpoint(run, which);
  built.trainer.model.loadStateDict(modelWeights(checkpoint));
  built.trainer.model.eval();
  return { built, file: checkpoint.file };
}

type AnyNetwork = ReturnType<typeof tabular.networkOf>;

/** The network of a run that has a preprocessor. That of `fit` needs neither data nor program. */
export async function networkOf(run: RunOnDisk, which: "best" | "latest", set: string[] = []): Promise<AnyNetwork> {
  if (run.source?.file !== FIT) return (await withWeights(run.path, which, set)).built.trainer.model;
  const model = tabular.networkOf(fitSettings(run).config);
  model.loadStateDict(modelWeights(readCheckpoint(run.path, which)));
  return model;
}

/** How a further file is read, so that it fits what the run has learnt. */
export function readLike(
  run: RunOnDisk,
  preprocessor: Preprocessor,
  withTarget: boolean,
): Parameters<typeof readTable>[1] {
  const { types } = preprocessor.readOptions(withTarget);
  const source = run.source?.file === FIT ? (fitSettings(run).config.source as FitSource) : null;
  const { decimal = ".", ...rest } = source ?? {};
  return readOptionsOf({ ...rest, types, decimal });
}
