import { describe, expect, it } from "vitest";
import { generateCatalogue } from "../orbits/generate.ts";
import { julianDate, type Orbit } from "../orbits/orbit.ts";
import { mahalanobis, multiply } from "./dense.ts";
import { Horizon, lookAngles, lookJacobian, RAD, siderealTime } from "./geometry.ts";
import { estimationErrors } from "./nees.ts";
import { Reference } from "./reference.ts";
import { SENSORS } from "./sensor.ts";
import { gravityGradient, transition } from "./transition.ts";

const [MU, J2, RADIUS] = [398600.8, 0.001082616, 6378.135];

/** Gravity with J2, and one Runge-Kutta step: written here anew, as the oracle. */
function fly(start: ArrayLike<number>, seconds: number, step: number = 2): Float64Array {
  const rate = (s: Float64Array): Float64Array => {
    const [x, y, z] = s as unknown as [number, number, number];
    const r = Math.hypot(x, y, z);
    const [k, q] = [(1.5 * J2 * MU * RADIUS ** 2) / r ** 5, (5 * z * z) / r ** 2];
    const m = MU / r ** 3;
    return Float64Array.of(
      s[3] as number,
      s[4] as number,
      s[5] as number,
      -m * x - k * x * (1 - q),
      -m * y - k * y * (1 - q),
      -m * z - k * z * (3 - q),
    );
  };
  let s = Float64Array.from(start);
  const plus = (d: Float64Array, h: number): Float64Array => s.map((value, i) => value + h * (d[i] as number));
  for (let t = 0; t < seconds - 1e-9; t += step) {
    const a = rate(s);
    const b = rate(plus(a, step / 2));
    const c = rate(plus(b, step / 2));
    const d = rate(plus(c, step));
    s = s.map(
      (value, i) =>
        value + (step / 6) * ((a[i] as number) + 2 * (b[i] as number) + 2 * (c[i] as number) + (d[i] as number)),
    );
  }
  return s;
}

const START = [6900, 300, 500, -0.6, 5, 5.6];

describe("geometry", () => {
  it("gives the sidereal time of a textbook (Vallado, example 3-5: 152.578788°)", () => {
    expect(siderealTime(julianDate(Date.UTC(1992, 7, 20, 12, 14))) / RAD).toBeCloseTo(152.578788, 4);
  });

  it("sees the zenith above the site, north to the north, and what stands in the east to the east", () => {
    const horizon = new Horizon({ ...SENSORS.dish, latitudeDeg: 0, longitudeDeg: 0, altitudeKm: 0 }, 2451545);
    const [rotation, rate, out] = [new Float64Array(9), new Float64Array(9), new Float64Array(3)];
    horizon.rotation(0, rotation, rate);
    const angle = siderealTime(2451545);
    const look = (along: number, across: number, z: number): Float64Array => {
      const teme = Float64Array.of(
        along * Math.cos(angle) - across * Math.sin(angle),
        along * Math.sin(angle) + across * Math.cos(angle),
        z,
      );
      multiply(rotation, teme, 3, 3, 1, out);
      horizon.shift(out);
      const angles = new Float64Array(3);
      lookAngles(out, angles);
      return angles.map((value, i) => (i < 2 ? value / RAD : value));
    };
    const zenith = look(6378.137 + 500, 0, 0);
    expect(zenith[1]).toBeCloseTo(90, 6);
    expect(zenith[2]).toBeCloseTo(500, 6);
    const [azimuth, elevation] = look(6378.137 + 500, 0, 500);
    expect([azimuth, elevation].map((each) => Math.round(each as number))).toEqual([0, 45]);
    expect(look(6378.137 + 500, 500, 0)[0]).toBeCloseTo(90, 6);
  });

  it("differentiates the look angles", () => {
    const [position, jacobian] = [Float64Array.of(300, -500, 700), new Float64Array(9)];
    lookJacobian(position, jacobian);
    for (let k = 0; k < 3; k++) {
      const [a, b] = [new Float64Array(3), new Float64Array(3)];
      lookAngles(
        position.map((value, i) => value + (i === k ? 1e-4 : 0)),
        a,
      );
      lookAngles(
        position.map((value, i) => value - (i === k ? 1e-4 : 0)),
        b,
      );
      for (let i = 0; i < 3; i++) {
        expect(jacobian[i * 3 + k]).toBeCloseTo(((a[i] as number) - (b[i] as number)) / 2e-4, 8);
      }
    }
  });
});

describe("the transition of errors", () => {
  it("has the gradient of gravity with J2", () => {
    const g = new Float64Array(9);
    const at = [5000, -3000, 4200] as const;
    gravityGradient(...at, g);
    for (let k = 0; k < 3; k++) {
      const moved = (h: number): Float64Array => {
        const state = [...at, 0, 0, 0].map((value, i) => value + (i === k ? h : 0));
        return fly(state, 1e-3, 1e-3)
          .subarray(3)
          .map((value) => value / 1e-3);
      };
      const [a, b] = [moved(1), moved(-1)];
      for (let i = 0; i < 3; i++) {
        const slope = ((a[i] as number) - (b[i] as number)) / 2;
        expect(Math.abs((g[i * 3 + k] as number) - slope)).toBeLessThan(1e-11); // of 1e-6
      }
    }
  });

  it("agrees with flown neighbours over 60 s to 1e-4, and is symplectic", () => {
    const phi = new Float64Array(36);
    const [x, y, z] = fly(START, 30) as unknown as [number, number, number];
    transition(x, y, z, 60, phi);
    for (let k = 0; k < 6; k++) {
      const h = k < 3 ? 1 : 1e-3;
      const [a, b] = [1, -1].map((sign) =>
        fly(
          START.map((value, i) => value + (i === k ? sign * h : 0)),
          60,
        ),
      ) as [Float64Array, Float64Array];
      for (let i = 0; i < 6; i++) {
        const scale = (i < 3 ? 60 : 1) * (k < 3 ? 1 / 60 : 1);
        const slope = ((a[i] as number) - (b[i] as number)) / (2 * h);
        expect(Math.abs((phi[i * 6 + k] as number) - slope) / scale).toBeLessThan(1e-4);
      }
    }
    // Symplectic: Φᵀ·J·Φ = J, on which the inverse in Reference rests.
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++) {
        let sum = 0;
        for (let k = 0; k < 3; k++) {
          sum += (phi[k * 6 + i] as number) * (phi[(k + 3) * 6 + j] as number);
          sum -= (phi[(k + 3) * 6 + i] as number) * (phi[k * 6 + j] as number);
        }
        expect(sum).toBeCloseTo(j - i === 3 ? 1 : i - j === 3 ? -1 : 0, 9);
      }
    }
  });
});

describe("a reference", async () => {
  const [orbit] = (await generateCatalogue({ seed: 4, count: 1 })) as [Orbit];
  const jd = orbit.epoch + 0.2;
  const horizon = new Horizon(SENSORS.dish, jd);
  const reference = new Reference(orbit, horizon, jd, 3600, 1e-12);

  it("lies within 20 m of SGP4 between its nodes", () => {
    const [rotation, rate, teme] = [new Float64Array(9), new Float64Array(9), new Float64Array(6)];
    const [direct, found] = [new Float64Array(3), new Float64Array(3)];
    for (let t = 30; t < 3600; t += 77) {
      orbit.propagateTo(jd + t / 86_400, teme);
      horizon.rotation(t, rotation, rate);
      multiply(rotation, teme, 3, 3, 1, direct);
      horizon.shift(direct);
      reference.position(t, found);
      for (let i = 0; i < 3; i++) expect(Math.abs((found[i] as number) - (direct[i] as number))).toBeLessThan(0.02);
    }
  });

  it("moves an error as two neighbouring flights part, to 0.2 % of it over 50 minutes", () => {
    const seconds = 3000;
    const error = Float64Array.of(0.3, -0.2, 0.5, 2e-4, -3e-4, 1e-4);
    const near = fly(
      reference.start.map((value, i) => value + (error[i] as number)),
      seconds,
      5,
    );
    const far = fly(reference.start, seconds, 5);
    const [rotation, rate, place] = [new Float64Array(9), new Float64Array(9), new Float64Array(18)];
    const [flown, found] = [new Float64Array(3), new Float64Array(3)];
    horizon.rotation(seconds, rotation, rate);
    multiply(rotation, near.map((value, i) => value - (far[i] as number)).subarray(0, 3), 3, 3, 1, flown);
    reference.place(seconds, place);
    multiply(place, error, 3, 6, 1, found);
    const size = Math.hypot(...flown);
    for (let i = 0; i < 3; i++) {
      expect(Math.abs((found[i] as number) - (flown[i] as number)) / size).toBeLessThan(0.002);
    }
  });

  it("gathers process noise: near the start σ² of the velocity is q·t", () => {
    const noise = new Float64Array(36);
    reference.noise(120, noise);
    expect((noise[21] as number) / (1e-12 * 120)).toBeCloseTo(1, 1);
    expect((noise[0] as number) / ((1e-12 * 120 ** 3) / 3)).toBeCloseTo(1, 1);
    expect((noise[3] as number) / ((-1e-12 * 120 ** 2) / 2)).toBeCloseTo(1, 1); // seen from before it
  });
});

describe("the filter", () => {
  it("has errors as large as it says: NEES over 60 tracks inside its 95 % bounds", async () => {
    const { mean, low, high, count } = estimationErrors(await generateCatalogue({ seed: 2, count: 150 }), 60, 3, {
      objects: 15,
      horizonMinutes: 20,
    });
    expect(count).toBe(60);
    expect(mean).toBeGreaterThan(low);
    expect(mean).toBeLessThan(high);
  });

  it("linearises anew: the same after 20 to 40 km of error", async () => {
    const options = { objects: 15, horizonMinutes: 20, alongTrackKm: [20, 40] } as const;
    const { mean, low, high } = estimationErrors(await generateCatalogue({ seed: 2, count: 150 }), 60, 3, options);
    expect(mean).toBeGreaterThan(low);
    expect(mean).toBeLessThan(high);
  });

  it("measures squared errors by the covariance", () => {
    expect(mahalanobis(Float64Array.of(4, 2, 2, 3), Float64Array.of(1, 2), 2)).toBeCloseTo(1.375, 12);
  });
});
