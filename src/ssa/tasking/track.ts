import type { Generator } from "../../engine/index.ts";
import { cholesky, congruence, determinant3, invert3, mahalanobis, multiply, timesTransposed } from "./dense.ts";
import { lookAngles, lookJacobian, RAD } from "./geometry.ts";
import type { Reference } from "./reference.ts";
import type { Sensor } from "./sensor.ts";

const ITERATIONS = 3;

// Scratch: tracks are updated one after the other.
const [now, then, root, covariance] = [0, 1, 2, 3].map(() => new Float64Array(36)) as [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
];
const [place, h, ph, gain, kr] = [0, 1, 2, 3, 4].map(() => new Float64Array(18)) as [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
];
const [jacobian, s, inverse, noise, placed] = [0, 1, 2, 3, 4].map(() => new Float64Array(9)) as [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
];
const [enu, angles, z, moved, draws] = [3, 3, 3, 6, 6].map((n) => new Float64Array(n)) as [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
];
const [left, joseph] = [new Float64Array(36), new Float64Array(36)];

/**
 * What is known of one object, and what is true of it: an error-state filter around its `Reference`.
 *
 * All in epoch coordinates (see `Reference`): between looks the estimate stands still and the covariance is
 * `base + noise(t)`, so an object that is not looked at costs nothing. The truth is the reference plus an error drawn
 * from the first covariance, which process noise moves.
 *
 * @example
 * const catalogue = await ssa.generateCatalogue({ seed: 1, count: 120 });
 * const env = new ssa.SensorTasking(catalogue, { objects: 3, horizonMinutes: 10 });
 * env.reset({ seed: 7 });
 * const track: ssa.Track | undefined = env.scenario.objects[0]?.track;
 * const covariance = new Float64Array(36);
 * track?.covariance(60, covariance); // a minute after the start
 */
export class Track {
  readonly reference: Reference;
  /** Covariance less the noise gathered until the last look, `[6, 6]`, km and km/s. */
  readonly base: Float64Array;
  /** Estimated error, `[6]`. */
  readonly estimate: Float64Array = new Float64Array(6);
  /** True error, `[6]`. */
  readonly truth: Float64Array = new Float64Array(6);
  /** Time to which the truth has been moved, s. */
  lastS = 0;
  /** Looks so far. */
  looks = 0;

  /** @param initial covariance at time 0 @param generator draws the truth */
  constructor(reference: Reference, initial: Float64Array, generator: Generator) {
    this.reference = reference;
    this.base = initial.slice();
    cholesky(initial, 6, root);
    generator.normal(draws);
    multiply(root, draws, 6, 6, 1, this.truth);
  }

  /** Covariance in epoch coordinates, `[6, 6]`. */
  covariance(seconds: number, out: Float64Array): void {
    this.reference.noise(seconds, out);
    for (let k = 0; k < 36; k++) out[k] = (out[k] as number) + (this.base[k] as number);
  }

  /** Covariance of the position in the horizon frame, `[3, 3]`, km². */
  positionCovariance(seconds: number, out: Float64Array): void {
    this.covariance(seconds, covariance);
    this.reference.place(seconds, place);
    congruence(place, covariance, 3, 6, out);
  }

  /** Position uncertainty `√tr P`, km. */
  sigmaKm(seconds: number): number {
    this.positionCovariance(seconds, placed);
    return Math.sqrt((placed[0] as number) + (placed[4] as number) + (placed[8] as number));
  }

  /** Normalised estimation error squared, `(x - x̂)ᵀ·P⁻¹·(x - x̂)`: χ² with 6 degrees of freedom if all is right. */
  errorSquared(): number {
    this.covariance(this.lastS, covariance);
    const error = this.truth.map((value, k) => value - (this.estimate[k] as number));
    return mahalanobis(covariance, error, 6);
  }

  /**
   * What a look would tell: `½·ln(det P / det P⁺) = ½·ln(det S / det R)`, nats.
   *
   * @param positionCovariance from `positionCovariance` at that time @param position in the horizon frame
   */
  static expectedGain(sensor: Sensor, positionCovariance: Float64Array, position: Float64Array): number {
    lookAngles(position, angles);
    measurementNoise(sensor, angles[1] as number);
    lookJacobian(position, jacobian);
    congruence(jacobian, positionCovariance, 3, 3, s);
    return informationGain();
  }

  /**
   * Looks: moves the truth, measures it with noise, and updates by an iterated extended Kalman filter: the
   * measurement is linearised anew at each estimate, since after 10 km of prior error the bend of range over angle is
   * larger than the range's noise. The covariance is updated in Joseph's form and stays symmetric to the last bit.
   *
   * @returns the information gained, nats
   * @source Bell and Cathey, "The iterated Kalman filter update as a Gauss-Newton method" (1993)
   */
  look(sensor: Sensor, seconds: number, generator: Generator): number {
    this.#moveTruth(seconds, generator);
    const { reference, estimate } = this;
    reference.place(seconds, place);
    this.#measure(sensor, seconds, generator);
    this.covariance(seconds, covariance);
    const prior = estimate.slice();
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      this.#position(seconds, estimate);
      lookAngles(enu, angles);
      measurementNoise(sensor, angles[1] as number);
      lookJacobian(enu, jacobian);
      multiply(jacobian, place, 3, 3, 6, h);
      timesTransposed(covariance, h, 6, 6, 3, ph);
      multiply(h, ph, 3, 6, 3, s);
      for (let k = 0; k < 9; k += 4) s[k] = (s[k] as number) + (noise[k] as number);
      invert3(s, inverse);
      multiply(ph, inverse, 6, 3, 3, gain);
      const r = residual(prior, estimate);
      for (let i = 0; i < 6; i++) {
        let sum = prior[i] as number;
        for (let k = 0; k < 3; k++) sum += (gain[i * 3 + k] as number) * (r[k] as number);
        estimate[i] = sum;
      }
    }
    const information = 0.5 * Math.log(determinant3(s) / determinant3(noise));
    this.#joseph(seconds);
    this.lastS = seconds;
    this.looks++;
    return information;
  }

  #moveTruth(seconds: number, generator: Generator): void {
    this.reference.noise(this.lastS, then);
    this.reference.noise(seconds, now);
    for (let k = 0; k < 36; k++) now[k] = (now[k] as number) - (then[k] as number);
    cholesky(now, 6, root);
    generator.normal(draws);
    multiply(root, draws, 6, 6, 1, moved);
    for (let k = 0; k < 6; k++) this.truth[k] = (this.truth[k] as number) + (moved[k] as number);
  }

  /** Position for an error, into `enu`; `place` stands for that time. */
  #position(seconds: number, error: Float64Array): void {
    this.reference.position(seconds, enu);
    for (let i = 0; i < 3; i++) {
      let sum = enu[i] as number;
      for (let k = 0; k < 6; k++) sum += (place[i * 6 + k] as number) * (error[k] as number);
      enu[i] = sum;
    }
  }

  /** Azimuth, elevation and range of the truth with noise, into `z`. */
  #measure(sensor: Sensor, seconds: number, generator: Generator): void {
    this.#position(seconds, this.truth);
    lookAngles(enu, z);
    measurementNoise(sensor, z[1] as number);
    generator.normal(draws);
    for (let k = 0; k < 3; k++) z[k] = (z[k] as number) + Math.sqrt(noise[k * 4] as number) * (draws[k] as number);
  }

  /** `P⁺ = (1 - K·H)·P·(1 - K·H)ᵀ + K·R·Kᵀ`, less the noise until now. */
  #joseph(seconds: number): void {
    multiply(gain, h, 6, 3, 6, left);
    for (let k = 0; k < 36; k++) left[k] = (k % 7 === 0 ? 1 : 0) - (left[k] as number);
    congruence(left, covariance, 6, 6, joseph);
    multiply(gain, noise, 6, 3, 3, kr);
    timesTransposed(kr, gain, 6, 3, 6, left);
    this.reference.noise(seconds, now);
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j <= i; j++) {
        const [a, b] = [i * 6 + j, j * 6 + i];
        const mean =
          ((joseph[a] as number) + (joseph[b] as number) + (left[a] as number) + (left[b] as number)) / 2 -
          ((now[a] as number) + (now[b] as number)) / 2;
        this.base[a] = mean;
        this.base[b] = mean;
      }
    }
  }
}

/** R, diagonal, rad² and km². An error across the line of sight is a larger one in azimuth the higher it looks. */
function measurementNoise(sensor: Sensor, elevation: number): void {
  const angle = sensor.angleSigmaDeg * RAD;
  noise[0] = (angle / Math.cos(elevation)) ** 2;
  noise[4] = angle ** 2;
  noise[8] = sensor.rangeSigmaKm ** 2;
}

/** `½·ln(det(S + R) / det R)`. */
function informationGain(): number {
  for (let k = 0; k < 9; k += 4) s[k] = (s[k] as number) + (noise[k] as number);
  return 0.5 * Math.log(determinant3(s) / determinant3(noise));
}

/** `z - h(x) - H·(x₀ - x)`, the azimuth taken the short way. */
function residual(prior: Float64Array, estimate: Float64Array): Float64Array {
  const out = new Float64Array(3);
  for (let k = 0; k < 3; k++) {
    let difference = (z[k] as number) - (angles[k] as number);
    if (k === 0) difference -= 2 * Math.PI * Math.round(difference / (2 * Math.PI));
    for (let j = 0; j < 6; j++) {
      difference -= (h[k * 6 + j] as number) * ((prior[j] as number) - (estimate[j] as number));
    }
    out[k] = difference;
  }
  return out;
}
