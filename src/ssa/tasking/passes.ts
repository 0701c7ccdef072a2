import type { Orbit } from "../orbits/orbit.ts";
import { type Horizon, inFieldOfRegard, lookAngles, RAD } from "./geometry.ts";
import type { Reference } from "./reference.ts";
import type { Sensor } from "./sensor.ts";

const SCREEN_S = 45;
const SAMPLE_S = 20;
const EARTH_KM = 6378.135;

const [state, rotation, rate] = [new Float64Array(6), new Float64Array(9), new Float64Array(9)];
const [enu, angles] = [new Float64Array(3), new Float64Array(3)];

/**
 * Whether an object comes into the field of regard at all: the cheap look before a `Reference` is made. Where it is too
 * far away, the time it needs at its fastest to come near is passed over. Passes below 45 s may be missed.
 *
 * @param jd Julian date of time 0
 * @throws {DataError} with SGP4's reason
 */
export function comesIntoView(orbit: Orbit, sensor: Sensor, horizon: Horizon, jd: number, seconds: number): boolean {
  if (orbit.perigeeKm > sensor.maxRangeKm) return false;
  const fastestKmS = orbit.fastestRadS * (orbit.perigeeKm + EARTH_KM) + 0.6; // the site moves too
  // From the least elevation nothing can be farther away than the apogee's height above it allows.
  const sin = Math.sin(sensor.elevationDeg[0] * RAD);
  const far = orbit.apogeeKm + 50 + EARTH_KM; // (osculating heights are some 10 km off the mean ones)
  const slant = Math.sqrt(Math.max(0, far * far - EARTH_KM ** 2 * (1 - sin * sin))) - EARTH_KM * sin;
  const reachKm = Math.min(sensor.maxRangeKm, slant);
  for (let t = 0; t < seconds; ) {
    orbit.propagateTo(jd + t / 86_400, state);
    horizon.rotation(t, rotation, rate);
    for (let i = 0; i < 3; i++) {
      enu[i] = 0;
      for (let k = 0; k < 3; k++) {
        enu[i] = (enu[i] as number) + (rotation[i * 3 + k] as number) * (state[k] as number);
      }
    }
    horizon.shift(enu);
    lookAngles(enu, angles);
    if (inFieldOfRegard(sensor, angles)) return true;
    t += Math.max(SCREEN_S, ((angles[2] as number) - reachKm) / fastestKmS);
  }
  return false;
}

/**
 * When an object is in the field of regard: `[rise, set, rise, set, …]`, s, to 0.1 s. Passes shorter than a dwell, for
 * which no look is possible, are left out.
 */
export function passesOf(reference: Reference, sensor: Sensor, seconds: number): Float64Array {
  const out: number[] = [];
  const inside = (t: number): boolean => {
    reference.position(t, enu);
    lookAngles(enu, angles);
    return inFieldOfRegard(sensor, angles);
  };
  const edge = (from: number, to: number, before: boolean): number => {
    let [low, high] = [from, to];
    while (high - low > 0.1) {
      const middle = (low + high) / 2;
      if (inside(middle) === before) low = middle;
      else high = middle;
    }
    return before ? low : high; // always a moment in view
  };
  let before = inside(0);
  let rise = 0;
  const close = (set: number): void => {
    if (set - rise >= sensor.dwellS) out.push(rise, set);
  };
  for (let t = SAMPLE_S; t < seconds + SAMPLE_S; t += SAMPLE_S) {
    const now = Math.min(t, seconds);
    const visible = inside(now);
    if (visible !== before) {
      const change = edge(t - SAMPLE_S, now, before);
      if (visible) rise = change;
      else close(change);
    }
    before = visible;
  }
  if (before) close(seconds);
  return Float64Array.from(out);
}
