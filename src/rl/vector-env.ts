import { ConfigError, checkedOptions, ShapeError } from "../util/index.ts";
import { checkAction, checkObservation, checkOutcome, requireEnvironment } from "./check.ts";
import type { Environment, Info, State } from "./environment.ts";
import type { Box, Discrete } from "./spaces.ts";
import { StateReader } from "./state.ts";

/**
 * What came of one action in each environment; row i belongs to environment i. `observations` is a new array each time and
 * may be kept; the others are the same at every step.
 */
export interface VectorOutcome {
  /** `[n, …observation]`, row-major. */
  observations: Float32Array;
  readonly rewards: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly infos: Info[];
  /** With `sameStep`: where an episode has ended, its last observation and what that one allows; else null. */
  readonly finals: (FinalObservation | null)[];
}

/** How an episode ended, where the next one has begun in the same step. */
export interface FinalObservation {
  observation: Float32Array;
  mask: Uint8Array | null;
}

/** Options of `SyncVectorEnv`. */
export interface VectorOptions {
  /**
   * When a new episode begins: `nextStep` (the default, Gymnasium's too): in the step after an end, which ignores the
   * action and gives reward 0. `sameStep`: at once; the end's own observation is then in `finals`.
   */
  autoreset?: "nextStep" | "sameStep";
}

/**
 * Several environments of the same kind, stepped one after the other.
 *
 * Autoreset is Gymnasium's. With `nextStep` the outcome of an episode's end holds the final observation; the step after it
 * ignores that environment's action, resets it, and gives the first observation with reward 0. That step belongs to no
 * episode, so nothing of it goes into a replay buffer. With `sameStep` there is no such step.
 *
 * @param given 1 or more with the same spaces; or functions that make them, as Gymnasium takes them
 * @throws {ConfigError} for none, or for something else; {ShapeError} for spaces that differ
 * @source https://gymnasium.farama.org/api/vector/
 * @example
 * const env = new rl.SyncVectorEnv([rl.make("CartPole-v1"), rl.make("CartPole-v1")]);
 * env.reset({ seed: 1 }); // seeds 1 and 2
 * console.log(env.step([0, 1]).rewards.length); // 2
 */
export class SyncVectorEnv {
  readonly envs: readonly Environment[];
  readonly autoreset: "nextStep" | "sameStep";
  readonly observationSpace: Box;
  readonly actionSpace: Discrete;
  readonly #ended: Uint8Array;
  readonly #out: VectorOutcome;

  constructor(given: readonly (Environment | (() => Environment))[], options: VectorOptions = {}) {
    const { autoreset = "nextStep" } = checkedOptions("SyncVectorEnv", options, { autoreset: "string" });
    if (autoreset !== "nextStep" && autoreset !== "sameStep") {
      const expected = 'expected "nextStep" or "sameStep"';
      throw new ConfigError(
        "SyncVectorEnv",
        `autoreset is ${JSON.stringify(autoreset)}`,
        expected,
        "Take one of these.",
      );
    }
    const envs = Array.isArray(given) ? given.map(environmentOf) : [];
    const [first] = envs;
    if (first === undefined) {
      const got = Array.isArray(given) ? "no environments" : `the environments are a ${typeof given}`;
      throw new ConfigError(
        "SyncVectorEnv",
        got,
        "expected a list of at least one",
        "Pass [env, …] or [() => env, …].",
      );
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
    this.autoreset = autoreset;
    this.observationSpace = first.observationSpace;
    this.actionSpace = first.actionSpace;
    const { length } = envs;
    this.#ended = new Uint8Array(length);
    this.#out = {
      observations: new Float32Array(0),
      rewards: new Float64Array(length),
      terminated: new Uint8Array(length),
      truncated: new Uint8Array(length),
      infos: new Array<Info>(length).fill({}),
      finals: new Array<FinalObservation | null>(length).fill(null),
    };
  }

  get length(): number {
    return this.envs.length;
  }

  /** @param options environment i is seeded with `seed + i` */
  reset({ seed }: { seed?: number | bigint } = {}): { observations: Float32Array; infos: Info[] } {
    const { size } = this.observationSpace;
    const observations = new Float32Array(this.length * size);
    const infos = this.envs.map((env, i) => {
      const { observation, info } = env.reset(
        seed === undefined ? {} : { seed: typeof seed === "bigint" ? seed + BigInt(i) : seed + i },
      );
      checkObservation("SyncVectorEnv.reset", this.observationSpace, observation);
      observations.set(observation, i * size);
      return info;
    });
    this.#ended.fill(0);
    return { observations, infos };
  }

  /** What each environment's present state allows; null for all. */
  actionMasks(): (Uint8Array | null)[] {
    return this.envs.map((env) => env.actionMask?.() ?? null);
  }

  /**
   * @param masks what each state allows, where that is known: an action outside is refused before any environment moves
   * @throws {ShapeError} unless there is an action for each environment
   */
  step(actions: ArrayLike<number>, masks?: readonly (Uint8Array | null)[]): VectorOutcome {
    const { length } = this;
    const { size } = this.observationSpace;
    if (actions.length !== length) {
      throw new ShapeError("SyncVectorEnv.step", `${actions.length} actions`, `expected ${length}`, "Pass one each.");
    }
    if (masks !== undefined) {
      for (let i = 0; i < length; i++) {
        checkAction("SyncVectorEnv.step", this.actionSpace, actions[i] as number, masks[i] ?? null);
      }
    }
    const out = this.#out;
    out.observations = new Float32Array(length * size);
    for (let i = 0; i < length; i++) this.#stepOne(i, actions[i] as number);
    return out;
  }

  #stepOne(i: number, action: number): void {
    const out = this.#out;
    const env = this.envs[i] as Environment;
    out.finals[i] = null;
    out.rewards[i] = out.terminated[i] = out.truncated[i] = 0;
    if (this.#ended[i] === 1) {
      this.#begin(i);
      return;
    }
    const outcome = env.step(action);
    checkOutcome("SyncVectorEnv.step", this.observationSpace, outcome);
    const { observation, terminated, truncated } = outcome;
    out.rewards[i] = outcome.reward;
    out.terminated[i] = terminated ? 1 : 0;
    out.truncated[i] = truncated ? 1 : 0;
    if ((terminated || truncated) && this.autoreset === "sameStep") {
      // (a copy, in case the environment writes the next episode into the same array)
      const final = { observation: observation.slice(), mask: env.actionMask?.() ?? null };
      this.#begin(i);
      out.finals[i] = final;
      out.infos[i] = outcome.info;
      return;
    }
    out.infos[i] = outcome.info;
    out.observations.set(observation, i * observation.length);
    this.#ended[i] = terminated || truncated ? 1 : 0;
  }

  #begin(i: number): void {
    const { observation, info } = (this.envs[i] as Environment).reset();
    checkObservation("SyncVectorEnv.step", this.observationSpace, observation);
    this.#out.observations.set(observation, i * observation.length);
    this.#out.infos[i] = info;
    this.#ended[i] = 0;
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

function environmentOf(given: Environment | (() => Environment), i: number): Environment {
  const env = typeof given === "function" ? given() : given;
  requireEnvironment("SyncVectorEnv", `entry ${i}`, env);
  return env;
}
