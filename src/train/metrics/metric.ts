import type { Tensor } from "../../tensor/index.ts";

/** What `JSON.stringify` keeps whole. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * A figure over an epoch, gathered batch by batch. It keeps sums and counts (or every score, where
 * nothing less is exact), never a mean of means, so that uneven batches count right.
 */
export interface Metric {
  /** Under which the figure is printed and logged. */
  readonly name: string;
  /** Forgets everything; called before each epoch. */
  reset(): void;
  /**
   * Takes in one batch.
   *
   * @throws {ShapeError} when prediction and target do not fit each other; nothing has been taken in then
   */
  update(prediction: Tensor, target: Tensor): void;
  /**
   * The figure over everything since `reset`; several, by name, when there is one for each class.
   *
   * @throws {DataError} when nothing was taken in
   */
  compute(): number | Record<string, number>;
  /** What has been gathered, for a checkpoint in mid-epoch. */
  stateDict(): Json;
  /** @throws {CheckpointError} when the state is another metric's or damaged */
  loadStateDict(state: unknown): void;
}
