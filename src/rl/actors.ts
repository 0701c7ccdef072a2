import type { Generator } from "../engine/index.ts";
import { CheckpointError } from "../util/index.ts";
import { checkMasks, requireDiscrete } from "./check.ts";
import type { DqnSettings } from "./dqn-options.ts";
import type { Environment, State } from "./environment.ts";
import { NStep } from "./replay/n-step.ts";
import type { Transition } from "./replay/replay-buffer.ts";
import { StateReader } from "./state.ts";
import { SyncVectorEnv } from "./vector-env.ts";
import type { Episode } from "./wrappers/index.ts";

const RECENT = 100; // episodes of the mean return

/** What of the settings decides how is played. */
type ActorSettings = Pick<DqnSettings, "numEnvs" | "nStep" | "gamma">;

/** The environments that an agent plays side by side: what each shows and allows now, and what it has played so far. */
export class Actors {
  readonly envs: SyncVectorEnv;
  /** Whether the environments say which actions are allowed. */
  readonly masked: boolean;
  /** `[numEnvs, …observation]`, of now. */
  observations: Float32Array;
  /** What each allows now; null for all. */
  masks: readonly (Uint8Array | null)[];
  readonly #open: readonly NStep[];
  #episodes: Episode[];
  #recent: Episode[] = [];
  #counts = { finished: 0, reward: 0 }; // episodes, and the largest size of a reward so far

  /** @param create is called `numEnvs` times @param generator gives the environments' seed */
  constructor(create: () => Environment, { numEnvs, nStep, gamma }: ActorSettings, generator: Generator) {
    const envs = Array.from({ length: numEnvs }, create);
    for (const each of envs) requireDiscrete("Dqn", each);
    this.envs = new SyncVectorEnv(envs, { autoreset: "sameStep" });
    this.observations = this.envs.reset({ seed: generator.random63() }).observations;
    this.masks = this.envs.actionMasks();
    this.masked = this.masks.some((each) => each !== null);
    this.#open = envs.map(() => new NStep(nStep, gamma));
    this.#episodes = envs.map(() => ({ return: 0, length: 0 }));
  }

  /** The largest size of a reward so far. */
  get largestReward(): number {
    return this.#counts.reward;
  }

  /** One step of each environment; complete transitions go to `store`. A new episode begins in the step that ends one. */
  step(actions: Int32Array, store: (transition: Transition) => unknown): void {
    const { observations, envs } = this;
    const outcome = envs.step(actions, this.masks); // (throws before anything has been stored)
    const masks = checkMasks("Dqn", envs.actionMasks(), this.masked);
    this.observations = outcome.observations;
    this.masks = masks;
    for (let i = 0; i < envs.length; i++) {
      const final = outcome.finals[i] ?? null;
      const reward = outcome.rewards[i] as number;
      const step = {
        observation: this.#rowOf(observations, i),
        action: actions[i] as number,
        reward,
        nextObservation: final === null ? this.#rowOf(outcome.observations, i) : final.observation,
        terminated: outcome.terminated[i] === 1,
        truncated: outcome.truncated[i] === 1,
        nextMask: final === null ? (masks[i] ?? null) : final.mask,
      };
      (this.#open[i] as NStep).push(step, store);
      this.#count(i, reward, final !== null);
    }
  }

  #rowOf(observations: Float32Array, i: number): Float32Array {
    const { size } = this.envs.observationSpace;
    return observations.length === size ? observations : observations.subarray(i * size, (i + 1) * size);
  }

  #count(i: number, reward: number, ended: boolean): void {
    const episode = this.#episodes[i] as Episode;
    episode.return += reward;
    episode.length++;
    if (Math.abs(reward) > this.#counts.reward) this.#counts.reward = Math.abs(reward);
    if (!ended) return;
    this.#counts.finished++;
    this.#recent.push(episode);
    if (this.#recent.length > RECENT) this.#recent.shift();
    this.#episodes[i] = { return: 0, length: 0 };
  }

  /** A mean over the last 100 episodes; NaN before the first has ended. */
  recent(name: keyof Episode): number {
    return this.#recent.reduce((sum, each) => sum + each[name], 0) / this.#recent.length;
  }

  stateDict(): State {
    return {
      envs: this.envs.stateDict(),
      observations: this.observations.slice(),
      open: this.#open.map((each) => each.stateDict()),
      episodes: numbersOf(this.#episodes),
      recent: numbersOf(this.#recent),
      counts: { ...this.#counts },
    };
  }

  /** @throws {CheckpointError} */
  loadStateDict(state: State): void {
    const reader = new StateReader("Dqn.loadStateDict", state);
    const { length, observationSpace } = this.envs;
    const saved = reader.float64("episodes", -1).length / 2;
    if (saved !== length) {
      throw new CheckpointError(
        "Dqn.loadStateDict",
        `the state is of ${saved} environments`,
        `expected ${length}`,
        `Set numEnvs to ${saved}, as it was when the run began.`,
      );
    }
    const open = reader.list("open", length);
    const observations = reader.float32("observations", length * observationSpace.size);
    const episodes = reader.float64("episodes", 2 * length);
    const recent = reader.float64("recent", -1);
    const counts = reader.numbers("counts", this.#counts);
    this.envs.loadStateDict(reader.nested("envs"));
    this.#open.forEach((each, i) => {
      each.loadStateDict(open[i] as State);
    });
    this.observations = observations;
    this.masks = this.envs.actionMasks();
    this.#episodes = episodesOf(episodes);
    this.#recent = episodesOf(recent);
    this.#counts = counts;
  }
}

/** Return and length of each, one after the other. */
function numbersOf(episodes: readonly Episode[]): Float64Array {
  return Float64Array.from(episodes.flatMap((each) => [each.return, each.length]));
}

function episodesOf(numbers: Float64Array): Episode[] {
  return Array.from({ length: numbers.length / 2 }, (_, i) => ({
    return: numbers[2 * i] as number,
    length: numbers[2 * i + 1] as number,
  }));
}
