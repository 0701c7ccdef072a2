import { defaultGenerator } from "./generator.ts";
import { TORCH_STATE_BYTES } from "./generator-state.ts";

/**
 * All that decides the default generator's next draws, for `setRngState`: 2,528 bytes.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.get_rng_state.html
 * @example
 * const before = getRngState();
 * const first = rand([3]);
 * setRngState(before);
 * equal(rand([3]), first); // true
 */
export function getRngState(): Uint8Array {
  return defaultGenerator.getState();
}

/**
 * The default generator continues from bytes of `getRngState`, or of PyTorch's `torch.get_rng_state()` (5,056 bytes):
 * the same draws follow as there.
 *
 * @throws {CheckpointError} when they are neither; the generator then stays as it was
 * @source https://docs.pytorch.org/docs/stable/generated/torch.set_rng_state.html
 * @example
 * setRngState(getRngState());
 */
export function setRngState(state: Uint8Array): void {
  if (state instanceof Uint8Array && state.length === TORCH_STATE_BYTES) defaultGenerator.fromTorchState(state);
  else defaultGenerator.setState(state);
}

/**
 * The seed of the last `manualSeed`, `0 … 2^64 − 1`.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.initial_seed.html
 * @example
 * manualSeed(42);
 * initialSeed(); // 42n
 */
export function initialSeed(): bigint {
  return defaultGenerator.initialSeed();
}
