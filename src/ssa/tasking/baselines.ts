import { Generator } from "../../engine/index.ts";
import { GreedyPolicy, type QNetwork } from "../../rl/index.ts";
import { ConfigError } from "../../util/index.ts";
import type { Looks } from "./looks.ts";
import type { SensorTasking } from "./sensor-tasking.ts";

/** Says which object to look at next; it is asked only while a look is possible. */
export type TaskingPolicy = (env: SensorTasking, observation: Float32Array) => number;

function best(looks: Looks, worth: (i: number) => number): number {
  let found = -1;
  for (let i = 0; i < looks.allowed.length; i++) {
    if (looks.allowed[i] === 1 && (found < 0 || worth(i) > worth(found))) found = i;
  }
  if (found >= 0) return found;
  throw new ConfigError("policy", "no look is possible", "expected one", "Call reset() after an episode's end.");
}

/**
 * Any object that is up, at random.
 *
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 120 });
 * const env = new ssa.SensorTasking(catalogue, { objects: 3, horizonMinutes: 10 });
 * console.log(ssa.playTasking(env, ssa.randomVisible(3), 7).looks);
 */
export function randomVisible(seed: number): TaskingPolicy {
  const generator = new Generator(seed);
  return (env) => env.actionSpace.sample(generator, env.actionMask());
}

/**
 * The object whose position is least certain.
 *
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 120 });
 * const env = new ssa.SensorTasking(catalogue, { objects: 3, horizonMinutes: 10 });
 * console.log(ssa.playTasking(env, ssa.greedyUncertainty, 7).meanSigmaKm);
 */
export const greedyUncertainty: (env: SensorTasking) => number = ({ looks }) =>
  best(looks, (i) => looks.sigmaKm[i] as number);

/**
 * The object of which a look would tell most.
 *
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 120 });
 * const env = new ssa.SensorTasking(catalogue, { objects: 3, horizonMinutes: 10 });
 * console.log(ssa.playTasking(env, ssa.greedyInformation, 7).meanSigmaKm);
 */
export const greedyInformation: (env: SensorTasking) => number = ({ looks }) =>
  best(looks, (i) => looks.gain[i] as number);

/**
 * The object of which a look would tell most for the time it takes: a strong rule that knows of slewing.
 *
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 120 });
 * const env = new ssa.SensorTasking(catalogue, { objects: 3, horizonMinutes: 10 });
 * console.log(ssa.playTasking(env, ssa.greedyRate, 7).meanSigmaKm);
 */
export const greedyRate: (env: SensorTasking) => number = ({ looks, seconds }) =>
  best(looks, (i) => (looks.gain[i] as number) / ((looks.endS[i] as number) - seconds));

/**
 * What a network values most.
 *
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 120 });
 * const env = new ssa.SensorTasking(catalogue, { objects: 3, horizonMinutes: 10 });
 * const policy = ssa.networkPolicy(new ssa.ObjectScorer({ hidden: 8 }), env);
 * console.log(ssa.playTasking(env, policy, 7).custody);
 */
export function networkPolicy(network: QNetwork, env: SensorTasking): TaskingPolicy {
  const policy = new GreedyPolicy(network, env);
  return (present, observation) => policy.action(observation, present.looks.allowed);
}
