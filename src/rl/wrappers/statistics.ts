import type { ResetOptions, ResetResult, Sampled, State, StepOutcome } from "../environment.ts";
import type { Discrete, Space } from "../spaces.ts";
import { StateReader } from "../state.ts";
import { Wrapper } from "./wrapper.ts";

/** A finished episode. */
export interface Episode {
  /** Sum of the rewards, undiscounted. */
  return: number;
  /** Steps. */
  length: number;
}

/**
 * Adds `info.episode`, the return and length, to the last outcome of each episode.
 *
 * @source https://gymnasium.farama.org/api/wrappers/misc_wrappers/#gymnasium.wrappers.RecordEpisodeStatistics
 * @example
 * const env = new rl.RecordEpisodeStatistics(rl.make("CartPole-v1"));
 * env.reset({ seed: 3 });
 * let outcome = env.step(0);
 * while (!outcome.terminated) outcome = env.step(0);
 * console.log((outcome.info.episode as rl.Episode).length);
 */
export class RecordEpisodeStatistics<A extends Space<unknown> = Discrete> extends Wrapper<A> {
  #return = 0;
  #length = 0;

  override reset(options?: ResetOptions): ResetResult {
    this.#return = this.#length = 0;
    return super.reset(options);
  }

  override step(action: Sampled<A>): StepOutcome {
    const outcome = super.step(action);
    this.#return += outcome.reward;
    this.#length++;
    if (!outcome.terminated && !outcome.truncated) return outcome;
    const episode: Episode = { return: this.#return, length: this.#length };
    return { ...outcome, info: { ...outcome.info, episode } };
  }

  override stateDict(): State {
    return { inner: super.stateDict(), return: this.#return, length: this.#length };
  }

  override loadStateDict(state: State): void {
    const reader = new StateReader("RecordEpisodeStatistics.loadStateDict", state);
    const [sum, length] = [reader.number("return"), reader.count("length")];
    super.loadStateDict(reader.nested("inner"));
    this.#return = sum;
    this.#length = length;
  }
}
