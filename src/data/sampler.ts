import { defaultGenerator, Generator } from "../engine/index.ts";

/** The order of one epoch, and what is left to draw when it has been read to its end. */
export interface EpochOrder {
  indices: Int32Array;
  /** Called once all indices have been taken. */
  finish: () => void;
}

/** `0, 1, 2, …`: the order without shuffling. */
export function sequentialOrder(length: number): EpochOrder {
  const indices = new Int32Array(length);
  for (let i = 0; i < length; i++) indices[i] = i;
  return { indices, finish: () => {} };
}

/**
 * PyTorch's RandomSampler: without a generator of its own it seeds a fresh one from the default
 * generator. At the end of an epoch it draws one more permutation, of which it takes nothing; with an
 * own generator that shows in the numbers drawn afterwards, so it is drawn here too.
 *
 * @param from told what the order is drawn from: a seed, or the loader's own generator
 * @source https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.RandomSampler
 */
export function randomOrder(
  length: number,
  own: Generator | undefined,
  from?: (origin: bigint | Generator) => void,
): EpochOrder {
  const seed = own === undefined ? defaultGenerator.random63() : null;
  from?.(own ?? (seed as bigint)); // told before anything is drawn from it
  const generator = own ?? new Generator(seed as bigint);
  return {
    indices: generator.randperm(length),
    finish: () => {
      if (own !== undefined) own.randperm(length);
    },
  };
}
