import { at, type Conjunction, type EncounterPlane } from "../frames/index.ts";
import { principalPlane } from "../probability/index.ts";

/**
 * What a network is told of an encounter, by name of the set:
 *
 * - `plane`: the encounter plane as it is, lengths in hard-body radii;
 * - `principal`: along the principal axes of the covariance, the miss in sigmas;
 * - `density`: besides, the probability of a hard body so small that the density is the same all over it.
 *
 * @example
 * console.log(ssa.ENCOUNTER_FEATURES.density.length); // 5
 */
export const ENCOUNTER_FEATURES: Readonly<Record<FeatureSet, readonly string[]>> = {
  plane: ["log10(miss/R)", "log10(sigmaX/R)", "log10(sigmaY/R)", "atanh|correlation|"],
  principal: ["|missX|/sigmaX", "|missZ|/sigmaZ", "log10(sigmaX/R)", "log10(sigmaZ/R)"],
  density: ["|missX|/sigmaX", "|missZ|/sigmaZ", "log10(sigmaX/R)", "log10(sigmaZ/R)", "log10(density·πR²)"],
};

/** A set of features; {@link ENCOUNTER_FEATURES} names what is in it. */
export type FeatureSet = "plane" | "principal" | "density";

/**
 * Features of an encounter for a network. None depends on the unit of length, on the frame, on which object comes first,
 * or on the side that the miss is on; nor does the probability.
 *
 * log10(density·πR²) = log10(R²/(2σxσz)) - (x²/σx² + z²/σz²)/2 · log10 e, which is log10 Pc where R is small beside both
 * sigmas.
 *
 * @param hardBodyRadius [m]
 * @example
 * const [encounter] = generateEncounters({ seed: 1, count: 1 });
 * if (encounter) {
 *   const plane = encounterPlane(encounter.conjunction);
 *   encounterFeatures(plane, encounter.conjunction.hardBodyRadius, "principal"); // four numbers
 * }
 */
export function encounterFeatures(
  plane: Pick<EncounterPlane, "missDistance" | "covariance">,
  hardBodyRadius: number,
  set: FeatureSet = "density",
): number[] {
  const { missDistance, covariance } = plane;
  const R = hardBodyRadius;
  if (set === "plane") {
    const [[xx, xy], [, yy]] = covariance;
    const correlation = Math.min(Math.abs(xy) / Math.sqrt(xx * yy), 1 - 1e-9);
    return [
      Math.log10(Math.max(missDistance / R, 1e-3)),
      Math.log10(Math.sqrt(xx) / R),
      Math.log10(Math.sqrt(yy) / R),
      Math.atanh(correlation),
    ];
  }
  const { sigmaX, sigmaZ, missX, missZ } = principalPlane(covariance, missDistance, R, "cara");
  const [u, w] = [missX / sigmaX, missZ / sigmaZ];
  const features = [u, w, Math.log10(sigmaX / R), Math.log10(sigmaZ / R)];
  if (set === "principal") return features;
  return [...features, Math.log10((R * R) / (2 * sigmaX * sigmaZ)) - ((u * u + w * w) / 2) * Math.LOG10E];
}

/**
 * What the lesson's program looks at: approach speed [km/s], log10 of the miss distance [km], a confidence, log10 of the
 * time to closest approach [h]. A message has no such confidence: here it is 1/(1 + σ/1 km) with σ² the sum of all six
 * position variances, which is as much as a single number can honestly say about how well two orbits are known.
 *
 * @example
 * const [encounter] = ssa.generateEncounters({ seed: 1, count: 1 });
 * if (encounter) {
 *   const { conjunction } = encounter;
 *   ssa.lessonFeatures(ssa.encounterPlane(conjunction), conjunction, 24); // speed, miss, confidence, time
 * }
 */
export function lessonFeatures(
  plane: Pick<EncounterPlane, "missDistance" | "relativeSpeed">,
  { covariance1, covariance2 }: Conjunction,
  hoursToClosestApproach: number,
): [speed: number, miss: number, confidence: number, time: number] {
  let variance = 0;
  for (const c of [covariance1, covariance2]) for (let i = 0; i < 3; i++) variance += at(c, i, i);
  return [
    plane.relativeSpeed / 1000,
    Math.log10(Math.max(plane.missDistance, 1e-3) / 1000),
    1 / (1 + Math.sqrt(variance) / 1000),
    Math.log10(Math.max(hoursToClosestApproach, 0.1)),
  ];
}
