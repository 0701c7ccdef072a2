import type { Module } from "../nn/index.ts";
import { empty, noGrad } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { formatShape, ShapeError } from "../util/index.ts";
import type { Environment } from "./environment.ts";

/** A network that gives a value for each action: `[B, …observation]` to `[B, actions]`. */
export type QNetwork = Module<[Tensor], Tensor>;

/**
 * Asks a Q-network what to do, for several observations at once, without recording.
 *
 * @example
 * const env = rl.make("CartPole-v1");
 * const policy = new rl.GreedyPolicy(rl.qNetwork(env), env);
 * const { observation } = env.reset({ seed: 1 });
 * console.log(env.actionSpace.contains(policy.action(observation))); // true
 */
export class GreedyPolicy {
  readonly rows: number;
  readonly actions: number;
  readonly #network: QNetwork;
  readonly #input: Tensor;
  readonly #values: Float32Array;
  readonly #bytes: Uint8Array;

  /** @param rows observations at once */
  constructor(network: QNetwork, env: Pick<Environment, "observationSpace" | "actionSpace">, rows: number = 1) {
    this.#network = network;
    this.rows = rows;
    this.actions = env.actionSpace.n;
    this.#input = empty([rows, ...env.observationSpace.shape], { dtype: "float32" }).keep();
    this.#values = new Float32Array(rows * this.actions);
    this.#bytes = new Uint8Array(this.#values.buffer);
  }

  /**
   * Values of all actions, `[rows, actions]`; the same array each time.
   *
   * @param observations `[rows, …observation]`, row-major
   * @throws {ShapeError} when the network answers another shape
   */
  values(observations: Float32Array): Float32Array {
    const input = this.#input;
    input.storage.backend.write(input.storage, 0, observations);
    noGrad(() => {
      const answer = this.#network.forward(input);
      const { shape } = answer;
      if (shape.length !== 2 || shape[0] !== this.rows || shape[1] !== this.actions) {
        throw new ShapeError(
          "GreedyPolicy",
          `the network gives ${formatShape(shape)} for observations ${formatShape(input.shape)}`,
          `expected ${formatShape([this.rows, this.actions])}, a value for each action`,
          "Check the network's last layer.",
        );
      }
      const packed = answer.contiguous();
      packed.storage.backend.readInto(packed.storage, packed.offset, packed.length, this.#bytes);
    });
    return this.#values;
  }

  /** The best action for one observation. */
  action(observation: Float32Array, mask: Uint8Array | null = null): number {
    return Math.max(0, bestAction(this.values(observation), 0, this.actions, mask));
  }

  /** Gives `out` the best action for each observation; `masks[i]` says which it allows. */
  act(observations: Float32Array, masks: readonly (Uint8Array | null)[], out: Int32Array): void {
    const { actions } = this;
    const values = this.values(observations);
    for (let i = 0; i < out.length; i++) {
      out[i] = Math.max(0, bestAction(values, i * actions, actions, masks[i] ?? null));
    }
  }
}

/**
 * The first of the largest among the allowed of `count` values from `from` on; -1 where none is allowed. NaN counts as the
 * largest, so that it is not overlooked.
 *
 * @param mask its entries from `maskFrom` on say what is allowed (not 0); null for all
 */
export function bestAction(
  values: ArrayLike<number>,
  from: number,
  count: number,
  mask: ArrayLike<number> | null,
  maskFrom = 0,
): number {
  let found = -1;
  let most = -Infinity;
  for (let i = 0; i < count; i++) {
    const value = values[from + i] as number;
    if (mask !== null && mask[maskFrom + i] === 0) continue;
    if (found >= 0 && !(value > most) && !Number.isNaN(value)) continue;
    found = i;
    most = value;
    if (Number.isNaN(value)) break;
  }
  return found;
}
