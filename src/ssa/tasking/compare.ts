import { ConfigError } from "../../util/index.ts";
import type { TaskingPolicy } from "./baselines.ts";
import type { SensorTasking, TaskingSummary } from "./sensor-tasking.ts";

/**
 * Plays one episode to its horizon.
 *
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 120 });
 * const env = new ssa.SensorTasking(catalogue, { objects: 3, horizonMinutes: 10 });
 * const { meanSigmaKm, looks } = ssa.playTasking(env, ssa.greedyRate, 7);
 */
export function playTasking(env: SensorTasking, policy: TaskingPolicy, seed: number): TaskingSummary {
  let { observation } = env.reset({ seed });
  for (;;) {
    const outcome = env.step(policy(env, observation));
    if (outcome.terminated || outcome.truncated) return env.summary();
    observation = outcome.observation;
  }
}

/** A mean of paired differences and its 95 % interval. */
export interface PairedDifference {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Mean of `a - b` over pairs, with `mean ± t·s/√n`; t is Student's 97.5 % point.
 *
 * @throws {ConfigError} for lists that differ in length or have fewer than two entries
 * @example
 * console.log(ssa.pairedDifference([1, 2, 4], [0, 1, 1]).mean.toFixed(2)); // 1.67
 */
export function pairedDifference(a: readonly number[], b: readonly number[]): PairedDifference {
  const n = a.length;
  if (n !== b.length || n < 2) {
    const got = `${n} and ${b.length} values`;
    throw new ConfigError("pairedDifference", got, "expected two lists of the same length, 2 or more", "Pair them.");
  }
  const differences = a.map((value, i) => value - (b[i] as number));
  const mean = differences.reduce((sum, each) => sum + each, 0) / n;
  const variance = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1);
  const half = studentPoint(n - 1) * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half };
}

/** 97.5 % point of Student's t: Cornish and Fisher's expansion, right to 1 % from 3 degrees of freedom. */
function studentPoint(degrees: number): number {
  const z = 1.959964;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ];
  return terms.reduce((sum, term, k) => sum + term / degrees ** (k + 1), z);
}

/**
 * Episodes of a policy, one a seed.
 *
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 120 });
 * const env = new ssa.SensorTasking(catalogue, { objects: 3, horizonMinutes: 10 });
 * const summaries = ssa.playAll(env, ssa.greedyRate, [1, 2]);
 */
export function playAll(env: SensorTasking, policy: TaskingPolicy, seeds: readonly number[]): TaskingSummary[] {
  return seeds.map((seed) => playTasking(env, policy, seed));
}

/** Means of a policy over its scenarios, and what the one that is judged gains on it. */
export interface PolicyComparison {
  readonly policy: string;
  /** Position uncertainty √tr P at the horizon, mean over all objects, km. */
  readonly meanSigmaKm: number;
  /** Objects looked at. */
  readonly unique: number;
  readonly looks: number;
  /** Share of the objects in custody. */
  readonly custody: number;
  /** The judged policy less this one, over pairs of the same scenario; null for itself. */
  readonly less: { readonly meanSigmaKm: PairedDifference; readonly unique: PairedDifference } | null;
}

/**
 * Policies over the same scenarios: means, and how the first differs from each other one.
 *
 * @param results by name; the first is the one that is judged
 * @throws {ConfigError} for fewer than two scenarios, or different numbers of them
 * @example
 * const scenario = { meanSigmaKm: 2, unique: 9, looks: 12, custody: 0.5 };
 * const better = { ...scenario, meanSigmaKm: 1 };
 * const [, rule] = ssa.comparePolicies({ learned: [better, better], rule: [scenario, scenario] });
 * console.log(rule?.less?.meanSigmaKm.mean); // -1
 */
export function comparePolicies(results: Readonly<Record<string, readonly TaskingSummary[]>>): PolicyComparison[] {
  const [first] = Object.keys(results) as [string];
  const of = (name: string, field: keyof TaskingSummary): number[] =>
    (results[name] as readonly TaskingSummary[]).map((each) => each[field]);
  return Object.keys(results).map((policy) => {
    const mean = (field: keyof TaskingSummary): number =>
      of(policy, field).reduce((sum, each) => sum + each, 0) / of(policy, field).length;
    const less = (field: keyof TaskingSummary): PairedDifference =>
      pairedDifference(of(first, field), of(policy, field));
    return {
      policy,
      meanSigmaKm: mean("meanSigmaKm"),
      unique: mean("unique"),
      looks: mean("looks"),
      custody: mean("custody"),
      less: policy === first ? null : { meanSigmaKm: less("meanSigmaKm"), unique: less("unique") },
    };
  });
}

/**
 * A table of policies over the same scenarios: means, and how the first differs from each other one (paired, 95 %).
 *
 * @param results by name; the first is the one that is judged
 * @example
 * const scenario = { meanSigmaKm: 2, unique: 9, looks: 12, custody: 0.5 };
 * const better = { ...scenario, meanSigmaKm: 1 };
 * console.log(ssa.comparisonTable({ learned: [better, better], rule: [scenario, scenario] }));
 */
export function comparisonTable(results: Readonly<Record<string, readonly TaskingSummary[]>>): string {
  return policyTable(comparePolicies(results));
}

/**
 * `comparePolicies` as a table.
 *
 * @example
 * const scenario = { meanSigmaKm: 2, unique: 9, looks: 12, custody: 0.5 };
 * const better = { ...scenario, meanSigmaKm: 1 };
 * console.log(ssa.policyTable(ssa.comparePolicies({ learned: [better, better], rule: [scenario, scenario] })));
 */
export function policyTable(policies: readonly PolicyComparison[]): string {
  const first = policies[0]?.policy;
  const against = (difference: PairedDifference | undefined, digits: number): string => {
    if (difference === undefined) return "";
    const { mean, low, high } = difference;
    return `${mean.toFixed(digits)} (${low.toFixed(digits)} … ${high.toFixed(digits)})`;
  };
  const rows = [
    ["policy", "mean sigma, km", `${first} less it`, "unique objects", `${first} less it`, "looks", "custody"],
    ...policies.map(({ policy, meanSigmaKm, unique, looks, custody, less }) => [
      policy,
      meanSigmaKm.toFixed(3),
      against(less?.meanSigmaKm, 3),
      unique.toFixed(2),
      against(less?.unique, 2),
      looks.toFixed(1),
      custody.toFixed(3),
    ]),
  ];
  const widths = (rows[0] as string[]).map((_, k) => Math.max(...rows.map((row) => (row[k] as string).length)));
  const lines = rows.map((row) => `| ${row.map((cell, k) => cell.padEnd(widths[k] as number)).join(" | ")} |`);
  lines.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  return lines.join("\n");
}
