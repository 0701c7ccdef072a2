import type { Generator } from "../../engine/index.ts";
import { empty, indexSelect, narrow } from "../../ops/index.ts";
import { Tensor } from "../../tensor/index.ts";
import { CheckpointError, ConfigError, formatShape, sameShape } from "../../util/index.ts";

/** What happened in one step, or in n of them taken together. */
export interface Transition {
  observation: Float32Array;
  action: number;
  /** Sum of the discounted rewards up to `nextObservation`. */
  reward: number;
  nextObservation: Float32Array;
  /** What a value of `nextObservation` counts for: 0 after a termination, else `gammaⁿ`; also after a truncation. */
  discount: number;
  /** Which actions `nextObservation` allows; null for all. */
  nextMask: Uint8Array | null;
}

/** Transitions drawn from a buffer; B of them. */
export interface ReplayBatch {
  /** `[B, …observation]` */
  observations: Tensor;
  /** int32 `[B, 1]` */
  actions: Tensor;
  /** `[B, 1]` */
  rewards: Tensor;
  /** `[B, …observation]` */
  nextObservations: Tensor;
  /** `[B, 1]` */
  discounts: Tensor;
  /** `[B, actions]`, 1 or 0; null where no environment masks. */
  nextMasks: Tensor | null;
  /** `[B, 1]`, what each counts for in the loss; null for all alike. */
  weights: Tensor | null;
  /** Where each stands in the buffer. */
  indices: Int32Array;
}

/** What a buffer has to hold. */
export interface ReplayOptions {
  /** Transitions; the oldest makes room for the newest. */
  capacity: number;
  /** Of an observation. */
  shape: readonly number[];
  /** Number of actions, where the environment masks some; null where it does not. */
  maskedActions?: number | null;
}

/** A buffer's state: its filled part. The tensors look at live memory. */
export interface ReplayState {
  readonly [name: string]: Tensor | number | Float64Array;
}

/**
 * Transitions in engine memory, drawn uniformly and with replacement. The tensors are roots of the memory model: they
 * live as long as the buffer.
 *
 * @throws {ConfigError} for a capacity that is no whole number of 1 or more
 * @example
 * const buffer = new rl.ReplayBuffer({ capacity: 1000, shape: [4] });
 * const observation = new Float32Array(4);
 * buffer.add({ observation, action: 1, reward: 1, nextObservation: observation, discount: 0.99, nextMask: null });
 * const batch = buffer.sample(32, new Generator(0));
 * console.log(batch.observations.shape, buffer.length); // [ 32, 4 ] 1
 */
export class ReplayBuffer {
  readonly capacity: number;
  readonly #columns: Readonly<Record<string, Tensor>>;
  readonly #one = new Float32Array(1);
  readonly #mask: Float32Array;
  readonly #action = new Int32Array(1);
  #next = 0;
  #length = 0;

  constructor({ capacity, shape, maskedActions = null }: ReplayOptions) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new ConfigError(
        "ReplayBuffer",
        `capacity is ${capacity}`,
        "expected a whole number of 1 or more",
        "Common sizes are 10,000 to 1,000,000.",
      );
    }
    this.capacity = capacity;
    const floats = (...sizes: number[]): Tensor => empty([capacity, ...sizes], { dtype: "float32" }).keep();
    this.#columns = {
      observations: floats(...shape),
      actions: empty([capacity, 1], { dtype: "int32" }).keep(),
      rewards: floats(1),
      nextObservations: floats(...shape),
      discounts: floats(1),
      ...(maskedActions === null ? {} : { nextMasks: floats(maskedActions) }),
    };
    this.#mask = new Float32Array(maskedActions ?? 0);
  }

  /** Transitions in it. */
  get length(): number {
    return this.#length;
  }

  /** Stores a transition and returns where it stands. */
  add({ observation, action, reward, nextObservation, discount, nextMask }: Transition): number {
    const at = this.#next;
    const { observations, actions, rewards, nextObservations, discounts, nextMasks } = this.#columns;
    write(observations, at, observation);
    write(nextObservations, at, nextObservation);
    this.#action[0] = action;
    write(actions, at, this.#action);
    this.#one[0] = reward;
    write(rewards, at, this.#one);
    this.#one[0] = discount;
    write(discounts, at, this.#one);
    if (nextMasks !== undefined) {
      if (nextMask === null) this.#mask.fill(1);
      else this.#mask.set(nextMask);
      write(nextMasks, at, this.#mask);
    }
    this.#next = (at + 1) % this.capacity;
    if (this.#length < this.capacity) this.#length++;
    return at;
  }

  /** @throws {ConfigError} when it is empty */
  sample(batchSize: number, generator: Generator): ReplayBatch {
    this.checkNotEmpty();
    return this.gather(generator.randint(new Int32Array(batchSize), 0, this.#length), null);
  }

  /** Rows by their places, gathered by the engine; no object for each is made. */
  protected gather(indices: Int32Array, weights: Float32Array | null): ReplayBatch {
    const { observations, actions, rewards, nextObservations, discounts, nextMasks } = this.#columns;
    const rows = empty([indices.length], { dtype: "int32" });
    rows.storage.backend.write(rows.storage, 0, indices);
    const pick = (column: Tensor | undefined): Tensor => indexSelect(column as Tensor, 0, rows);
    let counts: Tensor | null = null;
    if (weights !== null) {
      counts = empty([indices.length, 1], { dtype: "float32" });
      counts.storage.backend.write(counts.storage, 0, weights);
    }
    return {
      observations: pick(observations),
      actions: pick(actions),
      rewards: pick(rewards),
      nextObservations: pick(nextObservations),
      discounts: pick(discounts),
      nextMasks: nextMasks === undefined ? null : pick(nextMasks),
      weights: counts,
      indices,
    };
  }

  protected checkNotEmpty(): void {
    if (this.#length > 0) return;
    throw new ConfigError(
      `${this.constructor.name}.sample`,
      "the buffer is empty",
      "expected at least one transition",
      "Play some steps first (learningStarts).",
    );
  }

  stateDict(): ReplayState {
    const filled = Object.entries(this.#columns).map(([name, column]) => [name, narrow(column, 0, 0, this.#length)]);
    return { next: this.#next, length: this.#length, ...Object.fromEntries(filled) };
  }

  /** @throws {CheckpointError} when it is of another shape, or larger */
  loadStateDict(state: ReplayState): void {
    const length = state.length as number;
    const parts = Object.entries(this.#columns).map(([name, column]): [Tensor, Tensor] => {
      const saved = state[name];
      if (
        saved instanceof Tensor &&
        length <= this.capacity &&
        sameShape(saved.shape, [length, ...column.shape.slice(1)])
      )
        return [saved, narrow(column, 0, 0, length)];
      throw new CheckpointError(
        "ReplayBuffer.loadStateDict",
        `${name} is ${saved instanceof Tensor ? formatShape(saved.shape) : typeof saved}`,
        `expected ${length} rows of ${formatShape(column.shape.slice(1))}, at most ${this.capacity}`,
        "Make the buffer with the capacity and the environment that it was saved with.",
      );
    });
    for (const [saved, column] of parts) column.storage.backend.copy(saved, column);
    this.#length = length;
    this.#next = state.next as number;
  }
}

function write(column: Tensor | undefined, row: number, values: Float32Array | Int32Array): void {
  const { storage } = column as Tensor;
  storage.backend.write(storage, row * values.length, values);
}
