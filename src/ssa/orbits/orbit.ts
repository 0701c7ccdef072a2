import { DataError } from "../../util/index.ts";
import type { Omm } from "./omm.ts";

// What is used of satellite.js, in words of its own: its declarations need a newer library than a user of these has.

/** SGP4's mean elements, as satellite.js keeps them: revolutions are radians a minute. */
export interface Sgp4Elements {
  readonly satnum: string;
  /** Julian date of the epoch. */
  readonly jdsatepoch: number;
  readonly ecco: number;
  readonly no: number;
  /** Of the last propagation; 0 for none. */
  readonly error: number;
}

interface Xyz {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** satellite.js. */
export interface Sgp4 {
  twoline2satrec(line1: string, line2: string): Sgp4Elements;
  json2satrec(message: Omm): Sgp4Elements;
  /** km and km/s, `minutes` after the epoch; null where there is no orbit. */
  sgp4(elements: Sgp4Elements, minutes: number): { readonly position: Xyz; readonly velocity: Xyz } | null;
}

// Loaded when the first catalogue is read: most programs that use this folder need no SGP4.
let library: Sgp4 | null = null;

/** satellite.js. */
export async function loadSgp4(): Promise<Sgp4> {
  library ??= (await import("satellite.js")) as unknown as Sgp4;
  return library;
}

const REASONS: Readonly<Record<number, string>> = {
  1: "mean eccentricity outside 0 to 1",
  2: "mean motion below zero",
  3: "perturbed eccentricity outside 0 to 1",
  4: "semi-latus rectum below zero",
  6: "it has decayed: the position is below the ground",
};
const UNIX_EPOCH_JD = 2440587.5;
const RADII_KM = 6378.135; // SGP4's, of WGS 72

/**
 * Days since noon of 1 January 4713 BC.
 *
 * @example
 * ssa.julianDate(Date.UTC(2000, 0, 1, 12)); // 2451545
 */
export function julianDate(unixMs: number): number {
  return unixMs / 86_400_000 + UNIX_EPOCH_JD;
}

/**
 * Milliseconds since 1970.
 *
 * @example
 * new Date(ssa.unixTime(2451545)).toISOString(); // 2000-01-01T12:00:00.000Z
 */
export function unixTime(jd: number): number {
  return (jd - UNIX_EPOCH_JD) * 86_400_000;
}

/**
 * An object of a catalogue: SGP4 from its mean elements.
 *
 * Positions and velocities are in TEME (true equator, mean equinox of date), km and km/s. Made by `readCatalogue` and
 * `generateCatalogue`.
 *
 * @example
 * const [orbit] = await ssa.generateCatalogue({ seed: 1, count: 1 });
 * const state = new Float64Array(6);
 * orbit?.propagate(90, state); // 90 minutes after the elements' epoch
 */
export class Orbit {
  readonly name: string;
  readonly catalogueNumber: string;
  /** Julian date of the elements, UTC. */
  readonly epoch: number;
  readonly perigeeKm: number;
  readonly apogeeKm: number;
  /** Fastest motion around the Earth, at perigee. */
  readonly fastestRadS: number;
  readonly #elements: Sgp4Elements;

  /** @param lateMs what the epoch has beyond the millisecond that `elements` know */
  constructor(name: string | null, elements: Sgp4Elements, lateMs: number = 0) {
    this.catalogueNumber = elements.satnum.trim();
    this.name = name ?? this.catalogueNumber;
    this.epoch = elements.jdsatepoch + lateMs / 86_400_000;
    const { ecco: e, no } = elements;
    const a = (0.0743669161 / no) ** (2 / 3) * RADII_KM; // Kepler's third law in SGP4's units
    this.perigeeKm = a * (1 - e) - RADII_KM;
    this.apogeeKm = a * (1 + e) - RADII_KM;
    this.fastestRadS = ((no / 60) * (1 + e) ** 2) / (1 - e * e) ** 1.5;
    this.#elements = elements;
  }

  /**
   * Position and velocity.
   *
   * @param minutes since `epoch`
   * @param out `[x, y, z, vx, vy, vz]`, km and km/s, written from `at`
   * @throws {DataError} with SGP4's own reason
   */
  propagate(minutes: number, out: Float64Array, at: number = 0): void {
    const state = (library as Sgp4).sgp4(this.#elements, minutes);
    const code = this.#elements.error;
    if (state === null || code !== 0 || Number.isNaN(state.position.x)) {
      throw new DataError(
        "Orbit.propagate",
        `object ${this.name} (${this.catalogueNumber}) ${minutes.toFixed(1)} min after its epoch: ${REASONS[code] ?? "no position"} (SGP4 error ${code})`,
        "expected an orbit",
        "Take newer elements, or leave the object out.",
      );
    }
    const { position, velocity } = state;
    out[at] = position.x;
    out[at + 1] = position.y;
    out[at + 2] = position.z;
    out[at + 3] = velocity.x;
    out[at + 4] = velocity.y;
    out[at + 5] = velocity.z;
  }

  /** @param jd Julian date, UTC */
  propagateTo(jd: number, out: Float64Array, at: number = 0): void {
    this.propagate((jd - this.epoch) * 1440, out, at);
  }
}
