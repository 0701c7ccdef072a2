import { Generator } from "../engine/index.ts";
import { CheckpointError } from "../util/index.ts";
import { type EpochOrder, sequentialOrder } from "./sampler.ts";

/** Where a loader stands in an epoch: plain values, for a checkpoint. */
export interface LoaderState {
  /** Samples handed out so far. */
  position: number;
  /** Whether the epoch has been read to its end. */
  done: boolean;
  /** Samples of the dataset. */
  length: number;
  shuffle: boolean;
  /**
   * What the order was drawn from: a seed (drawn from the default generator), or the state of the loader's own
   * generator as base64. Null without shuffling, and before the first batch.
   */
  order: { seed: string } | { state: string } | null;
}

const CHUNK = 0x8000; // arguments that String.fromCharCode takes at once

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

function isOrder(order: unknown): order is LoaderState["order"] {
  if (order === null) return true;
  const { seed, state } = (order ?? {}) as Record<string, unknown>;
  return (typeof seed === "string" && /^\d+$/.test(seed)) || typeof state === "string";
}

/** @throws {CheckpointError} unless it is a state of a loader over as many samples, shuffled or not alike. */
export function checkLoaderState(saved: unknown, length: number, shuffle: boolean): LoaderState {
  const state = (saved ?? {}) as Partial<LoaderState>;
  const problems: string[] = [];
  if (state.length !== length) problems.push(`it counts ${state.length} samples instead of ${length}`);
  if (state.shuffle !== shuffle) problems.push(`shuffle is ${state.shuffle} instead of ${shuffle}`);
  if (!Number.isInteger(state.position) || !((state.position as number) >= 0 && (state.position as number) <= length)) {
    problems.push(`the position is ${state.position}`);
  }
  if (typeof state.done !== "boolean") problems.push(`done is ${state.done}`);
  if (!isOrder(state.order)) problems.push("the order's origin is damaged");
  else if (shuffle && state.order === null && state.position !== 0) problems.push("the order's origin is missing");
  if (problems.length === 0) return state as LoaderState;
  throw new CheckpointError(
    "DataLoader.loadStateDict",
    problems.join("; "),
    "expected the state of a loader over the same data",
    "Build dataset and loader as they were when the state was saved, or begin a new epoch.",
  );
}

/** The order of an epoch once more, drawing nothing from the generators it came from. */
export function orderAgain(state: LoaderState, own: Generator | undefined): EpochOrder {
  const { order, length } = state;
  if (order === null) return sequentialOrder(length);
  const generator = new Generator();
  if ("seed" in order) generator.manualSeed(BigInt(order.seed));
  else generator.setState(fromBase64(order.state));
  return {
    indices: generator.randperm(length),
    finish: () => {
      if (own !== undefined) own.randperm(length);
    },
  };
}
