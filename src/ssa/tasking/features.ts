import { RAD } from "./geometry.ts";
import { angleBetween, type Looks } from "./looks.ts";
import type { Tasked } from "./scenario.ts";
import type { Sensor } from "./sensor.ts";

/**
 * What an observation says of each object, in this order. All but the first are 0 where a look is not allowed.
 *
 * @example
 * const column = ssa.FEATURES.indexOf("sigma"); // of an observation [objects, features]
 */
export const FEATURES: readonly string[] = [
  "allowed", // 1 or 0
  "elevation", // of 90°
  "azimuthSin", // against the beam
  "azimuthCos",
  "slew", // in look times (settle and dwell)
  "range", // log10 of 1,000 km
  "timeToSet", // after the look, log of look times
  "sigma", // log10 of 1 km
  "gain", // of 5 nats
  "gainRate", // of 5 nats in a look time
  "sinceLast", // log of look times; since the start if never
  "looked", // 1 or 0
  "nearby", // gain of the others allowed, less the farther away they are, of 50 nats
  "lastPass", // 1 or 0
];

/**
 * Features of an object.
 *
 * @example
 * const network = new ssa.ObjectScorer({ features: ssa.FEATURE_COUNT, hidden: 8 });
 */
export const FEATURE_COUNT: number = FEATURES.length;

const clip = (x: number): number => Math.min(3, Math.max(-3, x));

/**
 * The observation `[n, features]`. Times are counted in look times, gains in nats, sizes by logarithm: the same numbers
 * mean the same for another sensor or catalogue.
 */
export function observe(
  objects: readonly Tasked[],
  slots: number,
  sensor: Sensor,
  seconds: number,
  beamAzimuth: number,
  looks: Looks,
): Float32Array {
  const out = new Float32Array(slots * FEATURE_COUNT);
  const lookS = sensor.settleS + sensor.dwellS;
  const reach = sensor.slewRateDegS * RAD * lookS; // what it slews in a look time
  const up: number[] = [];
  for (let i = 0; i < objects.length; i++) if (looks.allowed[i] === 1) up.push(i);
  for (const i of up) {
    const { track } = objects[i] as Tasked;
    const of = (values: Float64Array): number => values[i] as number;
    const azimuth = (looks.angles[3 * i] as number) - beamAzimuth;
    let nearby = 0;
    for (const k of up) {
      if (k === i) continue;
      const angle = angleBetween(looks.direction, looks.direction, 3 * i, 3 * k);
      nearby += (looks.gain[k] as number) * Math.exp(-angle / reach);
    }
    out.set(
      [
        1,
        (looks.angles[3 * i + 1] as number) / (Math.PI / 2),
        Math.sin(azimuth),
        Math.cos(azimuth),
        clip(of(looks.slewS) / lookS),
        clip(Math.log10((looks.angles[3 * i + 2] as number) / 1000)),
        clip(Math.log1p((of(looks.setS) - of(looks.endS)) / lookS) / 2),
        clip(Math.log10(of(looks.sigmaKm))),
        clip(of(looks.gain) / 5),
        clip((of(looks.gain) * lookS) / (of(looks.endS) - seconds) / 5),
        clip(Math.log1p((seconds - track.lastS) / lookS) / 2),
        track.looks > 0 ? 1 : 0,
        clip(nearby / 50),
        looks.lastPass[i] as number,
      ],
      i * FEATURE_COUNT,
    );
  }
  return out;
}
