import type { AnyModule } from "../../nn/index.ts";
import type { Optimizer } from "../../optim/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { CheckpointError } from "../../util/index.ts";
import type { BestWeights } from "../best-weights.ts";
import type { Callback } from "../callback.ts";
import { generatorTensors, type NamedGenerators, restoreGenerators } from "../generators.ts";
import { type Json, pack, unpack } from "../json.ts";
import { packState, unpackState } from "../state-tree.ts";
import { mergedSchedule } from "./describe.ts";
import type { Progress } from "./progress.ts";
import type { RunCheckpoint } from "./run-store.ts";
import type { Setup } from "./setup.ts";

const FORMAT = 1;

/** Anything with a saved state of plain values. */
interface Stateful {
  stateDict(): unknown;
  loadStateDict(state: never): void;
}

/** The parts of a run that have a state. */
export interface RunParts {
  model: AnyModule;
  optimizer: Optimizer;
  scheduler: Stateful | undefined;
  callbacks: readonly Callback[];
  generators: NamedGenerators;
  best: BestWeights;
  setup: Setup;
}

type OptimizerState = ReturnType<Optimizer["stateDict"]>;

/** An optimizer's state as tensors `<prefix>.<parameter>.<name>`, and plain values. */
export function optimizerParts(optimizer: Optimizer, tensors: Map<string, Tensor>): Json {
  const { state, paramGroups } = optimizer.stateDict();
  const parameters = [...state].map(([key, { step, tensors: own }]) => {
    for (const [name, tensor] of own) tensors.set(`optimizer.${key}.${name}`, tensor);
    return { key, step, tensors: [...own.keys()] };
  });
  return pack({
    name: optimizer.constructor.name,
    stepCount: optimizer.stepCount,
    skippedCount: optimizer.skippedCount,
    paramGroups,
    parameters,
  });
}

interface SavedOptimizer {
  stepCount: number;
  skippedCount: number;
  paramGroups: OptimizerState["paramGroups"];
  parameters: { key: string; step: number; tensors: string[] }[];
}

function tensorOf(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const found = tensors.get(name);
  if (found !== undefined) return found;
  throw new CheckpointError(
    "Trainer.resume",
    `the checkpoint has no tensor "${name}"`,
    "expected it",
    "Use another one.",
  );
}

/** Puts back what `optimizerParts` gave. @throws {CheckpointError} when it is another optimizer's */
export function restoreOptimizer(optimizer: Optimizer, tensors: ReadonlyMap<string, Tensor>, saved: Json): void {
  const { stepCount, skippedCount, paramGroups, parameters } = unpack(saved) as SavedOptimizer;
  const state: OptimizerState["state"] = new Map();
  for (const { key, step, tensors: names } of parameters) {
    const own = new Map(names.map((name) => [name, tensorOf(tensors, `optimizer.${key}.${name}`)]));
    state.set(key, { step, tensors: own });
  }
  optimizer.loadStateDict({ state, paramGroups });
  optimizer.stepCount = stepCount;
  optimizer.skippedCount = skippedCount;
}

function withPrefix(tensors: ReadonlyMap<string, Tensor>, prefix: string): Map<string, Tensor> {
  const out = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) if (name.startsWith(prefix)) out.set(name.slice(prefix.length), tensor);
  return out;
}

/** Everything a resume needs. The tensors look at live memory: save (or copy) them before the next step. */
export function captureRun(parts: RunParts, progress: Progress): RunCheckpoint {
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of parts.model.stateDict()) tensors.set(`model.${name}`, tensor);
  const optimizer = optimizerParts(parts.optimizer, tensors);
  for (const [name, tensor] of parts.best.state ?? []) tensors.set(`best.${name}`, tensor);
  for (const [name, tensor] of generatorTensors(parts.generators)) tensors.set(name, tensor);
  const callbacks: Record<string, Json> = {};
  for (const each of parts.callbacks) {
    if (each.name === undefined || each.stateDict === undefined) continue;
    callbacks[each.name] = packState(each.stateDict(), `callbacks.${each.name}`, tensors);
  }
  return {
    tensors,
    state: {
      format: FORMAT,
      step: progress.step,
      epoch: progress.epoch,
      progress: packState(progress, "progress", tensors),
      optimizer,
      scheduler: parts.scheduler === undefined ? null : pack(parts.scheduler.stateDict()),
      callbacks,
      setup: parts.setup,
    },
  };
}

/** The best weights and why they are. */
export function captureBest(parts: RunParts, progress: Progress): RunCheckpoint {
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of parts.best.state ?? []) tensors.set(name, tensor);
  const { step, epoch } = progress.best ?? progress;
  const best = pack(progress.best);
  const callbacks: Record<string, Json> = {};
  for (const each of parts.callbacks) {
    if (each.withBest === true && each.name !== undefined) callbacks[each.name] = pack(each.stateDict?.() ?? null);
  }
  return { tensors, state: { format: FORMAT, step, epoch, best, callbacks, setup: parts.setup } };
}

/** @throws {CheckpointError} unless a checkpoint's plain part is one of a run */
export function checkRunState(state: RunCheckpoint["state"], path: string): void {
  const { format, progress, optimizer, setup } = state;
  const object = (value: Json | undefined): boolean => typeof value === "object" && value !== null;
  if (format === FORMAT && object(progress) && object(optimizer) && object(setup)) return;
  throw new CheckpointError(
    "Trainer.resume",
    `${path} holds no checkpoint of a run (format ${JSON.stringify(format ?? null)})`,
    `expected one of format ${FORMAT}`,
    "Weights alone cannot be continued: load them with model.loadStateDict and begin a new run.",
  );
}

/**
 * Puts everything back, the generators last.
 *
 * @param isAllowed what was changed on purpose: a `scheduler` as a whole is left as it is, one of its settings
 *   (`scheduler.tMax`) is not put back
 */
export function restoreRun(
  parts: RunParts,
  { tensors, state }: RunCheckpoint,
  isAllowed: (path: string) => boolean,
): Progress {
  parts.model.loadStateDict(withPrefix(tensors, "model."));
  restoreOptimizer(parts.optimizer, tensors, state.optimizer as Json);
  const { scheduler } = parts;
  if (scheduler !== undefined && !isAllowed("scheduler")) {
    const merged = mergedSchedule(state.scheduler as Json, pack(scheduler.stateDict()), isAllowed);
    scheduler.loadStateDict(unpack(merged) as never);
  }
  const callbacks = (state.callbacks ?? {}) as Record<string, Json>;
  for (const each of parts.callbacks) {
    if (each.name === undefined || each.loadStateDict === undefined) continue;
    const saved = callbacks[each.name];
    if (saved !== undefined) each.loadStateDict(unpackState(saved, tensors));
  }
  const best = withPrefix(tensors, "best.");
  if (best.size > 0) parts.best.load(best);
  restoreGenerators(parts.generators, tensors);
  return unpackState(state.progress as Json, tensors) as unknown as Progress;
}
