import type { Generator } from "../../engine/index.ts";
import { empty, indexSelect, narrow, reshape } from "../../ops/index.ts";
import { Tensor } from "../../tensor/index.ts";
import { CheckpointError, ConfigError, checkedOptions, formatShape, sameShape } from "../../util/index.ts";

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
 * Transitions in engine memory, drawn uniformly and with replacement. The tables are roots of the memory model: they
 * live as long as the buffer.
 *
 * What belongs together stands together, so that a transition drawn at random costs two cache misses: a row of `states` is
 * the observation and the next one, a row of `outcomes` action, reward and discount.
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
  /** `[capacity, 2, …observation]`, `[capacity, 3]`, and, where the environment masks, `[capacity, actions]`. */
  readonly #tables: { readonly states: Tensor; readonly outcomes: Tensor; readonly nextMasks?: Tensor };
  /** The states with a row for each observation: `[2·capacity, …observation]`. */
  readonly #observations: Tensor;
  readonly #outcome = new Float32Array(3);
  readonly #mask: Float32Array;
  #next = 0;
  #length = 0;

  constructor(options: ReplayOptions) {
    const { capacity, shape, maskedActions } = checkedReplayOptions(options);
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new ConfigError(
        "ReplayBuffer",
        `capacity is ${capacity}`,
        "expected a whole number of 1 or more",
        "Common sizes are 10,000 to 1,000,000.",
      );
    }
    this.capacity = capacity;
    const table = (...sizes: number[]): Tensor => empty([capacity, ...sizes], { dtype: "float32" }).keep();
    const states = table(2, ...shape);
    this.#tables = {
      states,
      outcomes: table(3),
      ...(maskedActions === null ? {} : { nextMasks: table(maskedActions) }),
    };
    this.#observations = reshape(states, [2 * capacity, ...shape]);
    this.#mask = new Float32Array(maskedActions ?? 0);
  }

  /** Transitions in it. */
  get length(): number {
    return this.#length;
  }

  /** Whether it holds what the next states allow. */
  get masks(): boolean {
    return this.#tables.nextMasks !== undefined;
  }

  /** Stores a transition and returns where it stands. */
  add({ observation, action, reward, nextObservation, discount, nextMask }: Transition): number {
    const at = this.#next;
    const { states, outcomes, nextMasks } = this.#tables;
    write(states, 2 * at, observation);
    write(states, 2 * at + 1, nextObservation);
    const outcome = this.#outcome;
    outcome[0] = action; // (float32 holds whole numbers up to 2^24)
    outcome[1] = reward;
    outcome[2] = discount;
    write(outcomes, at, outcome);
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

  /** Rows by their places: one call for each table, and no object for each row. */
  protected gather(indices: Int32Array, weights: Float32Array | null): ReplayBatch {
    const { outcomes, nextMasks } = this.#tables;
    const size = indices.length;
    const pairs = new Int32Array(2 * size); // first where the observations stand, then the next ones
    for (let i = 0; i < size; i++) {
      const at = 2 * (indices[i] as number);
      pairs[i] = at;
      pairs[size + i] = at + 1;
    }
    const observations = indexSelect(this.#observations, 0, places(pairs));
    const rows = places(indices);
    const came = indexSelect(outcomes, 0, rows);
    return {
      observations: narrow(observations, 0, 0, size),
      nextObservations: narrow(observations, 0, size, size),
      actions: narrow(came, 1, 0, 1).to("int32"),
      rewards: narrow(came, 1, 1, 1),
      discounts: narrow(came, 1, 2, 1),
      nextMasks: nextMasks === undefined ? null : indexSelect(nextMasks, 0, rows),
      weights: weights === null ? null : column(weights),
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
    const filled = Object.entries(this.#tables).map(([name, table]) => [name, narrow(table, 0, 0, this.#length)]);
    return { next: this.#next, length: this.#length, ...Object.fromEntries(filled) };
  }

  /** @throws {CheckpointError} when it is of another shape, or of another capacity and not in the order of this one */
  loadStateDict(state: ReplayState): void {
    const { capacity } = this;
    const [length, next] = [Number(state.length), Number(state.next)];
    // One that was full goes on at its oldest row: in a larger buffer the rows beyond would count as written.
    const fits = length === capacity ? isIndex(next, capacity) : isIndex(length, capacity) && next === length;
    if (!fits) {
      throw new CheckpointError(
        "ReplayBuffer.loadStateDict",
        `the state has ${length} transitions and goes on at ${next}`,
        `expected at most ${capacity}, in the order of a buffer of ${capacity}`,
        "Make the buffer with the capacity that it was saved with.",
      );
    }
    const parts = Object.entries(this.#tables).map(([name, table]): [Tensor, Tensor] => {
      const saved = state[name];
      const rows = table.shape.slice(1);
      if (saved instanceof Tensor && sameShape(saved.shape, [length, ...rows])) {
        return [saved, narrow(table, 0, 0, length)];
      }
      throw new CheckpointError(
        "ReplayBuffer.loadStateDict",
        `${name} is ${saved instanceof Tensor ? formatShape(saved.shape) : typeof saved}`,
        `expected ${length} rows of ${formatShape(rows)}`,
        "Make the buffer for the environment that it was saved with.",
      );
    });
    for (const [saved, table] of parts) table.storage.backend.copy(saved, table);
    this.#length = length;
    this.#next = next;
  }
}

const isIndex = (value: number, end: number): boolean => Number.isInteger(value) && value >= 0 && value < end;

/** `[B, 1]` of B numbers. */
export function column(values: Float32Array): Tensor {
  const out = empty([values.length, 1], { dtype: "float32" });
  write(out, 0, values);
  return out;
}

function places(rows: Int32Array): Tensor {
  const out = empty([rows.length], { dtype: "int32" });
  write(out, 0, rows);
  return out;
}

function write({ storage }: Tensor, row: number, values: Float32Array | Int32Array): void {
  storage.backend.write(storage, row * values.length, values);
}

/** @throws {ConfigError} for what is not there, has another name, or is of another kind */
function checkedReplayOptions(options: ReplayOptions): Required<ReplayOptions> {
  const {
    capacity,
    shape,
    maskedActions = null,
  } = checkedOptions("ReplayBuffer", options, { capacity: "number", shape: "numbers", maskedActions: "number?" });
  if (capacity !== undefined && Array.isArray(shape)) return { capacity, shape, maskedActions };
  throw new ConfigError(
    "ReplayBuffer",
    capacity === undefined ? "no capacity was given" : `shape is ${String(shape)}`,
    "expected a capacity, and the sizes of an observation's dimensions",
    "Pass { capacity: 10_000, shape: env.observationSpace.shape }.",
  );
}
