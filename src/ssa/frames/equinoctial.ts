import { EncounterError } from "../errors.ts";
import { congruence, cross, dot, norm, plus, scale } from "./linear-algebra.ts";
import { inertialToRtn, rtnAxes, vectorToRtn } from "./rtn.ts";
import type { Matrix, State, Vector3 } from "./types.ts";

/** Gravitational parameter of the Earth, EGM-96 [m³/s²]; CARA's value. */
export const EARTH_MU = 3.986004418e14;

/**
 * Equinoctial elements in the frame of the nominal orbit (axes R, T, N of its state), where no inclination is singular:
 * mean motion relative to the nominal (n/n₀ - 1), af, ag, χ, ψ, and mean longitude λ [rad].
 */
export type Elements = readonly [number, number, number, number, number, number];

/** A nominal orbit, the elements of its state, and their covariance. */
export interface EquinoctialOrbit {
  /** Rows: the axes of the elements' frame in the inertial frame. */
  axes: readonly [Vector3, Vector3, Vector3];
  /** n₀ [rad/s] */
  meanMotion: number;
  elements: Elements;
  /** Of the elements. */
  covariance: number[][];
}

const OPERATION = "equinoctialOrbit";

/** Elements of a state given in the elements' frame. */
function elementsOf(r: Vector3, v: Vector3, meanMotion: number): Elements {
  const radius = norm(r);
  const h = cross(r, v);
  const w = scale(h, 1 / norm(h));
  const a = 1 / (2 / radius - dot(v, v) / EARTH_MU);
  const chi = w[0] / (1 + w[2]);
  const psi = -w[1] / (1 + w[2]);
  const k = 1 / (1 + chi * chi + psi * psi);
  const f: Vector3 = [k * (1 - chi * chi + psi * psi), k * 2 * chi * psi, -2 * k * chi];
  const g: Vector3 = [k * 2 * chi * psi, k * (1 + chi * chi - psi * psi), 2 * k * psi];
  const e = plus(scale(cross(v, h), 1 / EARTH_MU), r, -1 / radius);
  const af = dot(e, f);
  const ag = dot(e, g);
  const root = Math.sqrt(1 - af * af - ag * ag);
  const b = 1 / (1 + root);
  const x = dot(r, f);
  const y = dot(r, g);
  const cosF = af + ((1 - af * af * b) * x - af * ag * b * y) / (a * root);
  const sinF = ag + ((1 - ag * ag * b) * y - af * ag * b * x) / (a * root);
  const lambda = Math.atan2(sinF, cosF) + ag * cosF - af * sinF;
  return [Math.sqrt(EARTH_MU / (a * a * a)) / meanMotion - 1, af, ag, chi, psi, lambda];
}

/**
 * The elements of a state and their covariance K·C·Kᵀ, K = ∂elements/∂state (by differences of fourth order, steps of
 * 1e-3 of the orbit's own length and speed: K is right to about 1e-11).
 *
 * @throws EncounterError where the orbit is not an ellipse
 */
export function equinoctialOrbit(state: State, covariance: Matrix): EquinoctialOrbit {
  const axes = rtnAxes(state);
  const nominal = [...vectorToRtn(state.position, state), ...vectorToRtn(state.velocity, state)];
  const radius = norm(state.position);
  const energy = 2 / radius - dot(state.velocity, state.velocity) / EARTH_MU;
  if (!(energy > 0)) {
    throw new EncounterError(
      OPERATION,
      `the semi-major axis is ${1 / energy} m`,
      "two-body sampling takes elliptic orbits",
      "Check that positions are in metres and velocities in m/s, in an inertial frame.",
    );
  }
  const meanMotion = Math.sqrt(EARTH_MU * energy * energy * energy);
  const elements = (s: readonly number[]): Elements =>
    elementsOf(
      [s[0] as number, s[1] as number, s[2] as number],
      [s[3] as number, s[4] as number, s[5] as number],
      meanMotion,
    );
  const eccentricity = Math.hypot(elements(nominal)[1], elements(nominal)[2]);
  const columns = nominal.map((_, i) => {
    const unit = i < 3 ? radius : Math.sqrt(EARTH_MU / radius);
    const step = 1e-3 * unit * (1 - Math.min(eccentricity, 0.99));
    const moved = (k: number): Elements => elements(nominal.map((value, j) => (i === j ? value + k * step : value)));
    const [m2, m1, p1, p2] = [moved(-2), moved(-1), moved(1), moved(2)];
    return p1.map((_, j) => (8 * (n(p1, j) - n(m1, j)) - (n(p2, j) - n(m2, j))) / (12 * step));
  });
  const jacobian = columns[0]?.map((_, j) => columns.map((column) => column[j] as number)) ?? [];
  const inElements = congruence(jacobian, inertialToRtn(covariance, state));
  return { axes, meanMotion, elements: elements(nominal), covariance: inElements };
}

function n(values: readonly number[], i: number): number {
  return values[i] ?? 0;
}
