import { lookAngles, RAD } from "./geometry.ts";
import type { Tasked } from "./scenario.ts";
import type { Sensor } from "./sensor.ts";
import { Track } from "./track.ts";

/** What looking at each object next would mean; arrays have an entry an object, 0 where it is not allowed. */
export interface Looks {
  /** 1 where the object is up and stays so until the end of a dwell. */
  readonly allowed: Uint8Array;
  /** How many are. */
  count: number;
  readonly slewS: Float64Array;
  /** When the measurement would be there, s. */
  readonly endS: Float64Array;
  /** When the present pass ends, s. */
  readonly setS: Float64Array;
  /** 1 where no later pass begins within the horizon. */
  readonly lastPass: Uint8Array;
  /** Position uncertainty at the end of the look, without it, km. */
  readonly sigmaKm: Float64Array;
  /** Expected gain of information, nats. */
  readonly gain: Float64Array;
  /** Azimuth, elevation (rad) and range (km) at the end, `[n, 3]`. */
  readonly angles: Float64Array;
  /** Direction at the end, east, north, up, `[n, 3]`. */
  readonly direction: Float64Array;
}

/** Nothing allowed yet. */
export function emptyLooks(n: number): Looks {
  const [allowed, lastPass] = [new Uint8Array(n), new Uint8Array(n)];
  const [slewS, endS, setS, sigmaKm, gain] = [0, 0, 0, 0, 0].map(() => new Float64Array(n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [angles, direction] = [new Float64Array(3 * n), new Float64Array(3 * n)];
  return { allowed, count: 0, slewS, endS, setS, lastPass, sigmaKm, gain, angles, direction };
}

const [position, covariance, found] = [new Float64Array(3), new Float64Array(9), new Float64Array(3)];

/** Angle between two unit vectors, rad. */
export function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>, atA: number = 0, atB: number = 0): number {
  let dot = 0;
  for (let k = 0; k < 3; k++) dot += (a[atA + k] as number) * (b[atB + k] as number);
  return Math.acos(Math.min(1, Math.max(-1, dot)));
}

/**
 * Works out all looks from where the beam points now. A slew goes to where the object will be when it arrives: two
 * rounds of the fixed point leave less than a hundredth of a degree.
 *
 * @param pointing unit vector, east, north, up
 */
export function planLooks(
  objects: readonly Tasked[],
  sensor: Sensor,
  seconds: number,
  horizonS: number,
  pointing: Float64Array,
  out: Looks,
): void {
  out.count = 0;
  out.allowed.fill(0);
  objects.forEach(({ passes, track }, i) => {
    const at = passAt(passes, seconds);
    if (at < 0) return;
    const set = passes[at + 1] as number;
    let slew = 0;
    for (let round = 0; round < 3; round++) {
      track.reference.position(seconds + slew, position);
      const length = Math.hypot(position[0] as number, position[1] as number, position[2] as number);
      for (let k = 0; k < 3; k++) position[k] = (position[k] as number) / length;
      slew = angleBetween(pointing, position) / RAD / sensor.slewRateDegS;
      if (seconds + slew > set) return;
    }
    const end = seconds + slew + sensor.settleS + sensor.dwellS;
    if (end > set) return;
    out.allowed[i] = 1;
    out.count++;
    out.slewS[i] = slew;
    out.endS[i] = end;
    out.setS[i] = set;
    out.lastPass[i] = (passes[at + 2] ?? Infinity) < horizonS ? 0 : 1;
    track.reference.position(end, position);
    lookAngles(position, found);
    out.angles.set(found, 3 * i);
    for (let k = 0; k < 3; k++) out.direction[3 * i + k] = (position[k] as number) / (found[2] as number);
    track.positionCovariance(end, covariance);
    out.sigmaKm[i] = Math.sqrt((covariance[0] as number) + (covariance[4] as number) + (covariance[8] as number));
    out.gain[i] = Track.expectedGain(sensor, covariance, position);
  });
}

/** Where in `passes` the one stands that holds this time; -1 for none. */
function passAt(passes: Float64Array, seconds: number): number {
  for (let k = 0; k < passes.length; k += 2) {
    if (seconds < (passes[k] as number)) return -1;
    if (seconds <= (passes[k + 1] as number)) return k;
  }
  return -1;
}

/** The first rise after a time; Infinity for none. */
export function nextRise(objects: readonly Tasked[], seconds: number): number {
  let first = Infinity;
  for (const { passes } of objects) {
    for (let k = 0; k < passes.length; k += 2) {
      const rise = passes[k] as number;
      if (rise > seconds && rise < first) first = rise;
    }
  }
  return first;
}
