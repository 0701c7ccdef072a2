import type { Sensor } from "./sensor.ts";

export const RAD: number = Math.PI / 180;
/** Turn of the Earth against TEME, rad/s. */
export const EARTH_RATE_RAD_S = 7.2921158553e-5;
const A_KM = 6378.137; // WGS 84
const FLATTENING = 1 / 298.257223563;

/** Greenwich mean sidereal time (IAU 1982), rad. UT1 is taken for UTC: up to 0.9 s, or 0.4 km at the equator. */
export function siderealTime(jd: number): number {
  const t = (jd - 2451545) / 36525;
  const seconds = -6.2e-6 * t ** 3 + 0.093104 * t ** 2 + (876600 * 3600 + 8640184.812866) * t + 67310.54841;
  const turn = 2 * Math.PI;
  return ((((seconds * RAD) / 240) % turn) + turn) % turn;
}

/** Earth-fixed position of a site, km. */
export function siteEcef({ latitudeDeg, longitudeDeg, altitudeKm }: Sensor): [number, number, number] {
  const [sin, cos] = [Math.sin(latitudeDeg * RAD), Math.cos(latitudeDeg * RAD)];
  const e2 = FLATTENING * (2 - FLATTENING);
  const n = A_KM / Math.sqrt(1 - e2 * sin * sin);
  const across = (n + altitudeKm) * cos;
  const lon = longitudeDeg * RAD;
  return [across * Math.cos(lon), across * Math.sin(lon), (n * (1 - e2) + altitudeKm) * sin];
}

/**
 * A site's horizon frame (east, north, up) as it turns with the Earth. In it the site is the origin, and TEME becomes
 * Earth-fixed by sidereal time alone: no polar motion (0.02 km).
 */
export class Horizon {
  readonly #sin: number;
  readonly #cos: number;
  readonly #longitude: number;
  readonly #gmst: number;
  // Of the site against the Earth's centre, in the horizon frame: it stands still there.
  readonly #offset: readonly [number, number, number];

  /** @param jd Julian date of time 0 */
  constructor(sensor: Sensor, jd: number) {
    const lat = sensor.latitudeDeg * RAD;
    this.#sin = Math.sin(lat);
    this.#cos = Math.cos(lat);
    this.#longitude = sensor.longitudeDeg * RAD;
    this.#gmst = siderealTime(jd);
    const [x, y, z] = siteEcef(sensor);
    const [s, c] = [Math.sin(this.#longitude), Math.cos(this.#longitude)];
    const out = c * x + s * y;
    this.#offset = [-s * x + c * y, -this.#sin * out + this.#cos * z, this.#cos * out + this.#sin * z];
  }

  /**
   * Rotation from TEME and its derivative, both `[3, 3]`, 1 and 1/s.
   *
   * @param seconds since time 0
   */
  rotation(seconds: number, out: Float64Array, rate: Float64Array): void {
    const angle = this.#gmst + this.#longitude + EARTH_RATE_RAD_S * seconds;
    const s = Math.sin(angle);
    const c = Math.cos(angle);
    const sl = this.#sin;
    const cl = this.#cos;
    const w = EARTH_RATE_RAD_S;
    out[0] = -s;
    out[1] = c;
    out[2] = 0;
    out[3] = -sl * c;
    out[4] = -sl * s;
    out[5] = cl;
    out[6] = cl * c;
    out[7] = cl * s;
    out[8] = sl;
    // (d/dt: the cosine's place takes minus the sine)
    for (let row = 0; row < 9; row += 3) {
      rate[row] = -w * (out[row + 1] as number);
      rate[row + 1] = w * (out[row] as number);
      rate[row + 2] = 0;
    }
  }

  /** Takes a vector that has been rotated from the Earth's centre to the site. */
  shift(position: Float64Array, at: number = 0): void {
    for (let k = 0; k < 3; k++) position[at + k] = (position[at + k] as number) - (this.#offset[k] as number);
  }
}

/** Azimuth (rad, clockwise from north, -π … π), elevation (rad) and range of a position east, north, up. */
export function lookAngles(enu: Float64Array, out: Float64Array): void {
  const e = enu[0] as number;
  const n = enu[1] as number;
  const u = enu[2] as number;
  const flat = Math.sqrt(e * e + n * n);
  out[0] = Math.atan2(e, n);
  out[1] = Math.atan2(u, flat);
  out[2] = Math.sqrt(e * e + n * n + u * u);
}

/** Derivatives of `lookAngles`, `[3, 3]`: rows azimuth, elevation, range; columns east, north, up. */
export function lookJacobian(enu: Float64Array, out: Float64Array): void {
  const e = enu[0] as number;
  const n = enu[1] as number;
  const u = enu[2] as number;
  const flat2 = e * e + n * n;
  const flat = Math.sqrt(flat2);
  const range2 = flat2 + u * u;
  const range = Math.sqrt(range2);
  out[0] = n / flat2;
  out[1] = -e / flat2;
  out[2] = 0;
  out[3] = (-e * u) / (range2 * flat);
  out[4] = (-n * u) / (range2 * flat);
  out[5] = flat / range2;
  out[6] = e / range;
  out[7] = n / range;
  out[8] = u / range;
}

/** Whether a sensor can look there. */
export function inFieldOfRegard(sensor: Sensor, angles: Float64Array): boolean {
  if ((angles[2] as number) > sensor.maxRangeKm) return false;
  const elevation = (angles[1] as number) / RAD;
  if (elevation < sensor.elevationDeg[0] || elevation > sensor.elevationDeg[1]) return false;
  const [from, to] = sensor.azimuthDeg;
  const clockwise = ((((angles[0] as number) / RAD - from) % 360) + 360) % 360;
  return clockwise <= to - from;
}
