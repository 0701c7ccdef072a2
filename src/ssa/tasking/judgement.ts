import type { Figures, TaskReport } from "../../train/index.ts";
import { ConfigError } from "../../util/index.ts";
import { greedyInformation, greedyRate, greedyUncertainty, networkPolicy, randomVisible } from "./baselines.ts";
import { comparePolicies, pairedDifference, playAll, policyTable } from "./compare.ts";
import type { ObjectScorer } from "./object-scorer.ts";
import type { SensorTasking, TaskingSummary } from "./sensor-tasking.ts";

/**
 * Seed of the first held-out scenario.
 *
 * @example
 * const seeds = Array.from({ length: 10 }, (_, i) => ssa.HELD_OUT_SEED + i); // scenarios that training never sees
 */
export const HELD_OUT_SEED = 5_000_000;

/** Judges a network on held-out scenarios, beside rules over the same ones. */
export class Judgement {
  readonly #env: SensorTasking;
  readonly #seeds: readonly number[];
  // Rules do not change: each is played when it is first asked for.
  readonly #rules = new Map<string, TaskingSummary[]>();

  /** @param scenarios 2 or more: an interval needs them */
  constructor(env: SensorTasking, scenarios: number) {
    if (!Number.isInteger(scenarios) || scenarios < 2) {
      const expected = "expected a whole number of 2 or more: differences get an interval";
      throw new ConfigError("taskingExperiment", `scenarios is ${scenarios}`, expected, "The default is 10.");
    }
    this.#env = env;
    this.#seeds = Array.from({ length: scenarios }, (_, i) => HELD_OUT_SEED + i);
  }

  #rule(name: string, play: () => TaskingSummary[]): TaskingSummary[] {
    const played = this.#rules.get(name) ?? play();
    this.#rules.set(name, played);
    return played;
  }

  get #random(): TaskingSummary[] {
    return this.#rule("random", () => playAll(this.#env, randomVisible(1), this.#seeds));
  }

  get #uncertainty(): TaskingSummary[] {
    return this.#rule("uncertainty", () => playAll(this.#env, greedyUncertainty, this.#seeds));
  }

  get #information(): TaskingSummary[] {
    return this.#rule("information", () => playAll(this.#env, greedyInformation, this.#seeds));
  }

  get #rate(): TaskingSummary[] {
    return this.#rule("rate", () => playAll(this.#env, greedyRate, this.#seeds));
  }

  #play(network: ObjectScorer): TaskingSummary[] {
    return playAll(this.#env, networkPolicy(network, this.#env), this.#seeds);
  }

  /** For a run's log: means of the learned policy, and what it differs from rules by. */
  figures(network: ObjectScorer): Figures {
    return this.#figuresOf(this.#play(network));
  }

  #figuresOf(learned: readonly TaskingSummary[]): Figures {
    const mean = (field: keyof TaskingSummary): number =>
      learned.reduce((sum, each) => sum + each[field], 0) / learned.length;
    const figures: Record<string, number> = {
      sigmaKm: mean("meanSigmaKm"),
      unique: mean("unique"),
      looks: mean("looks"),
    };
    const rules = { Random: this.#random, Sigma: this.#uncertainty, Info: this.#information };
    for (const [name, other] of Object.entries(rules)) {
      const difference = (field: keyof TaskingSummary): number =>
        pairedDifference(
          learned.map((each) => each[field]),
          other.map((each) => each[field]),
        ).mean;
      figures[`kmVs${name}`] = difference("meanSigmaKm");
      figures[`seenVs${name}`] = difference("unique");
    }
    return figures;
  }

  /** For `innerloop evaluate`: a table of policies with units and intervals. */
  report(network: ObjectScorer): TaskReport {
    const learned = this.#play(network);
    const policies = comparePolicies({
      learned,
      random: this.#random,
      "greedy by uncertainty": this.#uncertainty,
      "greedy by information": this.#information,
      "greedy by information per second": this.#rate,
    });
    const { objects, horizonMinutes, sensor } = this.#env.settings;
    const [first, last] = [this.#seeds[0], this.#seeds.at(-1)];
    const { custodyKm } = this.#env;
    const text = [
      `${this.#seeds.length} held-out scenarios (seeds ${first} to ${last}): ${objects} objects, ${horizonMinutes} minutes, sensor ${sensor.name}`,
      "",
      policyTable(policies),
      "",
      "mean sigma      position uncertainty √tr P at the horizon in km, mean over all objects; less is better",
      "unique objects  looked at at least once; more is better",
      `custody         share of the objects with a sigma below ${custodyKm} km`,
      "in brackets     95 % interval of the mean of the differences, scenario by scenario (Student's t)",
    ].join("\n");
    const scenarios = { count: this.#seeds.length, firstSeed: HELD_OUT_SEED, objects, horizonMinutes };
    const units = { meanSigmaKm: "km", unique: "objects", looks: "looks", custody: `share below ${custodyKm} km` };
    const values = { ...this.#figuresOf(learned), scenarios, units, policies };
    return { text, values: values as unknown as TaskReport["values"] };
  }
}
