import { Generator } from "../../engine/index.ts";
import { ConfigError, DataError, type OptionKinds } from "../../util/index.ts";
import { julianDate, type Orbit, unixTime } from "../orbits/orbit.ts";
import { Horizon } from "./geometry.ts";
import { comesIntoView, passesOf } from "./passes.ts";
import { Reference } from "./reference.ts";
import { checkSensor, SENSORS, type Sensor } from "./sensor.ts";
import { Track } from "./track.ts";

/** Time after the horizon for which references reach: the last look may end there. */
export const MARGIN_S = 600;

/** What a scenario is made of. */
export interface ScenarioOptions {
  /** Default `SENSORS.dish`. */
  sensor?: Sensor;
  /** Objects to keep, drawn among those of the catalogue that come into view. Default 100, or all of a smaller one. */
  objects?: number;
  /** Length of an episode. Default 60. */
  horizonMinutes?: number;
  /** Beginning of the first episode, ISO 8601 in UTC; default the catalogue's median epoch. */
  start?: string;
  /** An episode begins up to so many hours after it. Default 24. */
  startSpreadHours?: number;
  /** 1 σ along the track at the beginning, drawn evenly by logarithm. Default 0.5 to 5. */
  alongTrackKm?: readonly [least: number, most: number];
  /** Spectral density of the truth's white acceleration, km²/s³. Default 1e-14: 0.01 km after an hour. */
  processNoise?: number;
}

/** What each holds. */
export const SCENARIO_OPTIONS: OptionKinds<ScenarioOptions> = {
  sensor: "object",
  objects: "number",
  horizonMinutes: "number",
  start: "string",
  startSpreadHours: "number",
  alongTrackKm: "numbers",
  processNoise: "number",
};

/** All of them, checked. */
export type ScenarioSettings = Required<Omit<ScenarioOptions, "start">> & { startMs: number };

/** @throws {ConfigError} for a value outside its domain; {DataError} for an empty catalogue */
export function scenarioSettings(catalogue: readonly Orbit[], options: ScenarioOptions): ScenarioSettings {
  if (catalogue.length === 0) {
    throw new DataError("SensorTasking", "an empty catalogue", "expected objects to look at", "Read or generate one.");
  }
  const epochs = catalogue.map(({ epoch }) => epoch).sort((a, b) => a - b);
  const startMs =
    options.start === undefined
      ? unixTime(epochs[epochs.length >> 1] as number)
      : Date.parse(`${options.start.replace(/Z$/, "")}Z`);
  const settings: ScenarioSettings = {
    sensor: checkSensor(options.sensor ?? SENSORS.dish),
    objects: options.objects ?? Math.min(100, catalogue.length),
    horizonMinutes: options.horizonMinutes ?? 60,
    startMs,
    startSpreadHours: options.startSpreadHours ?? 24,
    alongTrackKm: options.alongTrackKm ?? [0.5, 5],
    processNoise: options.processNoise ?? 1e-14,
  };
  const check = (name: string, value: number, right: boolean, expected: string): void => {
    if (right) return;
    throw new ConfigError("SensorTasking", `${name} is ${value}`, `expected ${expected}`, "See ScenarioOptions.");
  };
  const { objects, horizonMinutes, startSpreadHours, alongTrackKm, processNoise } = settings;
  check("start", startMs, !Number.isNaN(startMs), "a time such as 2024-01-01T00:00:00");
  check("objects", objects, Number.isInteger(objects) && objects >= 1, "a whole number of 1 or more");
  check("horizonMinutes", horizonMinutes, horizonMinutes > 0 && horizonMinutes <= 1440, "up to 1440");
  check("startSpreadHours", startSpreadHours, startSpreadHours >= 0, "0 or more");
  check(
    "alongTrackKm",
    alongTrackKm[0],
    alongTrackKm[0] > 0 && alongTrackKm[1] >= alongTrackKm[0],
    "0 < least <= most",
  );
  check("processNoise", processNoise, processNoise >= 0 && processNoise < 1e-6, "0 to 1e-6");
  return settings;
}

/** One object of a scenario. */
export interface Tasked {
  readonly orbit: Orbit;
  /** `[rise, set, …]`, s. */
  readonly passes: Float64Array;
  readonly track: Track;
}

/** A beginning: which objects, when, and how well each is known. The same seed gives the same. */
export interface Scenario {
  readonly seed: number;
  readonly startMs: number;
  readonly objects: readonly Tasked[];
}

/**
 * Draws a scenario. An object that SGP4 refuses at that time (it has decayed) is passed over.
 *
 * @throws {DataError} when no object of the catalogue comes into view within the horizon
 */
export function drawScenario(catalogue: readonly Orbit[], settings: ScenarioSettings, seed: number): Scenario {
  const { sensor, objects: wanted, horizonMinutes, startSpreadHours } = settings;
  const generator = new Generator(seed);
  const startMs = settings.startMs + generator.randomDouble() * startSpreadHours * 3_600_000;
  const jd = julianDate(startMs);
  const horizon = new Horizon(sensor, jd);
  const horizonS = horizonMinutes * 60;
  const objects: Tasked[] = [];
  for (const index of generator.randperm(catalogue.length)) {
    if (objects.length === wanted) break;
    const orbit = catalogue[index] as Orbit;
    const tasked = flying(() => {
      if (!comesIntoView(orbit, sensor, horizon, jd, horizonS)) return null;
      const reference = new Reference(orbit, horizon, jd, horizonS + MARGIN_S, settings.processNoise);
      const passes = passesOf(reference, sensor, horizonS + MARGIN_S);
      if (!((passes[0] ?? Infinity) + sensor.dwellS < horizonS)) return null;
      return {
        orbit,
        passes,
        track: new Track(reference, initialCovariance(reference, settings, generator), generator),
      };
    });
    if (tasked !== null) objects.push(tasked);
  }
  if (objects.length > 0) return { seed, startMs, objects };
  throw new DataError(
    "SensorTasking.reset",
    `none of ${catalogue.length} objects comes into the field of regard of sensor "${sensor.name}" within ${horizonMinutes} min of ${new Date(startMs).toISOString()}`,
    "expected at least one",
    "Lower its least elevation, raise its range, take a longer horizon, or another catalogue.",
  );
}

function flying<T>(make: () => T | null): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

/**
 * What element sets are uncertain in: mostly where along its track an object is, a little of the size of the orbit (by
 * which that grows), of its shape and of its plane. `P = Σ σₖ²·gₖ·gₖᵀ` with one column g for each such change.
 */
function initialCovariance(reference: Reference, settings: ScenarioSettings, generator: Generator): Float64Array {
  const [least, most] = settings.alongTrackKm;
  const sigma = least * (most / least) ** generator.randomDouble();
  const s = reference.start;
  const r = unit(s.slice(0, 3));
  const v = s.slice(3, 6);
  const w = unit(cross(r, v));
  const along = cross(w, r);
  const n = Math.hypot(...v) / Math.hypot(...s.slice(0, 3)); // rad/s
  const change = (share: number, position: Float64Array, velocity: Float64Array, rate: number): number[] =>
    [...position, ...velocity.map((each) => each * rate)].map((each) => each * share * sigma);
  const columns = [
    change(1, along, r, -n), // along the track
    change(0.02, r, along, -n / 2), // size: 10 times that in an orbit
    change(0.1, r, along, -n), // shape
    change(0.05, new Float64Array(3), r, n),
    change(0.1, w, w, 0), // plane
    change(0.1, new Float64Array(3), w, n),
  ];
  const out = new Float64Array(36);
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) {
      out[i * 6 + j] = columns.reduce((sum, g) => sum + (g[i] as number) * (g[j] as number), 0);
    }
  }
  return out;
}

function unit(a: Float64Array): Float64Array {
  const length = Math.hypot(...a);
  return a.map((each) => each / length);
}

function cross(a: Float64Array, b: Float64Array): Float64Array {
  const [a0, a1, a2] = a as unknown as [number, number, number];
  const [b0, b1, b2] = b as unknown as [number, number, number];
  return Float64Array.of(a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0);
}
