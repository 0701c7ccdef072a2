import type { EpochRecord, History } from "../history.ts";
import type { Outcome } from "../trainer.ts";
import type { Figures } from "../trainer-options.ts";
import type { TrainingLoop } from "./loop.ts";
import type { EpochProgress, Progress } from "./progress.ts";

/** Why training is over; null while it is not. Epochs are counted elsewhere. */
export function limitOf(loop: TrainingLoop): string | null {
  const { base, step, stopped } = loop.progress;
  const { maxSteps, maxSeconds } = loop.trainer.settings;
  if (stopped !== null) return stopped;
  if (maxSteps !== null && step - base.step >= maxSteps) return `${maxSteps} steps done`;
  if (maxSeconds !== null && loop.elapsedMs() - base.elapsedMs >= maxSeconds * 1000)
    return `${maxSeconds} seconds are over`;
  return null;
}

/** How a run ended that was not interrupted. */
export function endOf(loop: TrainingLoop): Outcome {
  const { stopped } = loop.progress;
  return {
    kind: stopped === null ? "finished" : "stopped",
    reason: stopped ?? limitOf(loop) ?? "all epochs done",
  };
}

/** What an epoch left behind. */
export function recordOf(progress: Progress, current: EpochProgress, own: Figures): EpochRecord {
  const { valLoss = null, trainLoss: _, ...figures } = (current.figures ?? {}) as Figures & { valLoss?: number };
  const { sum, max } = current.norms;
  return {
    epoch: progress.epoch,
    trainLoss: current.mean.sum / current.mean.samples,
    valLoss,
    lr: current.lr,
    gradNorm: sum / current.mean.batches,
    best: current.best,
    step: progress.step,
    gradNormMax: max,
    ...(Object.keys(figures).length > 0 ? { metrics: figures } : {}),
    ...(Object.keys(own).length > 0 ? { figures: { ...own } } : {}),
    ...(Object.keys(current.trainFigures).length > 0 ? { trainMetrics: current.trainFigures } : {}),
  };
}

/** What `diagnose` needs of a run besides its epochs, for the metrics log. */
export function knownOf({ initialLoss, constantLoss, movingTarget }: History): Record<string, number | boolean> {
  return {
    ...(initialLoss === null ? {} : { initialLoss }),
    ...(constantLoss === null ? {} : { constantLoss }),
    ...(movingTarget ? { movingTarget } : {}),
  };
}
