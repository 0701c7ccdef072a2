import type { Orbit } from "../orbits/orbit.ts";
import { randomVisible } from "./baselines.ts";
import type { ScenarioOptions } from "./scenario.ts";
import { SensorTasking } from "./sensor-tasking.ts";

/** Mean normalised estimation error squared, and where 95 % of such means lie if filter and errors agree. */
export interface EstimationErrors {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Tracks. */
  readonly count: number;
}

/**
 * Consistency of the filter: plays random episodes and takes `(x - x̂)ᵀ·P⁻¹·(x - x̂)` of each object that was looked at,
 * after its last look. Each is χ² with 6 degrees of freedom, so their mean over n independent tracks is χ²(6n)/n; the
 * bounds are Wilson and Hilferty's.
 *
 * @param tracks how many
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 120 });
 * const { mean, low, high } = ssa.estimationErrors(catalogue, 3, 1, { objects: 3, horizonMinutes: 5 });
 * @source Bar-Shalom, Li and Kirubarajan, "Estimation with Applications to Tracking and Navigation" (2001), 5.4
 */
export function estimationErrors(
  catalogue: readonly Orbit[],
  tracks: number,
  seed: number,
  options: ScenarioOptions = { objects: 30, horizonMinutes: 30 },
): EstimationErrors {
  const env = new SensorTasking(catalogue, options);
  const policy = randomVisible(seed);
  let [sum, count] = [0, 0];
  for (let episode = 0; count < tracks; episode++) {
    let { observation } = env.reset({ seed: seed + episode });
    for (let ended = false; !ended; ) {
      const outcome = env.step(policy(env, observation));
      observation = outcome.observation;
      ended = outcome.terminated || outcome.truncated;
    }
    for (const { track } of env.scenario.objects) {
      if (track.looks === 0 || count === tracks) continue;
      sum += track.errorSquared();
      count++;
    }
  }
  const degrees = 6 * count;
  const bound = (z: number): number => 6 * (1 - 2 / (9 * degrees) + z * Math.sqrt(2 / (9 * degrees))) ** 3;
  return { mean: sum / count, low: bound(-1.959964), high: bound(1.959964), count };
}
