import type { Environment, ResetOptions, ResetResult, Sampled, State, StepOutcome } from "../environment.ts";
import type { Box, Discrete, Space } from "../spaces.ts";

/**
 * An environment around another: what is not overridden goes to the one inside. One with a state of its own adds it in
 * `stateDict`: `{ inner: super.stateDict(), … }`.
 *
 * @example
 * class HalfReward extends rl.Wrapper {
 *   override step(action: number) {
 *     const outcome = super.step(action);
 *     return { ...outcome, reward: outcome.reward / 2 };
 *   }
 * }
 * const env = new HalfReward(rl.make("CartPole-v1"));
 * env.reset({ seed: 1 });
 * console.log(env.step(1).reward); // 0.5
 */
export abstract class Wrapper<A extends Space<unknown> = Discrete> implements Environment<A> {
  readonly env: Environment<A>;

  constructor(env: Environment<A>) {
    this.env = env;
  }

  get observationSpace(): Box {
    return this.env.observationSpace;
  }

  get actionSpace(): A {
    return this.env.actionSpace;
  }

  /** The environment inside all wrappers. */
  get unwrapped(): Environment<A> {
    return this.env instanceof Wrapper ? (this.env.unwrapped as Environment<A>) : this.env;
  }

  reset(options?: ResetOptions): ResetResult {
    return this.env.reset(options);
  }

  step(action: Sampled<A>): StepOutcome {
    return this.env.step(action);
  }

  actionMask(): Uint8Array | null {
    return this.env.actionMask?.() ?? null;
  }

  render(): string {
    return this.env.render?.() ?? "";
  }

  stateDict(): State {
    return this.env.stateDict();
  }

  loadStateDict(state: State): void {
    this.env.loadStateDict(state);
  }
}
