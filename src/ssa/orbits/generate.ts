import { Generator } from "../../engine/index.ts";
import { ConfigError, checkedOptions } from "../../util/index.ts";
import { orbitsFromOmm } from "./catalogue.ts";
import type { Omm } from "./omm.ts";
import type { Orbit } from "./orbit.ts";

/** Options of `generateCatalogue`. */
export interface GenerateOptions {
  /** The same seed gives the same catalogue. Default 0. */
  seed?: number;
  /** How many objects. Default 2,000. */
  count?: number;
  /** Of all elements, ISO 8601 in UTC. Default 2024-01-01T00:00:00. */
  epoch?: string;
}

/** A family of orbits: share of the catalogue, altitudes of perigee and apogee (km), inclinations (degrees). */
interface Family {
  share: number;
  perigee: readonly [number, number];
  /** Of the apogee above the perigee. */
  rise: readonly [number, number];
  inclination: readonly [mean: number, sigma: number];
}

// Roughly the public catalogue of the early 2020s: six of seven objects in low orbit, near a few inclinations.
const FAMILIES: readonly Family[] = [
  { share: 0.3, perigee: [520, 880], rise: [0, 40], inclination: [98.2, 0.6] },
  { share: 0.16, perigee: [535, 560], rise: [0, 4], inclination: [53.1, 0.2] },
  { share: 0.14, perigee: [700, 1000], rise: [0, 60], inclination: [82.5, 1] },
  { share: 0.1, perigee: [700, 1500], rise: [20, 300], inclination: [74, 1.5] },
  { share: 0.08, perigee: [350, 800], rise: [0, 400], inclination: [65, 6] },
  { share: 0.06, perigee: [380, 420], rise: [0, 10], inclination: [51.6, 0.1] },
  { share: 0.03, perigee: [19_100, 23_300], rise: [0, 200], inclination: [56, 2] },
  { share: 0.09, perigee: [35_760, 35_790], rise: [0, 20], inclination: [3, 3] },
  { share: 0.04, perigee: [250, 700], rise: [8000, 38_000], inclination: [40, 25] },
];
const EARTH_KM = 6378.135;
const MU = 398600.8;

/**
 * A made-up catalogue with low, medium, geostationary and elongated orbits in the proportions of the public one.
 *
 * @throws {ConfigError} for a count that is no whole number from 1 to 90,000, or an epoch that is no time
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 100 });
 * console.log(catalogue.length); // 100
 */
export async function generateCatalogue(options: GenerateOptions = {}): Promise<Orbit[]> {
  const kinds = { seed: "number", count: "number", epoch: "string" } as const;
  const given = checkedOptions<GenerateOptions>("generateCatalogue", options, kinds);
  const { seed = 0, count = 2000, epoch = "2024-01-01T00:00:00" } = given;
  if (!Number.isInteger(count) || count < 1 || count > 90_000) {
    throw new ConfigError(
      "generateCatalogue",
      `count is ${count}`,
      "expected a whole number from 1 to 90000",
      "Set it.",
    );
  }
  if (Number.isNaN(Date.parse(`${epoch}Z`))) {
    throw new ConfigError(
      "generateCatalogue",
      `epoch is ${epoch}`,
      "expected a time such as 2024-01-01T00:00:00",
      "Set it.",
    );
  }
  const generator = new Generator(seed);
  const uniform = (low: number, high: number): number => low + (high - low) * generator.randomDouble();
  const one = new Float64Array(1);
  const normal = (mean: number, sigma: number): number => mean + sigma * (generator.normal(one)[0] as number);
  return await orbitsFromOmm(
    Array.from({ length: count }, (_, i): Omm => {
      const family = pick(generator.randomDouble());
      const perigee = EARTH_KM + uniform(...family.perigee);
      const apogee = perigee + uniform(...family.rise);
      const a = (perigee + apogee) / 2;
      return {
        OBJECT_NAME: `GENERATED ${i + 1}`,
        OBJECT_ID: "2024-001A",
        NORAD_CAT_ID: 10_000 + i,
        EPOCH: epoch,
        MEAN_MOTION: (Math.sqrt(MU / a ** 3) * 86_400) / (2 * Math.PI),
        ECCENTRICITY: (apogee - perigee) / (apogee + perigee),
        INCLINATION: Math.min(Math.abs(normal(...family.inclination)), 179),
        RA_OF_ASC_NODE: uniform(0, 360),
        ARG_OF_PERICENTER: uniform(0, 360),
        MEAN_ANOMALY: uniform(0, 360),
        BSTAR: perigee - EARTH_KM < 2000 ? uniform(2e-5, 3e-4) : 0,
        MEAN_MOTION_DOT: 0,
        MEAN_MOTION_DDOT: 0,
        ELEMENT_SET_NO: 1,
      };
    }),
  );
}

function pick(share: number): Family {
  let left = share;
  for (const family of FAMILIES) {
    left -= family.share;
    if (left < 0) return family;
  }
  return FAMILIES[0] as Family;
}
