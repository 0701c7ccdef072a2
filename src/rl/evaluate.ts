import { ConfigError, checkedOptions } from "../util/index.ts";
import { checkObservation, checkOutcome } from "./check.ts";
import type { Environment } from "./environment.ts";
import { GreedyPolicy, type QNetwork } from "./policy.ts";
import type { Episode } from "./wrappers/index.ts";

/** Options of `playEpisodes`. */
export interface PlayOptions {
  /** How many. Default 10. */
  episodes?: number;
  /** Episode i begins with `reset({ seed: seed + i })`. */
  seed: number;
}

/**
 * Plays episodes greedily, all side by side so that the network is asked once a step for all of them.
 *
 * @param create makes an environment; called once for each episode. It must end its episodes: give it a `TimeLimit`
 * @returns them in order
 * @throws {ConfigError} for no episodes
 * @example
 * const create = () => rl.make("CartPole-v1");
 * const episodes = rl.playEpisodes(create, rl.qNetwork(create()), { episodes: 3, seed: 7 });
 * console.log(episodes.map(({ return: sum }) => sum));
 */
export function playEpisodes(create: () => Environment, network: QNetwork, options: PlayOptions): Episode[] {
  const { episodes = 10, seed } = checkedOptions("playEpisodes", options, { episodes: "number", seed: "number" });
  if (seed === undefined) {
    throw new ConfigError(
      "playEpisodes",
      "no seed was given",
      "expected one: the first episode's",
      "Pass { seed: 0 }.",
    );
  }
  return new EpisodePlayer(create, network, episodes).play(seed);
}

/**
 * The same, with environments that are kept for the next time.
 *
 * @example
 * const network = rl.qNetwork(rl.make("CartPole-v1"), { hidden: [8] });
 * const player = new rl.EpisodePlayer(() => rl.make("CartPole-v1"), network, 2);
 * console.log(player.play(1).map(({ length }) => length));
 */
export class EpisodePlayer {
  readonly #envs: readonly Environment[];
  readonly #policy: GreedyPolicy;

  constructor(create: () => Environment, network: QNetwork, episodes: number) {
    if (!Number.isInteger(episodes) || episodes < 1) {
      throw new ConfigError(
        "playEpisodes",
        `episodes is ${episodes}`,
        "expected a whole number of 1 or more",
        "Set it.",
      );
    }
    this.#envs = Array.from({ length: episodes }, create);
    this.#policy = new GreedyPolicy(network, this.#envs[0] as Environment, episodes);
  }

  /** @param prepare is called with each environment before its episode */
  play(seed: number, prepare: (env: Environment) => void = () => {}): Episode[] {
    const envs = this.#envs;
    const { observationSpace: space } = envs[0] as Environment;
    const observations = new Float32Array(envs.length * space.size);
    const masks: (Uint8Array | null)[] = [];
    const actions = new Int32Array(envs.length);
    const out = envs.map((): Episode => ({ return: 0, length: 0 }));
    const going = new Set(envs.keys());
    const see = (i: number, observation: Float32Array): void => {
      observations.set(observation, i * space.size);
      masks[i] = (envs[i] as Environment).actionMask?.() ?? null;
    };
    envs.forEach((env, i) => {
      prepare(env);
      const { observation } = env.reset({ seed: seed + i });
      checkObservation("playEpisodes", space, observation);
      see(i, observation);
    });
    while (going.size > 0) {
      this.#policy.act(observations, masks, actions);
      for (const i of going) {
        const outcome = (envs[i] as Environment).step(actions[i] as number);
        checkOutcome("playEpisodes", space, outcome);
        const episode = out[i] as Episode;
        episode.return += outcome.reward;
        episode.length++;
        if (outcome.terminated || outcome.truncated) going.delete(i);
        else see(i, outcome.observation);
      }
    }
    return out;
  }
}
