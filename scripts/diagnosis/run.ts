import { manualSeed } from "../../src/engine/index.ts";
import { utils } from "../../src/nn/index.ts";
import { noGrad } from "../../src/ops/index.ts";
import { scope } from "../../src/tensor/index.ts";
import { GradientProbe } from "../../src/train/diagnosis/gradient-probe.ts";
import { trainStep } from "../../src/train/step.ts";
import { pushRun, round, type StoredNumber } from "./compact.ts";
import { F, type Job, type Recipe } from "./job.ts";

/** By the name of the weight, without ".weight". */
export type StoredByLayer = Record<string, StoredNumber>;

/** A run as the golden file keeps it: columns over the epochs, and gradients at a few of them. */
export interface StoredRun {
  name: string;
  label: string;
  half: "tuning" | "held-out";
  initialLoss: StoredNumber;
  plannedEpochs: number;
  constantLoss: StoredNumber;
  train: StoredNumber[];
  val: StoredNumber[];
  /** Learning rates: value, epochs, value, epochs … */
  lr: StoredNumber[];
  gradNorm: StoredNumber[];
  gradNormMax: StoredNumber[];
  /** By the number of the epoch: gradient norm of the first weight and of the largest, and dead shares where there are any. */
  probes: Record<number, [norms: StoredByLayer, dead?: StoredByLayer]>;
}

/** Trains a recipe as `Trainer` does: clipping between backward and step, validation after each epoch. */
export function train(recipe: Recipe, seed: number): Omit<StoredRun, "half"> {
  manualSeed(seed);
  return scope(() => {
    const job: Job = recipe.make(seed);
    const parameters = [...job.model.parameters()];
    const clip = () => utils.clipGradNorm_(parameters, job.clip ?? 1);
    const probe = new GradientProbe(job.model);
    const loss = job.classes ? F.crossEntropy : F.mseLoss;
    const stop = job.stopAt ?? job.epochs;
    const every = Math.ceil(stop / 6);
    let initialLoss = NaN;
    const out: Pick<StoredRun, "train" | "val" | "lr" | "gradNorm" | "gradNormMax" | "probes"> = {
      train: [],
      val: [],
      lr: [],
      gradNorm: [],
      gradNormMax: [],
      probes: {},
    };
    for (let epoch = 0; epoch < stop; epoch++) {
      const lr = job.optimizer.paramGroups[0]?.lr ?? 0;
      let sum = 0;
      let count = 0;
      let norms = 0;
      let steps = 0;
      let largest = 0;
      let failed = false;
      for (const [input, target] of job.loader) {
        try {
          const result = trainStep(job.optimizer, () => loss(job.model.forward(input), target), clip);
          const value = result.loss.item();
          const norm = result.gradNorm?.item() ?? NaN;
          if (steps === 0 && epoch === 0) initialLoss = value;
          sum += value * (input.shape[0] ?? 1);
          count += input.shape[0] ?? 1;
          norms += norm;
          largest = Math.max(largest, norm);
          if (steps < 8) probe.observe();
        } catch {
          failed = true; // the loss or a gradient is not finite: the optimizer refuses to step
          sum = NaN;
        }
        steps++;
        if (failed) break;
      }
      const found = probe.take();
      const valLoss = failed ? NaN : noGrad(() => loss(job.model.forward(job.validation[0]), job.validation[1]).item());
      out.train.push(round(sum / count));
      out.val.push(round(valLoss));
      pushRun(out.lr, round(lr, 2));
      out.gradNorm.push(round(norms / steps, 2));
      out.gradNormMax.push(round(largest, 2));
      if (epoch % every === 0 || epoch >= stop - 2) {
        const weights = Object.entries(found.parameterGradNorms).filter(([name]) => name.endsWith("weight"));
        const dead = Object.entries(found.deadUnits).filter(([, share]) => share > 0);
        const norms = byLayer(firstAndLargest(weights));
        out.probes[epoch] = dead.length === 0 ? [norms] : [norms, byLayer(dead)];
      }
      if (failed) break;
      job.scheduler?.step();
    }
    return {
      name: recipe.name,
      label: recipe.label,
      initialLoss: round(initialLoss),
      plannedEpochs: job.epochs,
      constantLoss: round(job.constantLoss),
      ...out,
    };
  });
}

function byLayer(entries: [string, number][]): StoredByLayer {
  return Object.fromEntries(entries.map(([name, value]) => [name.replace(/\.weight$/, ""), round(value, 2)]));
}

function firstAndLargest(norms: [string, number][]): [string, number][] {
  const [first] = norms;
  if (first === undefined) return []; // broken before the first step was done
  const largest = norms.reduce((most, each) => (each[1] > most[1] || !Number.isFinite(most[1]) ? each : most));
  return first === largest ? [first] : [first, largest];
}
