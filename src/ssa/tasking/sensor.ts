import { ConfigError } from "../../util/index.ts";

/** A ground sensor that turns its beam to one object at a time and measures azimuth, elevation and range. */
export interface Sensor {
  readonly name: string;
  /** Geodetic, WGS 84. */
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly altitudeKm: number;
  /** Field of regard, clockwise from north; 0 and 360 for all around. */
  readonly azimuthDeg: readonly [from: number, to: number];
  readonly elevationDeg: readonly [least: number, most: number];
  readonly maxRangeKm: number;
  /** Of the beam along the great circle. */
  readonly slewRateDegS: number;
  /** After a slew, before it measures. */
  readonly settleS: number;
  /** How long it stays on an object, following it; the measurement counts at the end. */
  readonly dwellS: number;
  /** 1 σ in elevation and across (azimuth times the cosine of elevation). */
  readonly angleSigmaDeg: number;
  /** 1 σ */
  readonly rangeSigmaKm: number;
}

/**
 * Sensors with the mounts of known radars; noise and dwell are round numbers of that class, not anybody's data sheet.
 *
 * @example
 * const sensor = { ...ssa.SENSORS.dish, name: "mine", slewRateDegS: 4 };
 */
export const SENSORS: { readonly dish: Sensor; readonly fastDish: Sensor } = {
  /** A large dish with a heavy mount, at Westford: 2°/s. */
  dish: {
    name: "dish",
    latitudeDeg: 42.6233,
    longitudeDeg: -71.4882,
    altitudeKm: 0.115,
    azimuthDeg: [0, 360],
    elevationDeg: [15, 85],
    maxRangeKm: 3000,
    slewRateDegS: 2,
    settleS: 2,
    dwellS: 8,
    angleSigmaDeg: 0.01,
    rangeSigmaKm: 0.02,
  },
  /** A 34 m dish with a fast mount, at Wachtberg: 6°/s (the slower axis; its azimuth turns 24°/s), shorter dwell. */
  fastDish: {
    name: "fastDish",
    latitudeDeg: 50.6166,
    longitudeDeg: 7.1296,
    altitudeKm: 0.29,
    azimuthDeg: [0, 360],
    elevationDeg: [15, 85],
    maxRangeKm: 3000,
    slewRateDegS: 6,
    settleS: 1,
    dwellS: 5,
    angleSigmaDeg: 0.02,
    rangeSigmaKm: 0.03,
  },
};

/** @throws {ConfigError} for a value outside its domain */
export function checkSensor(sensor: Sensor): Sensor {
  const check = (name: keyof Sensor, value: number, least: number, most: number): void => {
    if (value >= least && value <= most) return;
    throw new ConfigError(
      "Sensor",
      `${name} is ${value}`,
      `expected ${least} to ${most}`,
      "See the units in its name.",
    );
  };
  check("latitudeDeg", sensor.latitudeDeg, -90, 90);
  check("longitudeDeg", sensor.longitudeDeg, -180, 360);
  check("altitudeKm", sensor.altitudeKm, -1, 10);
  check("azimuthDeg", sensor.azimuthDeg[0], -360, 360);
  check("azimuthDeg", sensor.azimuthDeg[1], sensor.azimuthDeg[0], sensor.azimuthDeg[0] + 360);
  check("elevationDeg", sensor.elevationDeg[0], 0, 90);
  check("elevationDeg", sensor.elevationDeg[1], sensor.elevationDeg[0], 90);
  check("maxRangeKm", sensor.maxRangeKm, 1, 1e6);
  check("slewRateDegS", sensor.slewRateDegS, 1e-3, 1e6);
  check("settleS", sensor.settleS, 0, 600);
  check("dwellS", sensor.dwellS, 0.01, 600);
  check("angleSigmaDeg", sensor.angleSigmaDeg, 1e-7, 10);
  check("rangeSigmaKm", sensor.rangeSigmaKm, 1e-7, 1e4);
  return sensor;
}
