import { ConfigError } from "../../util/index.ts";
import type { Environment, ResetOptions, ResetResult, Sampled, State, StepOutcome } from "../environment.ts";
import type { Discrete, Space } from "../spaces.ts";
import { StateReader } from "../state.ts";
import { Wrapper } from "./wrapper.ts";

/**
 * Truncates an episode after so many steps, if it has not terminated by then.
 *
 * @param maxSteps 1 or more
 * @throws {ConfigError} for any other number
 * @source https://gymnasium.farama.org/api/wrappers/misc_wrappers/#gymnasium.wrappers.TimeLimit
 * @example
 * const env = new rl.TimeLimit(new rl.MountainCar(), 200);
 */
export class TimeLimit<A extends Space<unknown> = Discrete> extends Wrapper<A> {
  readonly maxSteps: number;
  #steps = 0;

  constructor(env: Environment<A>, maxSteps: number) {
    super(env);
    if (!Number.isInteger(maxSteps) || maxSteps < 1) {
      throw new ConfigError("TimeLimit", `maxSteps is ${maxSteps}`, "expected a whole number of 1 or more", "Set it.");
    }
    this.maxSteps = maxSteps;
  }

  override reset(options?: ResetOptions): ResetResult {
    this.#steps = 0;
    return super.reset(options);
  }

  override step(action: Sampled<A>): StepOutcome {
    const outcome = super.step(action);
    if (++this.#steps >= this.maxSteps && !outcome.terminated) outcome.truncated = true;
    return outcome;
  }

  override stateDict(): State {
    return { inner: super.stateDict(), steps: this.#steps };
  }

  override loadStateDict(state: State): void {
    const reader = new StateReader("TimeLimit.loadStateDict", state);
    const steps = reader.count("steps");
    super.loadStateDict(reader.nested("inner"));
    this.#steps = steps;
  }
}
