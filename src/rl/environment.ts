import type { Box, Discrete, Space } from "./spaces.ts";

/** What a state is made of: plain values, typed arrays, and objects of these. */
export type StateValue =
  | null
  | boolean
  | number
  | string
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | readonly StateValue[]
  | { readonly [name: string]: StateValue };

/** Everything that decides how an environment (a buffer, an agent) goes on. */
export interface State {
  readonly [name: string]: StateValue;
}

/** Figures beside the observation, for people and for callbacks; an agent does not see them. */
export type Info = Readonly<Record<string, unknown>>;

/** Options of `reset`. */
export interface ResetOptions {
  /** Starts the environment's own random numbers again; without it they go on. */
  seed?: number | bigint;
}

/** The beginning of an episode. */
export interface ResetResult {
  /** Row-major, of the observation space's shape. A new array each time: it may be kept. */
  observation: Float32Array;
  info: Info;
}

/** What came of an action. */
export interface StepOutcome {
  /** Also at the end of an episode it is the observation that the action led to, not the next episode's. */
  observation: Float32Array;
  reward: number;
  /** The task has come to an end of its own: nothing follows, so no value is added for what comes after. */
  terminated: boolean;
  /** The episode was cut off from outside (a time limit): a value of what would have come is still due. */
  truncated: boolean;
  info: Info;
}

/** What a space's values are: a whole number for `Discrete`, an array for `Box`. */
export type Sampled<S> = S extends Space<infer Value> ? Value : never;

/**
 * A world in which an agent acts, with Gymnasium's meaning. `reset` begins an episode, `step` acts; after an outcome
 * that is `terminated` or `truncated` comes `reset`. Arrays in, arrays out: no tensor is made for a step.
 *
 * A run can be resumed bit for bit only if `loadStateDict(stateDict())` brings back all of it, its generator too.
 *
 * @source https://gymnasium.farama.org/api/env/
 */
export interface Environment<A extends Space<unknown> = Discrete> {
  readonly observationSpace: Box;
  readonly actionSpace: A;
  reset(options?: ResetOptions): ResetResult;
  /** @throws {ConfigError} for an action outside the space, or one that the mask forbids */
  step(action: Sampled<A>): StepOutcome;
  /** Which actions the present state allows (1) and forbids (0), one entry an action; null for all. */
  actionMask?(): Uint8Array | null;
  /** The present state as text, one or more lines. */
  render?(): string;
  /** Everything that decides how it goes on: a copy, which later steps do not change. */
  stateDict(): State;
  /** @throws {CheckpointError} when it is no state of such an environment */
  loadStateDict(state: State): void;
}
