import { ConfigError } from "../util/index.ts";
import type { PrioritizedOptions } from "./replay/prioritized-buffer.ts";

/** What decides how a `Dqn` plays and learns. Steps are the environment's unless they are called gradient steps. */
export interface DqnOptions {
  /** Steps of the whole run, of all environments together. */
  totalSteps: number;
  /** Environments played side by side: the network is asked once for all. Default 1. */
  numEnvs?: number;
  /** Transitions that are kept. Default 10,000. */
  bufferSize?: number;
  /** Random steps before the first rollout. Default 1,000. */
  learningStarts?: number;
  /** Steps of a rollout: what is played between two rounds of learning. Default 10. */
  trainFrequency?: number;
  /** Gradient steps after each rollout; -1 for as many as it has steps. Default 1. */
  gradientSteps?: number;
  /** Transitions of a gradient step. Default 128. */
  batchSize?: number;
  /** What a reward counts for one step later. Default 0.99. */
  gamma?: number;
  /** Rewards that are taken before a value stands in for the rest. Default 1. */
  nStep?: number;
  /** Steps after which the target network follows. Default 500. */
  targetFrequency?: number;
  /** How far it follows: 1 becomes the same, 0.005 comes a little nearer. Default 1. */
  tau?: number;
  /** Share of random actions at the beginning. Default 1. */
  explorationInitial?: number;
  /** Share of random actions after the exploration. Default 0.05. */
  explorationFinal?: number;
  /** Share of `totalSteps` over which it falls from the one to the other. Default 0.5. */
  explorationFraction?: number;
  /** The network chooses the best next action, the target network values it. Default true. */
  doubleQ?: boolean;
  /** Draw transitions by their TD errors; beta rises to 1 over the run. Default false. */
  prioritized?: boolean | Pick<PrioritizedOptions, "alpha" | "beta">;
  /** Evaluations over the run, at equal distances, the last at its end: the epochs of a Trainer. Default 20. */
  evaluations?: number;
  /** Greedy episodes of an evaluation. Default 10. */
  evaluationEpisodes?: number;
  /** Their first seed: each evaluation plays the same ones. Default 1,000,000. */
  evaluationSeed?: number;
}

/** All of them, checked. */
export type DqnSettings = Required<Omit<DqnOptions, "prioritized">> & {
  prioritized: Pick<PrioritizedOptions, "alpha" | "beta"> | null;
};

const DEFAULTS: Omit<DqnSettings, "totalSteps" | "trainFrequency" | "gradientSteps" | "prioritized"> = {
  numEnvs: 1,
  bufferSize: 10_000,
  learningStarts: 1000,
  batchSize: 128,
  gamma: 0.99,
  nStep: 1,
  targetFrequency: 500,
  tau: 1,
  explorationInitial: 1,
  explorationFinal: 0.05,
  explorationFraction: 0.5,
  doubleQ: true,
  evaluations: 20,
  evaluationEpisodes: 10,
  evaluationSeed: 1_000_000,
};

const KNOWN = ["totalSteps", "trainFrequency", "gradientSteps", "prioritized", ...Object.keys(DEFAULTS)];

function check(name: keyof DqnOptions, value: number, right: boolean, expected: string): void {
  if (right) return;
  throw new ConfigError("Dqn", `${name} is ${value}`, `expected ${expected}`, "See DqnOptions for what it means.");
}

/**
 * All options of an agent, checked, with their defaults.
 *
 * @throws {ConfigError} for an option that is not known or outside its domain
 * @example
 * const { gamma, bufferSize } = rl.dqnSettings({ totalSteps: 10_000, gamma: 0.98 });
 */
export function dqnSettings(options: DqnOptions): DqnSettings {
  const { prioritized = false, trainFrequency = 10, gradientSteps = 1, ...given } = options;
  const settings: DqnSettings = {
    ...DEFAULTS,
    ...given,
    trainFrequency,
    gradientSteps: gradientSteps === -1 ? trainFrequency : gradientSteps,
    prioritized: prioritized === false ? null : prioritized === true ? {} : prioritized,
  };
  for (const name of Object.keys(options)) {
    if (KNOWN.includes(name)) continue;
    throw new ConfigError("Dqn", `there is no option "${name}"`, `expected ${KNOWN.join(", ")}`, "Check its spelling.");
  }
  const whole = (least: number, ...names: (keyof DqnOptions)[]): void => {
    for (const name of names) {
      const value = settings[name] as number;
      check(name, value, Number.isSafeInteger(value) && value >= least, `a whole number of ${least} or more`);
    }
  };
  whole(
    1,
    "totalSteps",
    "numEnvs",
    "bufferSize",
    "trainFrequency",
    "gradientSteps",
    "batchSize",
    "nStep",
    "targetFrequency",
  );
  whole(1, "evaluations", "evaluationEpisodes");
  whole(0, "learningStarts", "evaluationSeed");
  for (const name of ["gamma", "tau", "explorationInitial", "explorationFinal", "explorationFraction"] as const) {
    const value = settings[name];
    check(name, value, value >= 0 && value <= 1, "0 to 1");
  }
  const { totalSteps, learningStarts, nStep, evaluations, numEnvs } = settings;
  const least = learningStarts + evaluations * trainFrequency;
  check(
    "totalSteps",
    totalSteps,
    totalSteps >= least,
    `at least ${least}: learningStarts ${learningStarts} and evaluations ${evaluations} times trainFrequency ${trainFrequency}`,
  );
  const first = Math.ceil((learningStarts + trainFrequency) / numEnvs);
  check("nStep", nStep, nStep <= first, `at most ${first}, (learningStarts + trainFrequency) / numEnvs`);
  return settings;
}
