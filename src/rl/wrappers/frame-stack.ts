import { ConfigError } from "../../util/index.ts";
import type { Environment, ResetOptions, ResetResult, Sampled, State, StepOutcome } from "../environment.ts";
import { Box, type Discrete, type Space } from "../spaces.ts";
import { StateReader } from "../state.ts";
import { Wrapper } from "./wrapper.ts";

/**
 * The last `count` observations as one, oldest first: shape `[count, …]`. At an episode's start the first observation
 * stands in for those before it.
 *
 * @param count 1 or more
 * @throws {ConfigError} for any other number
 * @source https://gymnasium.farama.org/api/wrappers/observation_wrappers/#gymnasium.wrappers.FrameStackObservation
 * @example
 * console.log(new rl.FrameStack(rl.make("CartPole-v1"), 3).observationSpace.shape); // [ 3, 4 ]
 */
export class FrameStack<A extends Space<unknown> = Discrete> extends Wrapper<A> {
  readonly count: number;
  readonly #space: Box;
  readonly #frames: Float32Array;

  constructor(env: Environment<A>, count: number) {
    super(env);
    if (!Number.isInteger(count) || count < 1) {
      throw new ConfigError("FrameStack", `count is ${count}`, "expected a whole number of 1 or more", "Set it.");
    }
    const { low, high, shape, size } = env.observationSpace;
    this.count = count;
    const times = (ends: Float32Array): number[] => Array.from({ length: count * size }, (_, i) => ends[i % size] ?? 0);
    this.#space = new Box(times(low), times(high), [count, ...shape]);
    this.#frames = new Float32Array(count * size);
  }

  override get observationSpace(): Box {
    return this.#space;
  }

  override reset(options?: ResetOptions): ResetResult {
    const { observation, info } = super.reset(options);
    for (let i = 0; i < this.count; i++) this.#frames.set(observation, i * observation.length);
    return { observation: this.#frames.slice(), info };
  }

  override step(action: Sampled<A>): StepOutcome {
    const outcome = super.step(action);
    const { length } = outcome.observation;
    this.#frames.copyWithin(0, length);
    this.#frames.set(outcome.observation, (this.count - 1) * length);
    return { ...outcome, observation: this.#frames.slice() };
  }

  override stateDict(): State {
    return { inner: super.stateDict(), frames: this.#frames.slice() };
  }

  override loadStateDict(state: State): void {
    const reader = new StateReader("FrameStack.loadStateDict", state);
    const frames = reader.float32("frames", this.#frames.length);
    super.loadStateDict(reader.nested("inner"));
    this.#frames.set(frames);
  }
}
