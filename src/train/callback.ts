import type { EpochRecord } from "./history.ts";
import type { StateTree } from "./state-tree.ts";
import type { Trainer } from "./trainer.ts";

/** What one optimizer step did. The same object each time: copy what you keep. */
export interface StepInfo {
  /** Optimizer steps so far, this one included. */
  step: number;
  /** Counts from 0. */
  epoch: number;
  /** Mean over the step's samples, before the update. */
  loss: number;
  /** Norm of all gradients before clipping. */
  gradNorm: number;
  /** Of the first parameter group, as used in this step. */
  lr: number;
  /** Samples in this step. */
  samples: number;
}

/** Figures that the best epoch, early stopping and plateau schedules judge. */
export interface Evaluation {
  epoch: number;
  step: number;
  /** `trainLoss`, `valLoss` and the metrics by name, or what `evaluate` gave. */
  values: Readonly<Record<string, number>>;
  /** Whether the monitored figure is the best so far. */
  best: boolean;
}

/**
 * Hooks into a run. The order stands as pseudo-code in ARCHITECTURE.md. Hooks around steps are synchronous; the
 * others may return a promise, which is awaited.
 *
 * @example
 * const losses: number[] = [];
 * const recorder: train.Callback = { name: "recorder", onStepEnd: (_, info) => losses.push(info.loss) };
 * await new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 1, callbacks: [recorder] }).fit(trainLoader);
 */
export interface Callback {
  /** Key of its state in a checkpoint; needed by those with state, and unique. */
  readonly name?: string;
  /**
   * Its state belongs to what the model is judged with (running statistics of the inputs), so it is also saved with the
   * best weights. It must then be of plain values.
   */
  readonly withBest?: boolean;
  /** Before the first step; also when a run is resumed. */
  onFitStart?(trainer: Trainer): unknown;
  onEpochStart?(trainer: Trainer, epoch: number): unknown;
  /** Before a step's first forward pass. */
  onStepStart?(trainer: Trainer, step: number): void;
  /** Gradients are there, not yet clipped. */
  onGradients?(trainer: Trainer): void;
  /** After the update. */
  onStepEnd?(trainer: Trainer, info: StepInfo): void;
  /** After a validation or `evaluate`, or, without either, after an epoch's training. */
  onEvaluation?(trainer: Trainer, evaluation: Evaluation): unknown;
  /** After the epoch's record has been made and the schedule has moved on, before it is saved. */
  onEpochEnd?(trainer: Trainer, record: EpochRecord): unknown;
  /** After a checkpoint is safely on the disk. */
  onCheckpoint?(trainer: Trainer, step: number): unknown;
  /** At the end, also of an interrupted run. */
  onFitEnd?(trainer: Trainer): unknown;
  /** Everything it needs to go on after a resume; typed arrays and tensors are stored as tensors. */
  stateDict?(): StateTree;
  loadStateDict?(state: StateTree): void;
}

type Hook = Exclude<keyof Callback, "name" | "withBest" | "stateDict" | "loadStateDict">;

/** Every hook. */
export const HOOKS: readonly Hook[] = [
  "onFitStart",
  "onEpochStart",
  "onStepStart",
  "onGradients",
  "onStepEnd",
  "onEvaluation",
  "onEpochEnd",
  "onCheckpoint",
  "onFitEnd",
];
/** Those in the middle of a step, which nobody waits for. */
export const STEP_HOOKS: readonly ("onStepStart" | "onGradients" | "onStepEnd")[] = [
  "onStepStart",
  "onGradients",
  "onStepEnd",
];

/** The callbacks that have a hook, found once, so that a step without hooks costs nothing. */
export function withHook<K extends Hook>(
  callbacks: readonly Callback[],
  hook: K,
): (Callback & Required<Pick<Callback, K>>)[] {
  return callbacks.filter((each): each is Callback & Required<Pick<Callback, K>> => typeof each[hook] === "function");
}

/** Hooks that are awaited and get the trainer and one thing more. */
export type BoundaryHook = "onFitStart" | "onFitEnd" | "onEpochStart" | "onEpochEnd";

/** Calls a hook of all callbacks that have it, one after the other. */
export async function callHook(trainer: Trainer, hook: BoundaryHook, what?: unknown): Promise<void> {
  for (const each of withHook(trainer.callbacks, hook)) {
    await (each[hook] as (trainer: Trainer, what?: unknown) => unknown).call(each, trainer, what);
  }
}
