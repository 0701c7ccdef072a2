import { checkedOptions, type OptionKinds } from "../util/index.ts";
import type { Environment } from "./environment.ts";
import { GreedyPolicy, type QNetwork } from "./policy.ts";
import type { Episode } from "./wrappers/index.ts";

/** Options of `watchEpisode`. */
export interface WatchOptions {
  /** Of the episode. */
  seed: number;
  /** Where pictures go, one after the other. */
  write: (text: string) => void;
  /** Pause after each picture, milliseconds. Default 30. */
  delayMs?: number;
  /** Paint each picture over the one before, with a terminal's control codes. Default true. */
  inPlace?: boolean;
}

const OPTIONS: OptionKinds<WatchOptions> = {
  seed: "number",
  write: "function",
  delayMs: "number",
  inPlace: "boolean",
};

/**
 * Plays an episode greedily and shows every state as the environment renders it.
 *
 * @example
 * const env = rl.make("MountainCar-v0");
 * const shown: string[] = [];
 * await rl.watchEpisode(env, rl.qNetwork(env), { seed: 1, delayMs: 0, write: (text) => shown.push(text) });
 */
export async function watchEpisode(env: Environment, network: QNetwork, options: WatchOptions): Promise<Episode> {
  checkedOptions("watchEpisode", options, OPTIONS);
  const { seed, write, delayMs = 30, inPlace = true } = options;
  const policy = new GreedyPolicy(network, env);
  const episode: Episode = { return: 0, length: 0 };
  let { observation } = env.reset({ seed });
  for (let ended = false; !ended; ) {
    const outcome = env.step(policy.action(observation, env.actionMask?.() ?? null));
    ({ observation } = outcome);
    episode.return += outcome.reward;
    episode.length++;
    ended = outcome.terminated || outcome.truncated;
    const picture = `${env.render?.() ?? ""}\nstep ${episode.length}  return ${episode.return}`;
    write(inPlace ? `\u001b[2J\u001b[H${picture}\n` : `${picture}\n\n`);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
  return episode;
}
