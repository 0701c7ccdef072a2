import { CheckpointError } from "../util/index.ts";
import type { OrderOrigin } from "./samplers/index.ts";

/** Where a loader stands in an epoch: plain values, for a checkpoint. */
export interface LoaderState {
  /** Samples handed out so far. */
  position: number;
  /** Whether the epoch has been read to its end. */
  done: boolean;
  /** Samples of the dataset; null where it does not tell. */
  length: number | null;
  shuffle: boolean;
  /**
   * What the order was drawn from: a seed (drawn from the default generator), the state of the sampler's generator
   * as base64, an epoch's number, or the order itself. Null without shuffling, and before the first batch.
   */
  order: OrderOrigin | null;
}

const TEXTS = ["state", "indices", "ends"];

function isOrder(order: unknown): order is LoaderState["order"] {
  if (order === null) return true;
  if (typeof order !== "object") return false;
  const entries = Object.entries(order);
  return (
    entries.length > 0 &&
    entries.every(([name, value]) => {
      if (name === "seed") return typeof value === "string" && /^\d+$/.test(value);
      if (name === "epoch" || name === "shuffleRows") return Number.isSafeInteger(value);
      return TEXTS.includes(name) && typeof value === "string" && /^[A-Za-z0-9+/]*=*$/.test(value);
    })
  );
}

/**
 * @param most positions there are; null where nobody knows
 * @throws {CheckpointError} unless it is a state of a loader over as many samples, shuffled or not alike
 */
export function checkLoaderState(
  saved: unknown,
  length: number | null,
  shuffle: boolean,
  most: number | null,
): LoaderState {
  const state = (saved ?? {}) as Partial<LoaderState>;
  const problems: string[] = [];
  if (state.length !== length) problems.push(`it counts ${state.length} samples instead of ${length}`);
  if (state.shuffle !== shuffle) problems.push(`shuffle is ${state.shuffle} instead of ${shuffle}`);
  const position = state.position as number;
  if (!Number.isSafeInteger(position) || position < 0 || position > (most ?? position)) {
    problems.push(`the position is ${position}`);
  }
  if (typeof state.done !== "boolean") problems.push(`done is ${state.done}`);
  if (!isOrder(state.order)) problems.push("the order's origin is damaged");
  else if (shuffle && state.order === null && position !== 0) problems.push("the order's origin is missing");
  if (problems.length === 0) return state as LoaderState;
  throw new CheckpointError(
    "DataLoader.loadStateDict",
    problems.join("; "),
    "expected the state of a loader over the same data",
    "Build dataset and loader as they were when the state was saved, or begin a new epoch.",
  );
}
