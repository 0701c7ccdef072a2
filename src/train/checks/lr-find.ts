import { noGrad } from "../../ops/index.ts";
import { ConfigError } from "../../util/index.ts";
import { nextTurn } from "../../util/platform/index.ts";
import { collectGenerators } from "../generators.ts";
import { BatchSource, noSamples } from "../loop/batches.ts";
import { copyState } from "../state-tree.ts";
import { trainStep } from "../step.ts";
import type { Trainer } from "../trainer.ts";
import type { AnySource } from "../trainer-options.ts";
import { Snapshot } from "./snapshot.ts";

/** Options of `lrFind`. */
export interface LrFindOptions {
  /** First rate; default 1e-7. */
  minLr?: number;
  /** Last rate; default 10. */
  maxLr?: number;
  /** Steps from one to the other, 10 or more; default 100. */
  steps?: number;
}

/** One point of the sweep. */
export interface LrPoint {
  lr: number;
  loss: number;
  /** Exponential mean over the points so far, without its bias at the start. */
  smooth: number;
}

/** What `lrFind` found. */
export interface LrFinding {
  points: LrPoint[];
  /** Where the smoothed loss falls most steeply; null when it never fell. */
  suggested: number | null;
  /** The rate with the lowest smoothed loss. */
  lowest: number | null;
}

const BETA = 0.9;
const DIVERGED = 4; // times the lowest smoothed loss, as in fastai

/**
 * Sweeps the learning rate up exponentially, one batch a rate, until the loss runs away; suggests the rate of the
 * steepest fall. Weights, optimizer, schedule and generators are as before afterwards.
 *
 * @param trainer model, optimizer, loss and clipping are its
 * @throws {ConfigError} for options outside their domain; {DataError} when the loader gives no batch
 * @source L. N. Smith, Cyclical Learning Rates for Training Neural Networks, 2017
 * @example
 * const trainer = new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 1 });
 * const { suggested } = await train.lrFind(trainer, trainLoader, { steps: 20 });
 */
export async function lrFind<Batch>(
  trainer: Trainer<Batch>,
  loader: AnySource<Batch>,
  options: LrFindOptions = {},
): Promise<LrFinding> {
  const { minLr = 1e-7, maxLr = 10, steps = 100 } = options;
  if (!(minLr > 0 && maxLr > minLr && Number.isFinite(maxLr) && Number.isInteger(steps) && steps >= 10)) {
    throw new ConfigError(
      "lrFind",
      `minLr is ${minLr}, maxLr ${maxLr} and steps ${steps}`,
      "expected 0 < minLr < maxLr and 10 steps or more",
      "The defaults are 1e-7, 10 and 100.",
    );
  }
  const { model, optimizer } = trainer;
  const others = { ...trainer.options.generators, loader };
  const snapshot = new Snapshot(model, optimizer, collectGenerators({ model, loss: trainer.options.loss }, others));
  const source = new BatchSource<unknown>("loader", loader);
  const before = copyState(source.rest());
  optimizer.nonfinite = "skip";
  const points: LrPoint[] = [];
  try {
    model.train();
    let mean = 0;
    let lowest = Infinity;
    let turned = performance.now();
    for (let i = 0; i < steps; i++) {
      const lr = minLr * (maxLr / minLr) ** (i / (steps - 1));
      const loss = stepAt(trainer, await nextBatch(source), lr);
      mean = BETA * mean + (1 - BETA) * loss;
      const smooth = mean / (1 - BETA ** (i + 1));
      if (!Number.isFinite(smooth) || (i > 0 && smooth > DIVERGED * lowest)) break;
      lowest = Math.min(lowest, smooth);
      points.push({ lr, loss, smooth });
      if (performance.now() - turned > 50) {
        source.pause();
        await nextTurn();
        turned = performance.now();
      }
    }
  } finally {
    source.close();
    source.load(before);
    snapshot.restore();
    snapshot.release();
  }
  return { points, ...suggest(points) };
}

/** What a step needs of a trainer, whatever its batches are. */
type Steps = Pick<Trainer, "optimizer" | "objective" | "clipper">;

/** The next batch; after the last one the first of another epoch. */
async function nextBatch(source: BatchSource<unknown>): Promise<unknown> {
  if (!source.isOpen) source.open(null);
  for (let epoch = 0; epoch < 2; epoch++) {
    await source.ready(1);
    const batch = source.next();
    if (batch !== null) return batch;
    source.open(null);
  }
  throw noSamples("lrFind");
}

function stepAt(trainer: Steps, batch: unknown, lr: number): number {
  const { optimizer, objective } = trainer;
  const base = optimizer.paramGroups[0]?.lr ?? lr;
  const ratios = optimizer.paramGroups.map((group) => (base > 0 ? group.lr / base : 1)); // groups keep their relation
  optimizer.paramGroups.forEach((group, i) => {
    group.lr = lr * (ratios[i] as number);
  });
  const result = trainStep(optimizer, () => objective.of(batch), trainer.clipper());
  return noGrad(() => result.loss.item());
}

/**
 * The steepest fall of the smoothed loss over log lr. The first tenth is left out, where the mean is of few batches;
 * the slope is a line fitted through a sixth of the points, so that the noise of single batches does not decide.
 */
function suggest(points: readonly LrPoint[]): { suggested: number | null; lowest: number | null } {
  const at = points.reduce((best, point, i) => (point.smooth < (points[best] as LrPoint).smooth ? i : best), 0);
  const lowest = points[at]?.lr ?? null;
  const half = Math.max(2, Math.round(points.length / 12));
  let steepest = 0;
  let suggested: number | null = null;
  for (let i = Math.max(half, Math.ceil(points.length / 10)); i + half < points.length && i <= at; i++) {
    let slope = 0;
    for (let k = -half; k <= half; k++) slope += k * (points[i + k] as LrPoint).smooth;
    if (slope < steepest) [steepest, suggested] = [slope, (points[i] as LrPoint).lr];
  }
  return { suggested, lowest };
}
