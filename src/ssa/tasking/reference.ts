import type { Orbit } from "../orbits/orbit.ts";
import { multiply, timesTransposed } from "./dense.ts";
import type { Horizon } from "./geometry.ts";
import { transition } from "./transition.ts";

/** Grid of a reference, s. A cubic through positions and velocities leaves metres in low orbit at this distance. */
export const GRID_S = 120;

/**
 * Where an object would be without any error, and how errors at time 0 have moved on: tables over a time grid, between
 * which cubics are taken. All a step needs of an object is one look-up here.
 *
 * Errors are kept in **epoch coordinates**: `x(0) = Φ(t)⁻¹·x(t)`. There an error stands still but for process noise, a
 * covariance grows by `noise(t2) - noise(t1)` alone, and a measurement at t sees `place(t)·x(0)`, `[3, 6]`.
 */
export class Reference {
  readonly orbit: Orbit;
  readonly nodes: number;
  /** Per node: position and velocity in the horizon frame, km and km/s. */
  readonly #state: Float64Array;
  /** Per node: `[3, 6]` horizon position by the epoch's error, and its derivative. */
  readonly #place: Float64Array;
  /** Per node: `[6, 6]` process noise gathered since time 0, in epoch coordinates. */
  readonly #noise: Float64Array;
  /** Position and velocity at time 0 in TEME. */
  readonly start: Float64Array = new Float64Array(6);

  /**
   * @param jd Julian date of time 0 @param seconds how far it must reach @param noise spectral density of the white
   *   acceleration that moves the truth away from the dynamics, km²/s³
   */
  constructor(orbit: Orbit, horizon: Horizon, jd: number, seconds: number, noise: number) {
    this.orbit = orbit;
    this.nodes = Math.ceil(seconds / GRID_S) + 2;
    this.#state = new Float64Array(this.nodes * 6);
    this.#place = new Float64Array(this.nodes * 36);
    this.#noise = new Float64Array(this.nodes * 36);
    let phi = new Float64Array(36);
    for (let i = 0; i < 36; i += 7) phi[i] = 1;
    let next = new Float64Array(36);
    const step = new Float64Array(36);
    const [now, then] = [new Float64Array(6), new Float64Array(6)];
    const at = new Float64Array(3);
    const [rotation, rate] = [new Float64Array(9), new Float64Array(9)];
    const [before, middle, after] = [new Float64Array(36), new Float64Array(36), new Float64Array(36)];
    const halfway = new Float64Array(36);
    for (let node = 0; node < this.nodes; node++) {
      orbit.propagateTo(jd + (node * GRID_S) / 86_400, then);
      if (node === 0) this.start.set(then);
      else {
        fly(now, then, 0.25, at);
        transition(at[0] as number, at[1] as number, at[2] as number, GRID_S / 2, step);
        multiply(step, phi, 6, 6, 6, halfway);
        fly(now, then, 0.75, at);
        transition(at[0] as number, at[1] as number, at[2] as number, GRID_S / 2, step);
        multiply(step, halfway, 6, 6, 6, next);
        [phi, next] = [next, phi];
        // Simpson's rule for ∫ K·Kᵀ dt, K = Φ⁻¹·[0; 1]
        spread(halfway, middle);
        spread(phi, after);
        for (let k = 0; k < 36; k++) {
          const rate6 = (before[k] as number) + 4 * (middle[k] as number) + (after[k] as number);
          this.#noise[node * 36 + k] = (this.#noise[(node - 1) * 36 + k] as number) + ((noise * GRID_S) / 6) * rate6;
        }
      }
      spread(phi, before);
      now.set(then);
      horizon.rotation(node * GRID_S, rotation, rate);
      this.#store(node, now, phi, rotation, rate);
      horizon.shift(this.#state, node * 6);
    }
  }

  #store(node: number, teme: Float64Array, phi: Float64Array, rotation: Float64Array, rate: Float64Array): void {
    for (let i = 0; i < 3; i++) {
      let p = 0;
      let v = 0;
      for (let k = 0; k < 3; k++) {
        const r = rotation[i * 3 + k] as number;
        const d = rate[i * 3 + k] as number;
        p += r * (teme[k] as number);
        v += d * (teme[k] as number) + r * (teme[k + 3] as number);
      }
      this.#state[node * 6 + i] = p;
      this.#state[node * 6 + i + 3] = v;
      for (let j = 0; j < 6; j++) {
        let value = 0;
        let slope = 0;
        for (let k = 0; k < 3; k++) {
          const r = rotation[i * 3 + k] as number;
          const d = rate[i * 3 + k] as number;
          value += r * (phi[k * 6 + j] as number);
          slope += d * (phi[k * 6 + j] as number) + r * (phi[(k + 3) * 6 + j] as number);
        }
        this.#place[node * 36 + i * 6 + j] = value;
        this.#place[node * 36 + 18 + i * 6 + j] = slope;
      }
    }
  }

  /** Horizon position (east, north, up; km) at a time, without any error. */
  position(seconds: number, out: Float64Array): void {
    cubic(this.#state, 3, seconds, out);
  }

  /** How an error at time 0 shows in the horizon position at a time, `[3, 6]`. */
  place(seconds: number, out: Float64Array): void {
    cubic(this.#place, 18, seconds, out);
  }

  /** Process noise gathered from time 0 to a time, `[6, 6]`, in epoch coordinates. */
  noise(seconds: number, out: Float64Array): void {
    const node = Math.floor(seconds / GRID_S);
    const share = seconds / GRID_S - node;
    const at = node * 36;
    for (let k = 0; k < 36; k++) {
      const from = this.#noise[at + k] as number;
      out[k] = from + share * ((this.#noise[at + 36 + k] as number) - from);
    }
  }
}

const half = new Float64Array(18);

/** `K·Kᵀ`, K the right half of Φ⁻¹: Φ is symplectic, so that half is `[-Bᵀ; Aᵀ]` of `Φ = [[A, B], [C, D]]`. */
function spread(phi: Float64Array, out: Float64Array): void {
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      half[i * 3 + j] = -(phi[j * 6 + 3 + i] as number);
      half[9 + i * 3 + j] = phi[j * 6 + i] as number;
    }
  }
  timesTransposed(half, half, 6, 3, 6, out);
}

/** Hermite's cubic between two states one grid step apart, at a share of it. */
function fly(from: Float64Array, to: Float64Array, share: number, out: Float64Array): void {
  const rest = 1 - share;
  for (let k = 0; k < 3; k++) {
    out[k] =
      rest * rest * ((1 + 2 * share) * (from[k] as number) + share * GRID_S * (from[k + 3] as number)) +
      share * share * ((1 + 2 * rest) * (to[k] as number) - rest * GRID_S * (to[k + 3] as number));
  }
}

/** Hermite's cubic between nodes that hold `size` values and then their `size` derivatives. */
function cubic(table: Float64Array, size: number, seconds: number, out: Float64Array): void {
  const node = Math.floor(seconds / GRID_S);
  const s = seconds / GRID_S - node;
  const [a, b] = [node * 2 * size, (node + 1) * 2 * size];
  const s2 = s * s;
  const s3 = s2 * s;
  const h00 = 2 * s3 - 3 * s2 + 1;
  const h10 = (s3 - 2 * s2 + s) * GRID_S;
  const h01 = 3 * s2 - 2 * s3;
  const h11 = (s3 - s2) * GRID_S;
  for (let k = 0; k < size; k++) {
    out[k] =
      h00 * (table[a + k] as number) +
      h10 * (table[a + size + k] as number) +
      h01 * (table[b + k] as number) +
      h11 * (table[b + size + k] as number);
  }
}
