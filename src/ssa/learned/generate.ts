import { Generator } from "../../engine/index.ts";
import { ConfigError, checkedOptions } from "../../util/index.ts";
import {
  type Conjunction,
  cross,
  EARTH_MU,
  type Matrix,
  norm,
  planeCovariance,
  plus,
  rtnToInertial,
  type State,
  scale,
  type Vector3,
} from "../frames/index.ts";

/** A made-up encounter, and how long before it its message would have been written. */
export interface Encounter {
  conjunction: Conjunction;
  /** From the message to closest approach. */
  hoursToClosestApproach: number;
}

/** Options of {@link generateEncounters}. */
export interface GenerateEncountersOptions {
  /** The same seed gives the same encounters. Default 0. */
  seed?: number;
  /** How many. Default 1,000. */
  count?: number;
}

const EARTH_RADIUS = 6378137;
const SCREENED = 50e3; // largest miss that a screening would report [m]
const FARTHEST = 6.5; // sigma: beyond, no probability exceeds 1e-9

/** Draws of one generator. */
class Draws {
  readonly #generator: Generator;
  readonly #one: Float64Array = new Float64Array(1);

  constructor(seed: number) {
    this.#generator = new Generator(seed);
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.#generator.randomDouble();
  }

  /** Its logarithm is uniform. */
  spread(low: number, high: number): number {
    return low * (high / low) ** this.#generator.randomDouble();
  }

  normal(): number {
    return this.#generator.normal(this.#one)[0] as number;
  }
}

/**
 * Encounters of objects in low orbits, as conjunction messages have them: nearly circular orbits 400 to 1,400 km up;
 * relative speeds of 0.1 to 15 km/s; errors that grow along the track with the time since the last observations (sigmas
 * of metres across it, of tens of metres to hundreds of kilometres along it, radial and along-track ones correlated);
 * combined radii of 2 to 50 m. Misses are spread evenly over 0 to 6.5 sigma, so that likely and unlikely collisions are
 * about as frequent, and are at most 50 km.
 *
 * Ranges are those of messages on the public record; the inertial frame is the first object's, as nothing depends on it.
 *
 * @throws {ConfigError} for a count that is no whole number from 1 to 10 million
 * @example
 * const [encounter] = generateEncounters({ seed: 1, count: 10 });
 * if (encounter) console.log(collisionProbability2D(encounter.conjunction).probability);
 */
export function generateEncounters(options: GenerateEncountersOptions = {}): Encounter[] {
  const kinds = { seed: "number", count: "number" } as const;
  const { seed = 0, count = 1000 } = checkedOptions("generateEncounters", options, kinds);
  if (!Number.isInteger(count) || count < 1 || count > 1e7) {
    throw new ConfigError(
      "generateEncounters",
      `count is ${count}`,
      "expected a whole number from 1 to 10 million",
      "Set it.",
    );
  }
  const draws = new Draws(seed);
  return Array.from({ length: count }, () => {
    for (;;) {
      const encounter = draw(draws);
      if (encounter !== null) return encounter;
    }
  });
}

function draw(draws: Draws): Encounter | null {
  const radius = EARTH_RADIUS + draws.uniform(400e3, 1400e3);
  const circular = Math.sqrt(EARTH_MU / radius);
  // Most orbits cross at any angle; a quarter are neighbours that meet slowly.
  const crossing =
    draws.uniform(0, 1) < 0.75 ? draws.uniform(0.3, Math.PI) : 2 * Math.asin(draws.spread(100, 3000) / (2 * circular));
  const state1: State = { position: [radius, 0, 0], velocity: velocity(draws, circular, 0) };
  const velocity2 = velocity(draws, circular, crossing);
  const hours = draws.spread(3, 168);
  const motion = circular / radius;
  const errors = [rtnCovariance(draws, hours, motion), rtnCovariance(draws, hours, motion)] as const;
  const covariance1 = rtnToInertial(errors[0], state1);
  const near = rtnToInertial(
    errors[1].slice(0, 3).map((row) => row.slice(0, 3)),
    { position: state1.position, velocity: velocity2 },
  );
  const hardBodyRadius = draws.spread(2, 50);
  const miss = missAcross(draws, plus(velocity2, state1.velocity, -1), covariance1, near);
  if (norm(miss) > SCREENED) return null;
  const state2: State = { position: plus(state1.position, miss), velocity: velocity2 };
  return {
    conjunction: { state1, covariance1, state2, covariance2: rtnToInertial(errors[1], state2), hardBodyRadius },
    hoursToClosestApproach: hours,
  };
}

/** Of a nearly circular orbit through the x axis. */
function velocity(draws: Draws, circular: number, inclination: number): Vector3 {
  const speed = circular * (1 + 0.002 * draws.normal());
  return [0.003 * circular * draws.normal(), speed * Math.cos(inclination), speed * Math.sin(inclination)];
}

/** 6×6, as F·Fᵀ of what six independent errors do. */
function rtnCovariance(draws: Draws, hours: number, motion: number): number[][] {
  const days = hours / 24;
  const t = draws.spread(10, 300) * (1 + draws.spread(0.1, 30) * days ** 1.5);
  const r = Math.hypot(draws.spread(2, 60), t * draws.spread(1e-4, 1e-2));
  const n = draws.spread(1, 50);
  const rt = Math.tanh(1.5 * draws.normal());
  const nt = draws.uniform(-0.3, 0.3);
  const nr = draws.uniform(-0.3, 0.3);
  const [radial, along, across]: [number[], number[], number[]] = [
    [r * rt, r * Math.sqrt(1 - rt * rt), 0],
    [t, 0, 0],
    [n * nt, n * nr, n * Math.sqrt(1 - nt * nt - nr * nr)],
  ];
  // Along its orbit an object ahead moves downwards, one above falls behind; besides that, a little.
  const turned = (row: readonly number[], own: number, k: number): number[] => [
    ...row.map((value) => -motion * value),
    ...[0, 1, 2].map((j) => (j === k ? motion * own : 0)),
  ];
  const factor = [
    ...[radial, along, across].map((row) => [...row, 0, 0, 0]),
    turned(along, r, 0),
    turned(radial, 0.3 * r, 1),
    turned([0, 0, 0], n, 2),
  ];
  return factor.map((a) => factor.map((b) => a.reduce((sum, value, k) => sum + value * (b[k] as number), 0)));
}

/** A miss across the relative velocity: so many sigma in a direction that is uniform in units of the sigmas. */
function missAcross(draws: Draws, relative: Vector3, covariance1: Matrix, covariance2: Matrix): Vector3 {
  const along = scale(relative, 1 / norm(relative));
  const first = cross(along, Math.abs(along[0]) < 0.7 ? [1, 0, 0] : [0, 1, 0]);
  const x = scale(first, 1 / norm(first));
  const y = cross(along, x);
  const [xx, xy, yy] = planeCovariance(covariance1, covariance2, x, y);
  // Cholesky's root of the 2×2 is as good as any: the direction is uniform.
  const l = [Math.sqrt(xx), xy / Math.sqrt(xx)] as const;
  const rest = Math.sqrt(Math.max(0, yy - l[1] * l[1]));
  const distance = draws.uniform(0, FARTHEST);
  const angle = draws.uniform(0, 2 * Math.PI);
  const [a, b] = [distance * Math.cos(angle), distance * Math.sin(angle)];
  return plus(scale(x, l[0] * a), y, l[1] * a + rest * b);
}
