import { isFloat } from "../../engine/index.ts";
import { data } from "../../ops/index.ts";
import type { Optimizer } from "../../optim/index.ts";
import { type Node, Parameter, scope, type Tensor } from "../../tensor/index.ts";
import { tensorsIn } from "../state-tree.ts";
import { trainStep } from "../step.ts";
import { type AnyTask, type Objective, objectiveOf } from "../task.ts";
import type { SupervisedBatch } from "../trainer-options.ts";
import { consumersOf, nodesBelow } from "./graph.ts";

/** Where the first value that is NaN or infinite came up in a step. */
export interface Anomaly {
  /** In the data, in the weights, on the way to the loss, or on the way back; `none` when all is finite. */
  phase: "input" | "weights" | "forward" | "backward" | "none";
  /** The op whose result (backward: whose derivative) was the first; null in data and weights. */
  op: string | null;
  /** Shape of that result. */
  shape: number[];
  /** The parameter that the op reads, or that lies before it; backward: the first whose gradient is not finite. */
  parameter: string | null;
  /** Positions in the batch of the samples concerned; all when it cannot be told. */
  samples: number[];
  /** The step's loss; NaN when the forward pass was not finished. */
  loss: number;
}

/** What a replay needs. */
export type ReplayParts = AnyTask & { optimizer: Optimizer };

// Leaves trainStep between backward and step, so that nothing is changed.
const DONE: unique symbol = Symbol("done");

function dryStep(optimizer: Optimizer, objective: () => Tensor, look: () => void): void {
  try {
    trainStep(optimizer, objective, () => {
      look();
      throw DONE;
    });
  } catch (error) {
    if (error !== DONE) throw error;
  } finally {
    optimizer.zeroGrad();
  }
}

function isBad(tensor: Tensor): boolean {
  return isFloat(tensor.dtype) && tensor.storage.backend.firstNonfinite(tensor) >= 0;
}

/** Rows (first dimension) with a value that is not finite; null when the rows are not samples. */
function badRows(tensor: Tensor, samples: number): number[] | null {
  if (tensor.shape[0] !== samples || tensor.shape.length === 0) return null;
  const values = data(tensor);
  const width = values.length / samples;
  const rows = Array.from({ length: samples }, (_, row) => row);
  return rows.filter((row) => values.subarray(row * width, (row + 1) * width).some((value) => !Number.isFinite(value)));
}

function nameOf(parameter: Tensor, names: ReadonlyMap<Tensor, string>): string | null {
  return names.get(parameter) ?? (parameter instanceof Parameter && parameter.name !== "" ? parameter.name : null);
}

// The op's own parameter; else the nearest one before it.
function parameterBefore(node: Node, names: ReadonlyMap<Tensor, string>): string | null {
  for (let level: Node[] = [node]; level.length > 0; ) {
    const next: Node[] = [];
    for (const each of level) {
      for (const input of each.inputs ?? []) {
        const name = input.node === null ? nameOf(input, names) : null;
        if (name !== null) return name;
        if (input.node !== null) next.push(input.node);
      }
    }
    level = next;
  }
  return null;
}

/**
 * Runs a step again, looks at the result of every op, forward and backward, and says where the first value came up
 * that is not finite. Weights and optimizer stay as they are; the generators must be as they were before the step.
 *
 * @example
 * const { phase, op, samples } = train.findAnomaly({ model, optimizer, loss: F.mseLoss }, [X.mul(Number.NaN), y]);
 * console.log(phase, op, samples.length);
 */
export function findAnomaly(parts: ReplayParts, batch: unknown): Anomaly {
  const objective = objectiveOf("findAnomaly", parts);
  return scope(() => {
    const found = search(parts, objective, batch);
    const all = objective.samples(batch);
    if (found.phase === "none" || found.samples.length > 0) return found;
    const alone = parts.loss === undefined ? [] : samplesAlone(parts, objective, batch as SupervisedBatch);
    return { ...found, samples: alone.length > 0 ? alone : Array.from({ length: all }, (_, i) => i) };
  });
}

function search({ model, optimizer, loss }: ReplayParts, target: Objective, batch: unknown): Anomaly {
  const samples = target.samples(batch);
  const report: Anomaly = { phase: "none", op: null, shape: [], parameter: null, samples: [], loss: Number.NaN };
  const mark = (phase: Anomaly["phase"], op: string | null, tensor: Tensor): void => {
    Object.assign(report, { phase, op, shape: [...tensor.shape], samples: badRows(tensor, samples) ?? [] });
  };
  const bad = tensorsIn(batch).find(isBad);
  if (bad !== undefined) {
    mark("input", null, bad);
    return report;
  }
  const names = new Map<Tensor, string>();
  for (const [name, parameter] of model.namedParameters()) {
    names.set(parameter, name);
    if (!isBad(parameter)) continue;
    mark("weights", null, parameter);
    return { ...report, parameter: name, samples: Array.from({ length: samples }, (_, i) => i) };
  }
  const watched = loss === undefined ? batch : watch(batch as SupervisedBatch);
  const hooks: { remove(): void }[] = [];
  const objective = (): Tensor => {
    const out = target.of(watched);
    report.loss = out.item();
    const nodes = nodesBelow(out);
    const first = nodes.find((node) => node.output !== null && isBad(node.output));
    if (first !== undefined) {
      mark("forward", first.op, first.output as Tensor);
      report.parameter = parameterBefore(first, names);
      throw DONE;
    }
    for (const [tensor, consumers] of consumersOf(nodes)) {
      if (!tensor.requiresGrad) continue;
      const look = (grad: Tensor): void => {
        if (!isBad(grad)) return;
        if (report.phase === "none") mark("backward", [...new Set(consumers)].join(" or "), grad);
        if (tensor.node === null) report.parameter ??= nameOf(tensor, names);
      };
      hooks.push(tensor.registerHook(look));
    }
    return out;
  };
  try {
    dryStep(optimizer, objective, () => {});
  } finally {
    for (const hook of hooks) hook.remove();
  }
  return report;
}

/** The batch with a copy of its input that requires a gradient: so ops on data alone are recorded too. */
function watch([input, ...rest]: SupervisedBatch): SupervisedBatch {
  const watched = input.detach();
  if (isFloat(watched.dtype)) watched.requiresGrad = true;
  return [watched, ...rest];
}

/** Samples that are not finite on their own. */
function samplesAlone({ model, optimizer }: ReplayParts, whole: Objective, [input, target]: SupervisedBatch): number[] {
  const samples = input.shape[0] ?? 0;
  const out: number[] = [];
  if (target.shape[0] !== samples) return out;
  for (let i = 0; i < samples; i++) {
    let bad = false;
    const objective = (): Tensor => {
      const value = whole.of([input.narrow(0, i, 1), target.narrow(0, i, 1)]);
      bad = !Number.isFinite(value.item());
      return value;
    };
    try {
      dryStep(optimizer, objective, () => {
        for (const parameter of model.parameters()) {
          if (parameter.gradient !== null && isBad(parameter.gradient)) bad = true;
        }
      });
    } catch {
      // A layer that cannot take one sample (BatchNorm): nothing can be said about it.
    }
    if (bad) out.push(i);
  }
  return out;
}
