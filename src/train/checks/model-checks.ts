import { isFloat } from "../../engine/index.ts";
import type { AnyModule } from "../../nn/index.ts";
import { CrossEntropyLoss, functional as F, MSELoss } from "../../nn/index.ts";
import { noGrad, data as read } from "../../ops/index.ts";
import type { Optimizer } from "../../optim/index.ts";
import { nextTurn } from "../../util/platform/index.ts";
import { tensorsIn } from "../state-tree.ts";
import { trainStep } from "../step.ts";
import { type Objective, SupervisedObjective } from "../task.ts";
import type { SupervisedBatch } from "../trainer-options.ts";
import { type CheckFinding, finding } from "./finding.ts";

/** What the checks of a model work with; the batch stays as long as they run. */
export interface CheckParts {
  model: AnyModule;
  optimizer: Optimizer;
  objective: Objective;
  batch: unknown;
}

const figure = (value: number): string => (Number.isFinite(value) ? value.toPrecision(4) : String(value));

export function checkFinite(batch: unknown): CheckFinding {
  const at = tensorsIn(batch).findIndex(
    (each) => isFloat(each.dtype) && each.storage.backend.firstNonfinite(each) >= 0,
  );
  if (at < 0) return finding("finite", "ok", "the first batch is finite");
  return finding("finite", "fail", `tensor ${at} of the first batch holds NaN or an infinity`, "Clean the data first.");
}

function total(values: ArrayLike<number>, of: (value: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i] as number);
  return sum;
}

/** The loss that a guess without knowledge has: ln C, or the variance of the targets around 0 and their mean. */
function expectedLoss({ objective, batch }: CheckParts): { value: number; why: string } | null {
  if (!(objective instanceof SupervisedObjective)) return null;
  const { like, model } = objective;
  const [input, target] = batch as SupervisedBatch;
  if (like instanceof CrossEntropyLoss || like === (F.crossEntropy as unknown)) {
    const prediction = model.forward(input);
    const classes = prediction.shape[1] ?? prediction.shape[0] ?? 1;
    return { value: Math.log(classes), why: `ln ${classes}` };
  }
  if (like instanceof MSELoss || like === (F.mseLoss as unknown)) {
    const values = read(target);
    const mean = total(values, (value) => value) / values.length;
    const variance = total(values, (value) => (value - mean) ** 2) / values.length;
    return { value: variance, why: `the variance of the targets, whose mean is ${figure(mean)}` };
  }
  return null;
}

export function checkInitialLoss(parts: CheckParts): CheckFinding {
  return noGrad(() => {
    const value = parts.objective.evaluate(parts.batch, []);
    if (!Number.isFinite(value)) {
      return finding("initialLoss", "fail", `the initial loss is ${value}`, "Check the data's scale and the loss.");
    }
    const expected = expectedLoss(parts);
    if (expected === null) return finding("initialLoss", "ok", `${figure(value)} (no expectation for this loss)`);
    const said = `${figure(value)}, expected about ${figure(expected.value)} (${expected.why})`;
    // A guess may start off the mean, but not by a multiple; nor can an untrained model know the answer.
    if (value > 3 * expected.value + 1e-12) {
      return finding(
        "initialLoss",
        "warn",
        said,
        "Scale inputs and targets to about 0 ± 1, or start the last layer's bias at the targets' mean.",
      );
    }
    if (value < expected.value / 3) {
      return finding(
        "initialLoss",
        "warn",
        said,
        "Better than a guess: trained weights, or the target among the inputs?",
      );
    }
    return finding("initialLoss", "ok", said);
  });
}

/** Parameters that the loss does not depend on, or that the optimizer does not hold. */
export function checkGradients({ model, optimizer, objective, batch }: CheckParts): CheckFinding {
  const held = new Set(optimizer.paramGroups.flatMap((group) => group.params));
  const without: string[] = [];
  const zero: string[] = [];
  const forgotten: string[] = [];
  const looked = Symbol("looked");
  try {
    trainStep(
      optimizer,
      () => objective.of(batch),
      () => {
        for (const [name, parameter] of model.namedParameters()) {
          if (!parameter.requiresGrad) continue;
          if (!held.has(parameter)) forgotten.push(name);
          if (parameter.gradient === null) without.push(name);
          else if (read(parameter.gradient).every((value) => value === 0)) zero.push(name);
        }
        throw looked; // nothing shall be stepped
      },
    );
  } catch (error) {
    if (error !== looked) throw error;
  } finally {
    model.zeroGrad();
  }
  if (without.length > 0) {
    const advice = "The loss does not depend on them: use them in forward(), or freeze them (requiresGrad = false).";
    return finding("gradients", "fail", `no gradient: ${without.join(", ")}`, advice);
  }
  if (forgotten.length > 0) {
    return finding(
      "gradients",
      "warn",
      `not in the optimizer: ${forgotten.join(", ")}`,
      "Pass model.parameters() to it.",
    );
  }
  if (zero.length > 0) {
    return finding(
      "gradients",
      "warn",
      `the gradient is zero everywhere: ${zero.join(", ")}`,
      "Dead units, or a detach()?",
    );
  }
  return finding("gradients", "ok", "every parameter has a gradient");
}

const GOAL = 0.1; // of the loss at the start
const STEPS = 2000;

/** A model with enough capacity, a working loss and a sane learning rate learns one small batch by heart. */
export async function overfitOneBatch(parts: CheckParts, seconds: number): Promise<CheckFinding> {
  const { model, optimizer, objective, batch } = parts;
  if (!(objective instanceof SupervisedObjective)) {
    return finding("overfitOneBatch", "skip", "the objective's lowest value is not known");
  }
  const [input, target] = batch as SupervisedBatch;
  const samples = Math.min(input.shape[0] ?? 1, 16);
  const few = target.shape[0] === input.shape[0] ? samples : (input.shape[0] ?? 1);
  const x = input.narrow(0, 0, few).detach();
  const y = target.narrow(0, 0, few).detach();
  // Dropout would keep it from learning by heart; BatchNorm needs its batch statistics.
  for (const module of model.modules()) module.training = !/Dropout/.test(module.constructor.name);
  const deadline = performance.now() + seconds * 1000;
  let turned = performance.now();
  let [first, lowest, steps] = [Number.NaN, Infinity, 0];
  for (; steps < STEPS && performance.now() < deadline; steps++) {
    const value = trainStep(optimizer, () => objective.of([x, y])).loss.item();
    if (steps === 0) first = value;
    if (!Number.isFinite(value)) {
      return finding("overfitOneBatch", "fail", `the loss is ${value} after ${steps} steps`, "Learning rate ÷ 10.");
    }
    lowest = Math.min(lowest, value);
    if (lowest <= GOAL * first || lowest < 1e-6) break;
    if (performance.now() - turned > 50) {
      await nextTurn();
      turned = performance.now();
    }
  }
  const said = `${few} samples: loss ${figure(first)} → ${figure(lowest)} in ${steps} steps`;
  if (lowest <= GOAL * first || lowest < 1e-6) return finding("overfitOneBatch", "ok", said);
  const advice = "Learning rate × 3 or ÷ 10, a larger model, or a loss that does not fit the targets?";
  return finding("overfitOneBatch", lowest < 0.7 * first ? "warn" : "fail", said, advice);
}
