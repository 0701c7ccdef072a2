import type { Generator } from "../../engine/index.ts";
import { CheckpointError, ConfigError, checkedOptions } from "../../util/index.ts";
import {
  type ReplayBatch,
  ReplayBuffer,
  type ReplayOptions,
  type ReplayState,
  type Transition,
} from "./replay-buffer.ts";
import { SumTree } from "./sum-tree.ts";

const EPSILON = 1e-6; // keeps every transition possible, however small its error

/** Options of `PrioritizedReplayBuffer`. */
export interface PrioritizedOptions extends ReplayOptions {
  /** How much priorities count: 0 for not at all, 1 in full. Default 0.6. */
  alpha?: number;
  /** How much of the bias the weights take back: 0 for none, 1 for all. Default 0.4; raise it to 1 while training. */
  beta?: number;
}

/**
 * Transitions drawn in proportion to their priority, `P(i) = pᵢ^α / Σ pₖ^α` with `pᵢ = |TD error| + 10⁻⁶`: one from each
 * of B equal stretches of the sum. Weights `(N·P(i))^-β`, divided by the batch's largest, take the bias back. A new
 * transition gets the largest priority so far.
 *
 * @throws {ConfigError} for alpha or beta outside 0 … 1
 * @source https://arxiv.org/abs/1511.05952
 * @example
 * const buffer = new rl.PrioritizedReplayBuffer({ capacity: 100, shape: [2], alpha: 0.6 });
 * const observation = new Float32Array(2);
 * buffer.add({ observation, action: 0, reward: 1, nextObservation: observation, discount: 0.9, nextMask: null });
 * const { indices } = buffer.sample(8, new Generator(0));
 * buffer.update(indices, new Float32Array(8).fill(0.5));
 */
export class PrioritizedReplayBuffer extends ReplayBuffer {
  readonly alpha: number;
  beta: number;
  readonly #tree: SumTree;
  #largest = 1; // of the priorities, to the power of alpha

  constructor(options: PrioritizedOptions) {
    const kinds = {
      capacity: "number",
      shape: "numbers",
      maskedActions: "number?",
      alpha: "number",
      beta: "number",
    } as const;
    const { alpha = 0.6, beta = 0.4, ...rest } = checkedOptions("PrioritizedReplayBuffer", options, kinds);
    super(rest as ReplayOptions);
    for (const [name, value] of Object.entries({ alpha, beta })) {
      if (value >= 0 && value <= 1) continue;
      throw new ConfigError(
        "PrioritizedReplayBuffer",
        `${name} is ${value}`,
        "expected 0 to 1",
        "The paper has 0.6, 0.4.",
      );
    }
    this.alpha = alpha;
    this.beta = beta;
    this.#tree = new SumTree(this.capacity);
  }

  override add(transition: Transition): number {
    const at = super.add(transition);
    this.#tree.set(at, this.#largest);
    return at;
  }

  override sample(batchSize: number, generator: Generator): ReplayBatch {
    this.checkNotEmpty();
    const tree = this.#tree;
    const indices = new Int32Array(batchSize);
    const weights = new Float64Array(batchSize);
    const stretch = tree.total / batchSize;
    let largest = 0;
    for (let i = 0; i < batchSize; i++) {
      const at = tree.find((i + generator.randomDouble()) * stretch);
      const weight = ((this.length * tree.get(at)) / tree.total) ** -this.beta;
      indices[i] = at;
      weights[i] = weight;
      if (weight > largest) largest = weight;
    }
    return this.gather(
      indices,
      Float32Array.from(weights, (weight) => weight / largest),
    );
  }

  /**
   * Gives drawn transitions the priority of their errors.
   *
   * @param indices of a batch
   * @param errors TD errors of either sign, finite
   */
  update(indices: Int32Array, errors: ArrayLike<number>): void {
    for (let i = 0; i < indices.length; i++) {
      const priority = (Math.abs(errors[i] as number) + EPSILON) ** this.alpha;
      if (priority > this.#largest) this.#largest = priority;
      this.#tree.set(indices[i] as number, priority);
    }
  }

  override stateDict(): ReplayState {
    const { beta, length } = this;
    return { ...super.stateDict(), priorities: this.#tree.leaves(length), largest: this.#largest, beta };
  }

  override loadStateDict(state: ReplayState): void {
    const { priorities, largest, beta } = state;
    const whole = priorities instanceof Float64Array && typeof largest === "number" && typeof beta === "number";
    if (!whole || priorities.length !== state.length) {
      throw new CheckpointError(
        "PrioritizedReplayBuffer.loadStateDict",
        "the state has no priorities",
        "expected one for each transition",
        "Load it into the kind of buffer that saved it.",
      );
    }
    super.loadStateDict(state);
    this.#tree.load(priorities);
    this.#largest = largest;
    this.beta = beta;
  }
}
