import { F, manualSeed, nn, optim, type Tensor, tensor, train } from "innerloop";
import { describe, expect, it } from "vitest";
import {
  type Conjunction,
  collisionProbability2D,
  ENCOUNTER_FEATURES,
  encounterFeatures,
  encounterPlane,
  type FeatureSet,
  generateEncounters,
  lessonFeatures,
  type Matrix,
  type Vector3,
} from "../../src/ssa/index.ts";

const encounters = generateEncounters({ seed: 5, count: 150 });
const SETS = Object.keys(ENCOUNTER_FEATURES) as FeatureSet[];

const features = (conjunction: Conjunction, set: FeatureSet): number[] =>
  encounterFeatures(encounterPlane(conjunction), conjunction.hardBodyRadius, set);

/** Every vector through `turn`, and every covariance with it: M·C·Mᵀ for each 3×3 block. */
function mapped(q: Conjunction, m: readonly Vector3[], radius: number): Conjunction {
  const turn = (v: Vector3): Vector3 => m.map((row) => row.reduce((s, a, i) => s + a * (v[i] as number), 0)) as never;
  const state = ({ position, velocity }: Conjunction["state1"]) => ({
    position: turn(position),
    velocity: turn(velocity),
  });
  const wide = Array.from({ length: 6 }, (_, i) =>
    Array.from({ length: 6 }, (__, j) => (Math.floor(i / 3) === Math.floor(j / 3) ? (m[i % 3]?.[j % 3] as number) : 0)),
  );
  const covariance = (c: Matrix) =>
    wide.map((a) =>
      wide.map((b) => a.reduce((s, x, i) => s + b.reduce((t, y, j) => t + x * y * (c[i]?.[j] ?? 0), 0), 0)),
    );
  return {
    state1: state(q.state1),
    covariance1: covariance(q.covariance1),
    state2: state(q.state2),
    covariance2: covariance(q.covariance2),
    hardBodyRadius: radius,
  };
}

const close = (a: readonly number[], b: readonly number[], hint: string): void => {
  expect(a.length, hint).toBe(b.length);
  for (const [i, value] of a.entries()) expect(Math.abs(value - (b[i] as number)), `${hint} [${i}]`).toBeLessThan(1e-4);
};

describe("generateEncounters", () => {
  it("is the same for a seed, and differs between seeds", () => {
    expect(generateEncounters({ seed: 5, count: 2 })).toEqual(encounters.slice(0, 2));
    expect(generateEncounters({ seed: 6, count: 1 })).not.toEqual(encounters.slice(0, 1));
    expect(() => generateEncounters({ count: 0 })).toThrow(/count is 0/);
    expect(() => generateEncounters({ counts: 2 } as never)).toThrow('Did you mean "count"?');
  });

  it("keeps to what its description says", () => {
    for (const { conjunction, hoursToClosestApproach } of encounters) {
      const plane = encounterPlane(conjunction);
      expect(Math.abs(plane.timeOffset)).toBeLessThan(1); // the miss is across the relative velocity
      expect(plane.missDistance).toBeLessThanOrEqual(50e3);
      expect(plane.relativeSpeed).toBeGreaterThan(90);
      expect(plane.relativeSpeed).toBeLessThan(16e3);
      expect(conjunction.hardBodyRadius).toBeGreaterThanOrEqual(2);
      expect(conjunction.hardBodyRadius).toBeLessThanOrEqual(50);
      expect(hoursToClosestApproach).toBeLessThanOrEqual(168);
      const { mahalanobisDistance, principalSigmas } = collisionProbability2D(conjunction);
      expect(mahalanobisDistance).toBeLessThan(13); // 6.5, but for the turn of the second object's axes
      expect(principalSigmas[1]).toBeGreaterThan(0.5);
    }
  });

  it("gives probabilities of all sizes", () => {
    const sizes = encounters.map(({ conjunction }) => Math.log10(collisionProbability2D(conjunction).probability));
    for (const [low, high] of [
      [-2, 0],
      [-4, -2],
      [-6, -4],
      [-10, -6],
    ] as const) {
      expect(sizes.filter((each) => each > low && each <= high).length, `${low}`).toBeGreaterThan(15);
    }
  });
});

describe("encounterFeatures", () => {
  const some = encounters.slice(0, 8).map(({ conjunction }) => conjunction);

  it.each(SETS)("%s: has as many as it has names", (set) => {
    expect(features(some[0] as Conjunction, set)).toHaveLength(ENCOUNTER_FEATURES[set].length);
  });

  it.each(SETS)("%s: does not depend on the frame, a mirror, or which object comes first", (set) => {
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    for (const q of some) {
      const own = features(q, set);
      const turned: Vector3[] = [
        [c, -s, 0],
        [0.6 * s, 0.6 * c, -0.8],
        [0.8 * s, 0.8 * c, 0.6],
      ];
      close(features(mapped(q, turned, q.hardBodyRadius), set), own, "turned");
      close(
        features(
          mapped(
            q,
            [
              [1, 0, 0],
              [0, 1, 0],
              [0, 0, -1],
            ],
            q.hardBodyRadius,
          ),
          set,
        ),
        own,
        "mirrored",
      );
      const swapped = {
        ...q,
        state1: q.state2,
        covariance1: q.covariance2,
        state2: q.state1,
        covariance2: q.covariance1,
      };
      close(features(swapped, set), own, "swapped");
    }
  });

  it.each(SETS)("%s: does not depend on the unit of length", (set) => {
    for (const q of some) {
      const scaled = mapped(
        q,
        [
          [3, 0, 0],
          [0, 3, 0],
          [0, 0, 3],
        ],
        3 * q.hardBodyRadius,
      );
      close(features(scaled, set), features(q, set), "scaled");
      expect(collisionProbability2D(scaled).probability / collisionProbability2D(q).probability).toBeCloseTo(1, 6);
    }
  });

  it("density·πR² is the probability of a small hard body", () => {
    for (const q of some) {
      const small = { ...q, hardBodyRadius: 0.01 };
      const { probability } = collisionProbability2D(small);
      expect(features(small, "density")[4]).toBeCloseTo(Math.log10(probability), 3);
    }
  });

  it("the lesson's four: km/s, log km, confidence, log h", () => {
    const q = some[0] as Conjunction;
    const plane = { missDistance: 10e3, relativeSpeed: 12_000 };
    const variance = [
      [5e5, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ];
    expect(lessonFeatures(plane, { ...q, covariance1: variance, covariance2: variance }, 10)).toEqual([12, 1, 0.5, 1]);
  });
});

describe("learning log10 Pc", () => {
  it("a small network is soon far better than a constant", async () => {
    manualSeed(1);
    const kept = encounters
      .map(({ conjunction: q }) => ({
        x: features(q, "density"),
        y: Math.log10(collisionProbability2D(q).probability),
      }))
      .filter(({ y }) => y > -10);
    const x = tensor(kept.map((each) => each.x));
    const y = tensor(kept.map((each) => [each.y]));
    const model = new nn.Sequential(new nn.Linear(5, 16), new nn.SiLU(), new nn.Linear(16, 1));
    const trainer = new train.Trainer({
      model,
      optimizer: new optim.Adam(model.parameters(), { lr: 0.03 }),
      loss: F.mseLoss,
      maxSteps: 100,
      log: null,
    });
    await trainer.fit({
      *[Symbol.iterator]() {
        yield [x, y] as const satisfies readonly [Tensor, Tensor];
      },
    });
    const rmse = F.mseLoss(trainer.predict(x), y).item() ** 0.5;
    expect(rmse).toBeLessThan(0.7); // a constant: 2.4
  });
});
