import type { Generator } from "../../engine/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { CheckpointError } from "../../util/index.ts";
import { readFile, writeFile } from "../../util/platform/files.ts";
import { collectGenerators, generatorTensors, type NamedGenerators, restoreGenerators } from "../generators.ts";
import { type Json, pack, unpack } from "../json.ts";
import { optimizerParts, restoreOptimizer } from "../loop/checkpoint.ts";
import { packState, unpackState } from "../state-tree.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../storage/index.ts";
import { type Anomaly, findAnomaly, type ReplayParts } from "./anomaly.ts";

const KIND = "innerloop post-mortem";

/** What is known of a step that was not applied. */
export interface StepFacts {
  step: number;
  epoch: number;
  what: "loss" | "gradient";
  /** The loss as it was. */
  loss: number;
  gradNorm: number;
  /** Positions in the dataset of the batch's samples; null when the loader does not tell. */
  indices: number[] | null;
  anomaly: Anomaly;
}

/** What a bundle holds besides the facts, weights and optimizer. */
export interface BundleParts {
  batch: unknown;
  /** As they were before the step. */
  generators: NamedGenerators;
  setup: Json;
  config: Json;
}

/** The bytes of a bundle: a safetensors file with batch, weights, optimizer, random state and config. */
export function encodeBundle(facts: StepFacts, task: ReplayParts, parts: BundleParts): Uint8Array {
  const tensors = new Map<string, Tensor>();
  const batch = packState(parts.batch, "batch", tensors);
  for (const [name, tensor] of task.model.stateDict()) tensors.set(`model.${name}`, tensor);
  const optimizer = optimizerParts(task.optimizer, tensors);
  for (const [name, tensor] of generatorTensors(parts.generators)) tensors.set(name, tensor);
  const { setup, config } = parts;
  return encodeCheckpoint({ tensors, state: { kind: KIND, facts: pack(facts), batch, optimizer, setup, config } });
}

/** Writes a bundle whole. */
export async function writeBundle(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes);
}

/** What a replay found, and what had been found when it happened. */
export interface Replay {
  facts: StepFacts;
  anomaly: Anomaly;
  /** The loss of the replay has the very bits of the step's. */
  same: boolean;
}

/**
 * Runs the very step of a post-mortem bundle again: loads its weights, optimizer and random state, and looks at every
 * op's result. The step is not applied.
 *
 * @param path the `.safetensors` that the run left
 * @param parts model, optimizer and loss (or objective), built as in the run: `trainer.options` will do
 * @throws {CheckpointError} when it is no bundle, or of another model
 * @example
 * const loss = (output: Tensor, target: Tensor) => F.mseLoss(output, target).mul(Number.NaN);
 * const trainer = new train.Trainer({ model, optimizer, loss, epochs: 1, log: null });
 * try {
 *   await trainer.fit(loader);
 * } catch (error) {
 *   if (error instanceof train.NonfiniteError && error.bundle !== null) {
 *     const { anomaly } = await train.replayPostMortem(error.bundle, trainer.options);
 *     console.log(anomaly.op, anomaly.samples);
 *   }
 * }
 */
export async function replayPostMortem(
  path: string,
  parts: ReplayParts & { generators?: Readonly<Record<string, Generator>> },
): Promise<Replay> {
  const { tensors, state } = decodeCheckpoint(await readFile(path));
  if (state.kind !== KIND) {
    throw new CheckpointError("replayPostMortem", `${path} is no post-mortem`, "expected one", "Check the path.");
  }
  const { model, optimizer, loss } = parts;
  const weights = [...tensors].filter(([name]) => name.startsWith("model."));
  model.loadStateDict(new Map(weights.map(([name, tensor]) => [name.slice("model.".length), tensor])));
  restoreOptimizer(optimizer, tensors, state.optimizer as Json);
  const known = collectGenerators({ model, loss }, parts.generators);
  // (loaders' generators are in the bundle too; the step does not need them)
  restoreGenerators(known, tensors);
  const facts = unpack(state.facts as Json) as StepFacts;
  model.train();
  const anomaly = findAnomaly(parts, unpackState(state.batch as Json, tensors));
  return { facts, anomaly, same: Object.is(anomaly.loss, facts.anomaly.loss) };
}
