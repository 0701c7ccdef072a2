import { ConfigError, ShapeError } from "../util/index.ts";
import { checkObservation, checkOutcome } from "./check.ts";
import type { Environment, Info, State } from "./environment.ts";
import type { Box, Discrete } from "./spaces.ts";
import { StateReader } from "./state.ts";

/** What came of one action in each environment; row i belongs to environment i. */
export interface VectorOutcome {
  /** `[n, …observation]`, row-major. */
  observations: Float32Array;
  rewards: Float64Array;
  terminated: Uint8Array;
  truncated: Uint8Array;
  infos: Info[];
}

/**
 * Several environments of the same kind, stepped one after the other.
 *
 * Autoreset is Gymnasium's "next step": the outcome of an episode's end holds the final observation; the step after it
 * ignores that environment's action, resets it, and gives the first observation with reward 0. That step belongs to no
 * episode, so nothing of it goes into a replay buffer.
 *
 * @param envs 1 or more with the same spaces
 * @throws {ConfigError} for none; {ShapeError} for spaces that differ
 * @source https://gymnasium.farama.org/api/vector/
 * @example
 * const env = new rl.SyncVectorEnv([rl.make("CartPole-v1"), rl.make("CartPole-v1")]);
 * env.reset({ seed: 1 }); // seeds 1 and 2
 * console.log(env.step([0, 1]).rewards.length); // 2
 */
export class SyncVectorEnv {
  readonly envs: readonly Environment[];
  readonly observationSpace: Box;
  readonly actionSpace: Discrete;
  readonly #ended: Uint8Array;

  constructor(envs: readonly Environment[]) {
    const first = envs[0];
    if (first === undefined) {
      throw new ConfigError("SyncVectorEnv", "no environments", "expected at least one", "Pass a list of them.");
    }
    for (const each of envs) {
      const fits =
        String(each.observationSpace) === String(first.observationSpace) && each.actionSpace.n === first.actionSpace.n;
      if (fits) continue;
      throw new ShapeError(
        "SyncVectorEnv",
        `spaces are ${first.observationSpace}, ${first.actionSpace} and ${each.observationSpace}, ${each.actionSpace}`,
        "expected the same spaces in all environments",
        "Make them with one function.",
      );
    }
    this.envs = envs;
    this.observationSpace = first.observationSpace;
    this.actionSpace = first.actionSpace;
    this.#ended = new Uint8Array(envs.length);
  }

  get length(): number {
    return this.envs.length;
  }

  /** @param options environment i is seeded with `seed + i` */
  reset({ seed }: { seed?: number } = {}): { observations: Float32Array; infos: Info[] } {
    const { size } = this.observationSpace;
    const observations = new Float32Array(this.length * size);
    const infos = this.envs.map((env, i) => {
      const { observation, info } = env.reset(seed === undefined ? {} : { seed: seed + i });
      checkObservation("SyncVectorEnv.reset", this.observationSpace, observation);
      observations.set(observation, i * size);
      return info;
    });
    this.#ended.fill(0);
    return { observations, infos };
  }

  /** @throws {ShapeError} unless there is an action for each environment */
  step(actions: ArrayLike<number>): VectorOutcome {
    const { length } = this;
    const { size } = this.observationSpace;
    if (actions.length !== length) {
      throw new ShapeError("SyncVectorEnv.step", `${actions.length} actions`, `expected ${length}`, "Pass one each.");
    }
    const out: VectorOutcome = {
      observations: new Float32Array(length * size),
      rewards: new Float64Array(length),
      terminated: new Uint8Array(length),
      truncated: new Uint8Array(length),
      infos: [],
    };
    this.envs.forEach((env, i) => {
      if (this.#ended[i] === 1) {
        const { observation, info } = env.reset();
        checkObservation("SyncVectorEnv.step", this.observationSpace, observation);
        out.observations.set(observation, i * size);
        out.infos.push(info);
        this.#ended[i] = 0;
        return;
      }
      const outcome = env.step(actions[i] as number);
      checkOutcome("SyncVectorEnv.step", this.observationSpace, outcome);
      out.observations.set(outcome.observation, i * size);
      out.rewards[i] = outcome.reward;
      out.terminated[i] = outcome.terminated ? 1 : 0;
      out.truncated[i] = outcome.truncated ? 1 : 0;
      out.infos.push(outcome.info);
      this.#ended[i] = outcome.terminated || outcome.truncated ? 1 : 0;
    });
    return out;
  }

  stateDict(): State {
    return { envs: this.envs.map((each) => each.stateDict()), ended: this.#ended.slice() };
  }

  loadStateDict(state: State): void {
    const reader = new StateReader("SyncVectorEnv.loadStateDict", state);
    const states = reader.list("envs", this.length);
    this.#ended.set(reader.bytes("ended"));
    this.envs.forEach((env, i) => {
      env.loadStateDict(states[i] as State);
    });
  }
}
