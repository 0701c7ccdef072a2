import { describe, expect, it } from "vitest";
import { manualSeed } from "../../engine/index.ts";
import { tensor } from "../../ops/index.ts";
import { checkEnvironment, DqnDiagnosis } from "../../rl/index.ts";
import { buildExperiment, DiagnosisCallback } from "../../train/index.ts";
import { CheckpointError, ConfigError, DataError } from "../../util/index.ts";
import { generateCatalogue } from "../orbits/generate.ts";
import { greedyInformation, greedyRate, greedyUncertainty, randomVisible, type TaskingPolicy } from "./baselines.ts";
import { comparePolicies, comparisonTable, pairedDifference, playAll, playTasking } from "./compare.ts";
import { taskingExperiment } from "./experiment.ts";
import { FEATURE_COUNT, FEATURES } from "./features.ts";
import { RAD } from "./geometry.ts";
import { ObjectScorer } from "./object-scorer.ts";
import { SENSORS, type Sensor } from "./sensor.ts";
import { SensorTasking, type TaskingOptions } from "./sensor-tasking.ts";
import { skyPlotSvg, timelineSvg } from "./svg.ts";

const catalogue = await generateCatalogue({ seed: 1, count: 400 });
const SMALL: TaskingOptions = { objects: 8, horizonMinutes: 12 };
const make = (options: TaskingOptions = {}): SensorTasking => new SensorTasking(catalogue, { ...SMALL, ...options });

function play(env: SensorTasking, policy: TaskingPolicy = greedyRate, seed = 3): number {
  let sum = 0;
  let { observation } = env.reset({ seed });
  for (;;) {
    const outcome = env.step(policy(env, observation));
    sum += outcome.reward;
    if (outcome.terminated || outcome.truncated) return sum;
    observation = outcome.observation;
  }
}

describe("SensorTasking", () => {
  it("keeps an environment's promises: shapes, masks, seeds, state", () => {
    checkEnvironment(() => make(), 30);
  });

  it("takes slew, settling and dwell for a look, and gains what it expected within a tenth", () => {
    const env = make();
    env.reset({ seed: 3 });
    const action = greedyInformation(env);
    const { seconds: before } = env;
    const { looks, sensor } = env;
    const [slew, expected, sigma] = [looks.slewS[action], looks.gain[action], looks.sigmaKm[action]] as [
      number,
      number,
      number,
    ];
    const up = Math.PI / 2 - (env.looks.angles[3 * action + 1] as number); // the beam starts at the zenith
    expect(slew * sensor.slewRateDegS * RAD).toBeGreaterThan(0);
    expect(Math.abs(slew * sensor.slewRateDegS * RAD - up)).toBeLessThan(0.2); // it moves on during the dwell
    const { info, reward } = env.step(action);
    expect(env.log[0]?.endS).toBeCloseTo(before + slew + sensor.settleS + sensor.dwellS, 9);
    expect(Math.abs((info.gain as number) / expected - 1)).toBeLessThan(0.1);
    expect(reward).toBeCloseTo((info.gain as number) / 5, 12);
    expect(info.sigmaKm as number).toBeLessThan(sigma / 2);
  });

  it("shows each object that may be looked at by its features, and the others as zeros", () => {
    const env = make();
    const { observation } = env.reset({ seed: 3 });
    const mask = env.actionMask();
    expect(observation.every((value) => Math.abs(value) <= 3)).toBe(true);
    for (let i = 0; i < 8; i++) {
      const row = observation.subarray(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT);
      expect(row[0]).toBe(mask[i]);
      if (mask[i] === 0) expect(row.every((value) => value === 0)).toBe(true);
      else expect(row[FEATURES.indexOf("gain")]).toBeCloseTo((env.looks.gain[i] as number) / 5, 5);
    }
  });

  it("ends at the horizon, where it measures", () => {
    const env = make();
    play(env);
    const { meanSigmaKm, unique, looks, custody } = env.summary();
    expect(env.log.filter(({ endS }) => endS <= env.horizonS).length).toBe(looks);
    expect(new Set(env.log.slice(0, looks).map(({ object }) => object)).size).toBe(unique);
    expect(meanSigmaKm).toBeGreaterThan(0);
    expect(custody).toBeGreaterThan(0);
    expect(() => env.step(0)).toThrow(/the episode has ended/);
  });

  it("refuses actions outside the space or masked", () => {
    const env = make();
    env.reset({ seed: 3 });
    for (const action of [-1, 8, 0.5, NaN]) expect(() => env.step(action)).toThrow(ConfigError);
    const masked = env.actionMask().indexOf(0);
    expect(masked).toBeGreaterThanOrEqual(0);
    expect(() => env.step(masked)).toThrow(/is masked/);
    expect(() => make().step(0)).toThrow(/no episode has begun/);
  });

  it("refuses empty catalogues, objects that never come into view, and wrong options", () => {
    expect(() => new SensorTasking([], {})).toThrow(DataError);
    const far: Sensor = { ...SENSORS.dish, maxRangeKm: 100 };
    expect(() => make({ sensor: far }).reset({ seed: 1 })).toThrow(DataError);
    expect(() => make({ sensor: far }).reset({ seed: 1 })).toThrow(
      /none of 400 objects comes into the field of regard/,
    );
    expect(() => make({ objects: 0 })).toThrow(ConfigError);
    expect(() => make({ object: 3 } as never)).toThrow('Did you mean "objects"?');
    expect(() => make({ timecost: 1 } as never)).toThrow('Did you mean "timeCost"?');
    expect(() => make({ objects: "3" as never })).toThrow("Pass the number itself: objects: 3.");
    expect(() => make({ start: "soon" })).toThrow(ConfigError);
    expect(() => make({ reward: "fame" as never })).toThrow(ConfigError);
    expect(() => make({ sensor: { ...SENSORS.dish, latitudeDeg: 91 } })).toThrow(/latitudeDeg is 91/);
    const env = make();
    env.reset({ seed: 1 });
    expect(() => env.loadStateDict({ scenario: 1 })).toThrow(CheckpointError);
  });

  it("keeps to its field of regard", () => {
    const env = make({
      sensor: { ...SENSORS.dish, azimuthDeg: [90, 270], elevationDeg: [30, 80] },
      horizonMinutes: 30,
    });
    play(env);
    expect(env.log.length).toBeGreaterThan(0);
    for (const { azimuthRad, elevationRad } of env.log) {
      expect(Math.cos(azimuthRad)).toBeLessThan(1e-3); // south
      expect(elevationRad / RAD).toBeGreaterThan(30 - 1e-3);
      expect(elevationRad / RAD).toBeLessThan(80 + 1e-3);
    }
  });

  it("pays for information, for kilometres, for custody; and takes for time", () => {
    const gain = play(make());
    const paid = play(make({ timeCost: 0.1 }));
    expect(gain - paid).toBeGreaterThan(((12 * 60) / 10) * 0.1 * 0.5);
    expect(play(make({ reward: "covarianceTrace" }))).toBeGreaterThan(0);
    expect(play(make({ reward: "custody" }))).toBeGreaterThan(0);
  });
});

describe("baselines and comparison", () => {
  it("random is worst, and each is the same again with the same seed", () => {
    const env = make({ objects: 25 });
    const seeds = [1, 2, 3];
    const [random, again] = [playAll(env, randomVisible(1), seeds), playAll(env, randomVisible(1), seeds)];
    expect(random).toEqual(again);
    const mean = (policy: TaskingPolicy): number =>
      playAll(env, policy, seeds).reduce((sum, each) => sum + each.meanSigmaKm, 0) / 3;
    const worst = random.reduce((sum, each) => sum + each.meanSigmaKm, 0) / 3;
    for (const policy of [greedyUncertainty, greedyInformation, greedyRate]) expect(mean(policy)).toBeLessThan(worst);
  });

  it("gives Student's interval of paired differences", () => {
    // 1, 2, 3: mean 2, s 1, t(2) = 4.303
    const { mean, low, high } = pairedDifference([1, 3, 5], [0, 1, 2]);
    expect([mean, (high - low) / 2]).toEqual([2, expect.closeTo(4.303 / Math.sqrt(3), 0)]);
    const many = pairedDifference(
      Array.from({ length: 101 }, (_, i) => i % 2),
      new Array<number>(101).fill(0),
    );
    expect((many.high - many.low) / 2 / Math.sqrt((101 * 50 * 51) / 101 ** 2 / 100 / 101)).toBeCloseTo(1.984, 3);
    expect(() => pairedDifference([1], [1])).toThrow(ConfigError);
  });

  it("writes a table", () => {
    const env = make();
    const results = [playTasking(env, greedyRate, 1), playTasking(env, greedyRate, 2)];
    expect(comparisonTable({ a: results, b: results }).split("\n")).toHaveLength(4);
    const zero = { mean: 0, low: 0, high: 0 };
    expect(comparePolicies({ a: results, b: results }).map(({ less }) => less)).toEqual([
      null,
      { meanSigmaKm: zero, unique: zero },
    ]);
  });

  it("an experiment watches its values, and refuses too few scenarios for an interval", async () => {
    const small = { catalogCount: 300, objects: 8, horizonMinutes: 10, totalSteps: 60, learningStarts: 20 };
    const { trainer } = await buildExperiment(taskingExperiment({ ...small, evaluations: 1 }));
    expect(trainer.callbacks.filter((each) => each instanceof DiagnosisCallback)).toEqual([expect.any(DqnDiagnosis)]);
    const one = taskingExperiment({ ...small, evaluations: 1, scenarios: 1 });
    await expect(buildExperiment(one)).rejects.toThrow("scenarios is 1");
  });
});

describe("ObjectScorer", () => {
  it("does not mind the objects' order, nor how many cannot be chosen", () => {
    manualSeed(1);
    const network = new ObjectScorer({ features: 3, hidden: 8 });
    const rows = [
      [1, 0.5, -1],
      [1, -0.25, 2],
      [0, 0, 0],
    ] as [number[], number[], number[]];
    const values = (...order: number[][]): number[] => [...network.forward(tensor([order])).data] as number[];
    const [a, b, c] = values(...rows) as [number, number, number];
    for (const [got, want] of [
      [values(rows[2], rows[0], rows[1]), [c, a, b]],
      [values(rows[0], rows[2], rows[2], rows[1]), [a, c, c, b]],
    ] as const) {
      got.forEach((value, i) => {
        expect(value).toBeCloseTo(want[i] as number, 5);
      });
    }
    expect(values(rows[0], rows[2])[0]).not.toBeCloseTo(a, 3); // another context, another value
  });
});

describe("pictures", () => {
  const env = make();
  play(env);

  /** Every tag closed, in order, and nothing after the root. */
  function wellFormed(svg: string): boolean {
    const open: string[] = [];
    for (const [, close, name, self] of svg.matchAll(
      /<(\/?)([a-z]+)(?:\s+[\w:-]+="[^"<&]*(?:&\w+;[^"<&]*)*")*\s*(\/?)>/g,
    )) {
      if (close === "/") {
        if (open.pop() !== name) return false;
      } else if (self !== "/") open.push(name as string);
    }
    return (
      open.length === 0 &&
      !/NaN|undefined/.test(svg) &&
      (svg.match(/</g) ?? []).length === (svg.match(/>/g) ?? []).length
    );
  }

  it("are well-formed SVG with a mark for each look", () => {
    for (const svg of [skyPlotSvg(env), timelineSvg(env)]) {
      expect(svg.startsWith("<svg xmlns=")).toBe(true);
      expect(wellFormed(svg)).toBe(true);
    }
    expect(wellFormed("<svg><a></svg>")).toBe(false);
    expect(skyPlotSvg(env).match(/r="3.5"/g)).toHaveLength(env.log.length);
  });

  it("shows the sky as text", () => {
    const text = env.render();
    expect(text).toMatch(/looks at \d+ of \d+ objects/);
    expect(text.split("\n")).toHaveLength(24);
    expect(text).toContain("@");
  });
});
