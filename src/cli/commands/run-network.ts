import type { Preprocessor, readTable } from "../../data/index.ts";
import {
  type BuiltExperiment,
  buildExperiment,
  type Callback,
  type DecodedCheckpoint,
  type Json,
  tabular,
} from "../../train/index.ts";
import { CheckpointError } from "../../util/index.ts";
import { FIT, type FitSource, fitSettings, readOptionsOf } from "../fit-run.ts";
import { type RunOnDisk, readCheckpoint } from "../read-run.ts";
import { experimentOf } from "../run-experiment.ts";
import { modelWeights } from "./checkpoint.ts";
import { overridesOf } from "./train.ts";

/** The experiment of a run, with the weights of a checkpoint. @param set fields to override, `path=value` */
export async function withWeights(
  run: string,
  which: "best" | "latest",
  set: string[] = [],
): Promise<{ built: BuiltExperiment; file: string }> {
  const { experiment } = await experimentOf(run, overridesOf({ set }));
  const built = await buildExperiment(experiment, { display: "quiet" });
  const checkpoint = readCheckpoint(run, which);
  built.trainer.model.loadStateDict(modelWeights(checkpoint));
  built.trainer.model.eval();
  restoreJudged(built.trainer.callbacks, checkpoint);
  return { built, file: checkpoint.file };
}

/** What the model is judged with besides its weights. @throws {CheckpointError} for a checkpoint that does not have it */
export function restoreJudged(
  callbacks: readonly Callback[],
  { state, file }: DecodedCheckpoint & { file: string },
): void {
  const saved = (state.callbacks ?? {}) as Record<string, Json>;
  for (const each of callbacks) {
    if (each.withBest !== true || each.name === undefined) continue;
    const own = saved[each.name];
    if (own === undefined) {
      throw new CheckpointError(
        "evaluate",
        `${file} holds the weights, but not the ${each.name} that they were trained with`,
        "expected both: without them the model sees other inputs",
        "It is from a version that did not save them: take the latest weights (--latest), or train anew.",
      );
    }
    each.loadStateDict?.(own);
  }
}

type AnyNetwork = ReturnType<typeof tabular.networkOf>;

/** The network of a run that has a preprocessor, and the checkpoint's file. That of `fit` needs neither data nor program. */
export async function networkOf(
  run: RunOnDisk,
  which: "best" | "latest",
  set: string[] = [],
): Promise<{ model: AnyNetwork; file: string }> {
  if (run.source?.file !== FIT) {
    const { built, file } = await withWeights(run.path, which, set);
    return { model: built.trainer.model, file };
  }
  const model = tabular.networkOf(fitSettings(run).config);
  const checkpoint = readCheckpoint(run.path, which);
  model.loadStateDict(modelWeights(checkpoint));
  return { model, file: checkpoint.file };
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
