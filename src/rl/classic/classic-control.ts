import { defaultGenerator, Generator } from "../../engine/index.ts";
import { ConfigError } from "../../util/index.ts";
import type { Environment, ResetOptions, ResetResult, State, StepOutcome } from "../environment.ts";
import type { Box, Discrete } from "../spaces.ts";
import { StateReader } from "../state.ts";

/**
 * What the classic control tasks share: a float64 state, a generator, and the rule that `reset` comes before `step`.
 * A first `reset` without a seed draws one from the default generator, so that `manualSeed` decides the whole program.
 *
 * @example
 * const env: rl.ClassicControl = new rl.MountainCar();
 * env.reset({ seed: 1 });
 * console.log(env.step(2).terminated); // false
 */
export abstract class ClassicControl implements Environment {
  abstract readonly observationSpace: Box;
  abstract readonly actionSpace: Discrete;
  readonly generator: Generator = new Generator(0);
  protected readonly state: Float64Array;
  #seeded = false;
  #going = false;

  constructor(stateSize: number) {
    this.state = new Float64Array(stateSize);
  }

  reset({ seed }: ResetOptions = {}): ResetResult {
    if (seed !== undefined) this.generator.manualSeed(seed);
    else if (!this.#seeded) this.generator.manualSeed(defaultGenerator.random63());
    this.#seeded = true;
    this.#going = true;
    this.begin();
    return { observation: this.observe(), info: {} };
  }

  step(action: number): StepOutcome {
    if (!this.#going) {
      throw new ConfigError(
        `${this.constructor.name}.step`,
        "there is no episode under way",
        "expected reset() before the first step and after the end of each episode",
        "Call reset().",
      );
    }
    if (!this.actionSpace.contains(action)) {
      throw new ConfigError(
        `${this.constructor.name}.step`,
        `the action is ${String(action)}`,
        `expected a whole number from 0 to ${this.actionSpace.n - 1}`,
        "Pass the position of the largest Q-value.",
      );
    }
    const reward = this.advance(action);
    const terminated = this.isTerminal();
    if (terminated) this.#going = false;
    return { observation: this.observe(), reward, terminated, truncated: false, info: {} };
  }

  stateDict(): State {
    return {
      state: this.state.slice(),
      generator: this.generator.getState(),
      seeded: this.#seeded,
      going: this.#going,
    };
  }

  loadStateDict(saved: State): void {
    const reader = new StateReader(`${this.constructor.name}.loadStateDict`, saved);
    const state = reader.float64("state", this.state.length);
    const [seeded, going] = [reader.flag("seeded"), reader.flag("going")];
    reader.generator("generator", this.generator);
    this.state.set(state);
    this.#seeded = seeded;
    this.#going = going;
  }

  abstract render(): string;
  /** Draws a start state. */
  protected abstract begin(): void;
  /** Moves the state on, and returns the reward. */
  protected abstract advance(action: number): number;
  protected abstract isTerminal(): boolean;

  /** The observation, where it is the state itself. A loop: converting constructors are far slower for a few elements. */
  protected observe(): Float32Array {
    const { state } = this;
    const out = new Float32Array(state.length);
    for (let i = 0; i < out.length; i++) out[i] = state[i] as number;
    return out;
  }
}
