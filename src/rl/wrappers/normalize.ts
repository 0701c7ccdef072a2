import type { Callback } from "../../train/index.ts";
import { ConfigError, checkedOptions } from "../../util/index.ts";
import type { Environment, ResetOptions, ResetResult, Sampled, State, StepOutcome } from "../environment.ts";
import { Box, type Discrete, type Space } from "../spaces.ts";
import { StateReader } from "../state.ts";
import { RunningMoments, type Statistics } from "./running-moments.ts";
import { Wrapper } from "./wrapper.ts";

/**
 * Observations with mean 0 and variance 1, element by element: `(o - mean) / sqrt(variance + epsilon)` over all seen
 * so far. Set `updating` to false for evaluation, and load the training environment's state.
 *
 * @source https://gymnasium.farama.org/api/wrappers/observation_wrappers/#gymnasium.wrappers.NormalizeObservation
 * @example
 * const env = new rl.NormalizeObservation(rl.make("MountainCar-v0"));
 */
export class NormalizeObservation<A extends Space<unknown> = Discrete> extends Wrapper<A> {
  readonly epsilon: number;
  /** Whether what is seen moves the mean and variance. */
  updating = true;
  readonly #space: Box;
  readonly #moments: RunningMoments;

  constructor(env: Environment<A>, options: { epsilon?: number } = {}) {
    super(env);
    const { epsilon = 1e-8 } = checkedOptions("NormalizeObservation", options, { epsilon: "number" });
    checkEpsilon("NormalizeObservation", epsilon);
    this.epsilon = epsilon;
    this.#space = new Box(-Infinity, Infinity, env.observationSpace.shape);
    this.#moments = new RunningMoments(env.observationSpace.size);
  }

  override get observationSpace(): Box {
    return this.#space;
  }

  override reset(options?: ResetOptions): ResetResult {
    const { observation, info } = super.reset(options);
    return { observation: this.#normalize(observation), info };
  }

  override step(action: Sampled<A>): StepOutcome {
    const outcome = super.step(action);
    return { ...outcome, observation: this.#normalize(outcome.observation) };
  }

  override stateDict(): State {
    return { inner: super.stateDict(), moments: this.#moments.stateDict() };
  }

  override loadStateDict(state: State): void {
    const reader = new StateReader("NormalizeObservation.loadStateDict", state);
    super.loadStateDict(reader.nested("inner"));
    this.#moments.loadStateDict(reader.nested("moments"));
  }

  /** Takes over another one's statistics, and no longer updates them. */
  follow(other: NormalizeObservation<Space<unknown>>): void {
    this.#moments.loadStateDict(other.#moments.stateDict());
    this.updating = false;
  }

  /** The statistics as plain values. */
  statistics(): Statistics {
    return this.#moments.toPlain();
  }

  /** @throws {CheckpointError} for those of other observations */
  takeOver(statistics: Statistics): void {
    this.#moments.fromPlain(statistics);
  }

  #normalize(observation: Float32Array): Float32Array {
    const { mean, variance } = this.#moments;
    if (this.updating) this.#moments.update(observation);
    return observation.map((x, i) => (x - (mean[i] as number)) / Math.sqrt((variance[i] as number) + this.epsilon));
  }
}

/**
 * Rewards divided by the deviation of their discounted sum, so that its variance is about 1. The mean stays.
 *
 * @source https://gymnasium.farama.org/api/wrappers/reward_wrappers/#gymnasium.wrappers.NormalizeReward
 * @example
 * const env = new rl.NormalizeReward(rl.make("Acrobot-v1"), { gamma: 0.99 });
 */
export class NormalizeReward<A extends Space<unknown> = Discrete> extends Wrapper<A> {
  readonly gamma: number;
  readonly epsilon: number;
  /** Whether what is seen moves the deviation. */
  updating = true;
  /** Whether rewards are divided; an agent's evaluation takes them as they are. */
  scaling = true;
  readonly #moments: RunningMoments = new RunningMoments(1);
  #discounted = 0;

  constructor(env: Environment<A>, options: { gamma?: number; epsilon?: number } = {}) {
    super(env);
    const kinds = { gamma: "number", epsilon: "number" } as const;
    const { gamma = 0.99, epsilon = 1e-8 } = checkedOptions("NormalizeReward", options, kinds);
    checkEpsilon("NormalizeReward", epsilon);
    if (!(gamma >= 0 && gamma <= 1)) {
      throw new ConfigError("NormalizeReward", `gamma is ${gamma}`, "expected 0 to 1", "Use the agent's discount.");
    }
    this.gamma = gamma;
    this.epsilon = epsilon;
  }

  override step(action: Sampled<A>): StepOutcome {
    const outcome = super.step(action);
    this.#discounted = this.#discounted * this.gamma * (outcome.terminated ? 0 : 1) + outcome.reward;
    if (this.updating) this.#moments.update([this.#discounted]);
    if (!this.scaling) return outcome;
    return { ...outcome, reward: outcome.reward / Math.sqrt((this.#moments.variance[0] as number) + this.epsilon) };
  }

  override stateDict(): State {
    return { inner: super.stateDict(), moments: this.#moments.stateDict(), discounted: this.#discounted };
  }

  override loadStateDict(state: State): void {
    const reader = new StateReader("NormalizeReward.loadStateDict", state);
    const discounted = reader.number("discounted");
    super.loadStateDict(reader.nested("inner"));
    this.#moments.loadStateDict(reader.nested("moments"));
    this.#discounted = discounted;
  }
}

function checkEpsilon(operation: string, epsilon: number): void {
  if (epsilon > 0 && epsilon < Infinity) return;
  throw new ConfigError(operation, `epsilon is ${epsilon}`, "expected a positive number", "The default is 1e-8.");
}

/**
 * Lets an environment for evaluation see what the one for training has seen: the statistics of its
 * `NormalizeObservation` wrappers, which then stand still. Its rewards are those of the environment, not scaled: returns
 * can be compared over a run, and do not depend on evaluations before.
 *
 * @example
 * const training = new rl.NormalizeObservation(rl.make("CartPole-v1"));
 * training.reset({ seed: 1 });
 * const evaluation = new rl.NormalizeObservation(rl.make("CartPole-v1"));
 * rl.copyStatistics(training, evaluation);
 */
export function copyStatistics(from: Environment<Space<unknown>>, to: Environment<Space<unknown>>): void {
  if (from instanceof NormalizeObservation && to instanceof NormalizeObservation) to.follow(from);
  if (to instanceof NormalizeReward) to.scaling = to.updating = false;
  if (from instanceof Wrapper && to instanceof Wrapper) copyStatistics(from.env, to.env);
}

/**
 * What a network was trained to see, for checkpoints: the statistics of an environment's `NormalizeObservation` wrappers,
 * which are saved with the best weights too. Null where there are none.
 */
export function statisticsCallback(env: Environment<Space<unknown>>): Callback | null {
  const found: NormalizeObservation<Space<unknown>>[] = [];
  for (let each: Environment<Space<unknown>> = env; each instanceof Wrapper; each = each.env) {
    if (each instanceof NormalizeObservation) found.push(each);
  }
  if (found.length === 0) return null;
  return {
    name: "observation statistics",
    withBest: true,
    stateDict: () => found.map((each) => each.statistics()),
    loadStateDict: (state) => {
      const saved = state as unknown as readonly Statistics[];
      found.forEach((each, i) => {
        each.takeOver(saved[i] as Statistics);
      });
    },
  };
}
