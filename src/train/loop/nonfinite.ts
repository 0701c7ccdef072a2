import type { Generator } from "../../engine/index.ts";
import type { Json } from "../json.ts";
import {
  describeAnomaly,
  encodeBundle,
  findAnomaly,
  NonfiniteError,
  type StepFacts,
  writeBundle,
} from "../post-mortem/index.ts";
import { restoreRun } from "./checkpoint.ts";
import type { TrainingLoop } from "./loop.ts";
import { scaleRates } from "./rates.ts";
import type { NonfiniteStep } from "./step-runner.ts";

/** The run goes back to its last checkpoint; thrown through the loop. */
export class Rollback {
  readonly error: NonfiniteError;
  constructor(error: NonfiniteError) {
    this.error = error;
  }
}

/**
 * What happens at a loss or gradient that is not finite: the step is looked at while its batch is still there, a
 * bundle is left, and the policy decides. Returns when the batch is to be left out.
 *
 * @throws {NonfiniteError} to stop; {Rollback} to go back
 */
export async function handleNonfinite(loop: TrainingLoop, { what }: NonfiniteStep): Promise<void> {
  const { trainer, progress, runner } = loop;
  const { action, limit } = trainer.settings.nonfinite;
  const again = action === "skip" ? progress.skips : action === "rollback" ? progress.rollbacks : limit;
  const stops = again >= limit;
  const { facts, bytes } = investigate(loop, what);
  loop.train.pause();
  // One bundle for the first of a kind and for the one that stops: not one for each batch that is left out.
  const path = stops || again === 0 ? bundlePath(loop, facts.step) : null;
  if (path !== null) await writeBundle(path, bytes);
  const error = new NonfiniteError(facts, path);
  if (stops) throw error;
  const did = action === "skip" ? "left out the batch" : "goes back to the last checkpoint";
  loop.recorder.display.note(`step ${facts.step}: the ${what} is not finite; ${describeAnomaly(facts)}; ${did}`);
  if (action === "rollback") throw new Rollback(error);
  progress.skips++;
  runner.batch = null;
}

// Synchronous: the next batch would free this one.
function investigate(loop: TrainingLoop, what: StepFacts["what"]): { facts: StepFacts; bytes: Uint8Array } {
  const { trainer, runner, parts, progress, train } = loop;
  const { batch } = runner;
  const after = runner.generators.map((each) => each.getState());
  const toBefore = (): void => {
    runner.generators.forEach((each, i) => {
      each.copyFrom(runner.before[i] as Generator);
    });
  };
  toBefore();
  const keep = runner.keepBuffers();
  try {
    const anomaly = findAnomaly(trainer.options, batch);
    keep();
    const facts: StepFacts = {
      step: progress.step + 1,
      epoch: progress.epoch,
      what,
      loss: runner.pieceLoss,
      gradNorm: what === "loss" ? Number.NaN : runner.gradNorm,
      indices: train.indices(),
      anomaly,
    };
    toBefore();
    const config = (trainer.options.config ?? {}) as Json;
    const state = { batch, generators: parts.generators, setup: parts.setup as Json, config };
    return { facts, bytes: encodeBundle(facts, trainer.options, state) };
  } finally {
    keep();
    runner.generators.forEach((each, i) => {
      each.setState(after[i] as Uint8Array);
    });
  }
}

function bundlePath(loop: TrainingLoop, step: number): string | null {
  const { postMortemPath } = loop.trainer.options;
  if (postMortemPath !== undefined) return postMortemPath;
  if (loop.store === null || loop.store.path === "memory") return null;
  return `${loop.store.path}/post-mortem/step-${String(step).padStart(8, "0")}.safetensors`;
}

/** Puts the last checkpoint back, and lowers the learning rates: each time further, also when none was saved in between. */
export async function rollBack(loop: TrainingLoop, { error }: Rollback): Promise<void> {
  const { store, trainer, progress, parts } = loop;
  const found = (await store?.loadLatest()) ?? null;
  if (found === null || store === null) throw error;
  const rollbacks = progress.rollbacks + 1;
  Object.assign(
    progress,
    restoreRun(parts, found.checkpoint, () => false),
    { rollbacks },
  );
  loop.train.load(progress.source ?? null);
  trainer.history.epochs.splice(0, Infinity, ...progress.epochs);
  progress.epochs = trainer.history.epochs;
  await store.cutMetrics(progress.step, found.metricsLines);
  await loop.recorder.resume(progress.step);
  scaleRates(trainer.optimizer, trainer.options.scheduler, trainer.settings.nonfinite.lrFactor);
}
