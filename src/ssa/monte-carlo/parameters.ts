import { EncounterError } from "../errors.ts";
import {
  at,
  type Conjunction,
  checkedCovariance,
  congruence,
  dot,
  EARTH_MU,
  type EquinoctialOrbit,
  equinoctialOrbit,
  norm,
  plus,
  symmetricEigen,
  type Vector3,
} from "../frames/index.ts";
import { propagate } from "./orbit.ts";

/** What the sampling kernel needs to know about a conjunction. */
export interface Setup {
  orbits: [EquinoctialOrbit, EquinoctialOrbit];
  /** Roots of the two covariances: V·√max(λ, 0). */
  roots: [number[][], number[][]];
  /** Negative eigenvalues that were set to 0, of both. */
  clipped: number;
  /** Times at which states are computed [s]; the first and last bound the time that can hold a hit. */
  nodes: number[];
}

const GRID = 2000;
const SIGMAS = 8;
const TURN = 0.35; // largest turn between nodes [rad]: the quintic between them is then good to some 1e-8

/** Elements, their covariances' roots, and the nodes within ±halfSpan that can hold a hit. */
export function setUp(conjunction: Conjunction, halfSpan: number): Setup {
  const c1 = checkedCovariance("monteCarloProbability", "covariance1", conjunction.covariance1, [6]);
  const c2 = checkedCovariance("monteCarloProbability", "covariance2", conjunction.covariance2, [6]);
  const orbits: [EquinoctialOrbit, EquinoctialOrbit] = [
    equinoctialOrbit(conjunction.state1, c1),
    equinoctialOrbit(conjunction.state2, c2),
  ];
  let clipped = 0;
  const roots = orbits.map(({ covariance }) => {
    const { values, vectors } = symmetricEigen(covariance);
    const floor = -1e-12 * Math.max(...values);
    clipped += values.filter((value) => value < floor).length;
    return vectors.map((row) => row.map((value, j) => value * Math.sqrt(Math.max(0, values[j] as number))));
  }) as [number[][], number[][]];
  return { orbits, roots, clipped, nodes: nodesWithin(orbits, conjunction.hardBodyRadius, halfSpan) };
}

/** A quarter of the shorter orbital period: half of CARA's span where none is given [s]. */
export function quarterPeriod(conjunction: Conjunction): number {
  const period = ({ position, velocity }: Conjunction["state1"]): number => {
    const energy = 2 / norm(position) - dot(velocity, velocity) / EARTH_MU;
    return 2 * Math.PI * Math.sqrt(1 / (EARTH_MU * energy ** 3));
  };
  const shorter = Math.min(period(conjunction.state1), period(conjunction.state2));
  if (!Number.isFinite(shorter)) {
    throw new EncounterError(
      "monteCarloProbability",
      "an orbit is no ellipse",
      "two-body sampling takes elliptic orbits",
      "Check units and frame.",
    );
  }
  return shorter / 4;
}

function vector(values: readonly number[], from: number): Vector3 {
  return [values[from] as number, values[from + 1] as number, values[from + 2] as number];
}

// A hit at time t needs the difference of the two errors to reach over (|Δr| - R) along Δr. Where that is more than
// 8 sigma, and 8 sigma's bend of the orbit besides, no sample hits: that part of the span is left out.
function possible(orbits: Setup["orbits"], radius: number, time: number, step: number): boolean {
  const states = orbits.map((orbit) => propagate(orbit, orbit.elements, time).state) as [number[], number[]];
  const delta = plus(vector(states[0], 0), vector(states[1], 0), -1);
  const speed = norm(plus(vector(states[0], 3), vector(states[1], 3), -1));
  const distance = norm(delta);
  let along = 0;
  let largest = 0;
  for (const orbit of orbits) {
    const jacobian = orbit.elements.map((_, i) => {
      const moved = (k: number): number[] =>
        propagate(
          orbit,
          orbit.elements.map((value, j) => (i === j ? value + k * 1e-6 : value)),
          time,
        ).state;
      const [p, m] = [moved(1), moved(-1)];
      return [0, 1, 2].map((k) => ((p[k] as number) - (m[k] as number)) / 2e-6);
    });
    const rows = [0, 1, 2].map((k) => jacobian.map((column) => column[k] as number));
    const c = congruence(rows, orbit.covariance);
    largest += at(c, 0, 0) + at(c, 1, 1) + at(c, 2, 2);
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) along += (delta[i] as number) * at(c, i, j) * (delta[j] as number);
  }
  const sigma = distance > 0 ? Math.sqrt(Math.max(0, along)) / distance : Math.sqrt(largest);
  const bend = (SIGMAS * SIGMAS * largest) / norm(vector(states[0], 0));
  return distance - speed * step - radius - bend <= SIGMAS * sigma;
}

function nodesWithin(orbits: Setup["orbits"], radius: number, halfSpan: number): number[] {
  const step = (2 * halfSpan) / GRID;
  const reach = (from: number, sign: number): number => {
    let k = from;
    while (k > 0 && !possible(orbits, radius, sign * (halfSpan - (GRID / 2 - k) * step), step)) k--;
    return Math.min(halfSpan, (k + 1) * step);
  };
  const start = -reach(GRID / 2, -1);
  const end = reach(GRID / 2, 1);
  const nodes = [start];
  let time = start;
  while (time < end) {
    const rate = Math.max(
      ...orbits.map((orbit) => {
        const { state } = propagate(orbit, orbit.elements, time);
        return norm(vector(state, 3)) / norm(vector(state, 0));
      }),
    );
    time = Math.min(end, time + TURN / rate);
    nodes.push(time);
  }
  return nodes;
}

/** Writes a setup as wasm/kernels/index.ts reads it. */
export function writeParameters(setup: Setup, radius: number, p: Float64Array): void {
  setup.orbits.forEach((orbit, lane) => {
    for (let i = 0; i < 6; i++) {
      p[2 * i + lane] = orbit.elements[i] as number;
      for (let j = 0; j < 6; j++) p[12 + 2 * (6 * i + j) + lane] = at(setup.roots[lane] as number[][], i, j);
    }
    p[84 + lane] = orbit.meanMotion;
    p[86 + lane] = Math.cbrt(EARTH_MU / orbit.meanMotion ** 2);
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) p[88 + 2 * (3 * i + j) + lane] = at(orbit.axes, i, j);
    setup.nodes.forEach((time, k) => {
      p[112 + 4 * k + lane] = time;
      p[112 + 4 * k + 2 + lane] = propagate(orbit, orbit.elements, time).offset;
    });
  });
  p[106] = radius;
  p[107] = setup.nodes.length;
}
