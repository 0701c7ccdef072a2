import { ConfigError } from "../../util/index.ts";
import type { State } from "../environment.ts";
import { StateReader } from "../state.ts";
import type { Transition } from "./replay-buffer.ts";

/** One step as an environment gave it. */
export interface PlayedStep {
  observation: Float32Array;
  action: number;
  reward: number;
  nextObservation: Float32Array;
  terminated: boolean;
  truncated: boolean;
  nextMask: Uint8Array | null;
}

type OpenTransition = Omit<Transition, "nextObservation" | "nextMask">;

/**
 * Makes transitions over n steps: `R = Σ γᵏ·rₖ`, and what follows counts `γⁿ`. An episode's end closes all open ones
 * with the steps they have: after a termination nothing follows (discount 0); a truncated episode would have gone on,
 * so the value of its final observation counts `γᵏ`.
 *
 * @throws {ConfigError} for n below 1 or gamma outside 0 … 1
 * @example
 * const nStep = new rl.NStep(2, 0.9);
 * const one = Float32Array.of(0);
 * const ends = { terminated: false, truncated: false, nextMask: null };
 * const step = { observation: one, action: 0, reward: 1, nextObservation: one, ...ends };
 * for (let i = 0; i < 2; i++) nStep.push(step, ({ reward, discount }) => console.log(reward, discount)); // 1.9 0.81
 * @source https://arxiv.org/abs/1710.02298
 */
export class NStep {
  readonly n: number;
  readonly gamma: number;
  #open: OpenTransition[] = [];

  constructor(n: number, gamma: number) {
    if (!Number.isInteger(n) || n < 1 || !(gamma >= 0 && gamma <= 1)) {
      const got = `n is ${n} and gamma ${gamma}`;
      throw new ConfigError("NStep", got, "expected n of 1 or more and gamma from 0 to 1", "Usual: 1 to 5, and 0.99.");
    }
    this.n = n;
    this.gamma = gamma;
  }

  /** Takes a step, and hands complete transitions to `store`. */
  push(step: PlayedStep, store: (transition: Transition) => unknown): void {
    const { nextObservation, terminated, truncated, nextMask } = step;
    if (this.n === 1) {
      const { observation, action, reward } = step;
      store({ observation, action, reward, nextObservation, discount: terminated ? 0 : this.gamma, nextMask });
      return;
    }
    for (const each of this.#open) {
      each.reward += each.discount * step.reward;
      each.discount *= this.gamma;
    }
    this.#open.push({
      observation: step.observation,
      action: step.action,
      reward: step.reward,
      discount: this.gamma,
    });
    const ended = terminated || truncated;
    while (this.#open.length > (ended ? 0 : this.n - 1)) {
      const { observation, action, reward, discount } = this.#open.shift() as OpenTransition;
      store({ observation, action, reward, nextObservation, discount: terminated ? 0 : discount, nextMask });
    }
  }

  stateDict(): State {
    return { open: this.#open.map((each) => ({ ...each })) };
  }

  loadStateDict(state: State): void {
    const open = state.open as readonly State[];
    this.#open = open.map((each) => {
      const reader = new StateReader("NStep.loadStateDict", each);
      return {
        observation: reader.float32("observation", -1),
        action: reader.count("action"),
        reward: reader.number("reward"),
        discount: reader.number("discount"),
      };
    });
  }
}
