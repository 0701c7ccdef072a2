import { describe, expect, it } from "vitest";
import {
  type Conjunction,
  CovarianceError,
  collisionProbability2D,
  EncounterError,
  erf,
  erfc,
  inertialToRtn,
  monteCarloProbability,
  rtnToInertial,
  vectorToRtn,
  wilsonInterval,
} from "../../src/ssa/index.ts";
import { openKernel } from "../../src/ssa/monte-carlo/kernel.ts";
import { setUp, writeParameters } from "../../src/ssa/monte-carlo/parameters.ts";
import { alfano, conjunctions, published, twoProportion } from "./published.ts";

const diagonal = (...values: number[]): number[][] => values.map((v, i) => values.map((_, j) => (i === j ? v : 0)));

function crossing(miss: number, variance: number, radius: number): Conjunction {
  return {
    state1: { position: [7e6, 0, 0], velocity: [0, 7500, 0] },
    covariance1: diagonal(variance / 2, variance / 2, variance / 2, 1e-8, 1e-8, 1e-8),
    state2: { position: [7e6 + miss, 0, 0], velocity: [0, 0, 7500] },
    covariance2: diagonal(variance / 2, variance / 2, variance / 2, 1e-8, 1e-8, 1e-8),
    hardBodyRadius: radius,
  };
}

describe("erf and erfc", () => {
  it("have the published digits", () => {
    for (const [x, y] of [
      [0.1, 0.1124629160182849],
      [0.9, 0.7969082124228322],
      [2, 0.9953222650189527],
    ] as const) {
      expect(erf(x)).toBeCloseTo(y, 15);
      expect(erfc(-x)).toBeCloseTo(1 + y, 15);
    }
    expect(erfc(5) / 1.5374597944280349e-12).toBeCloseTo(1, 13);
    expect(erfc(20) / 5.395865611607901e-176).toBeCloseTo(1, 13);
  });
});

describe("2-D probability", () => {
  it.each(["elrod", "foster", "chan"] as const)("%s: without a miss it is 1 - exp(-R²/2σ²)", (method) => {
    const { probability } = collisionProbability2D(crossing(0, 100, 10), { method });
    expect(probability / (1 - Math.exp(-0.5))).toBeCloseTo(1, 9);
  });

  it("agrees between methods where sigmas differ", () => {
    const narrow = { ...crossing(20, 100, 10), covariance2: diagonal(1e4, 1, 1e6) };
    const exact = collisionProbability2D(narrow, { method: "foster" }).probability;
    expect(collisionProbability2D(narrow).probability / exact).toBeCloseTo(1, 9);
  });

  it("refuses what is not positive definite, unless told to clip", () => {
    const flat: Conjunction = {
      ...crossing(5, 100, 10),
      covariance1: diagonal(0, 0, 0),
      covariance2: diagonal(0, 0, 0),
    };
    expect(() => collisionProbability2D(flat)).toThrow(CovarianceError);
    const clipped = collisionProbability2D(flat, { remediation: "cara" });
    expect(clipped.clippedEigenvalues).toBe(2);
    expect(clipped.probability).toBeCloseTo(1, 9);
  });

  it("raises an eigenvalue to (1e-4·HBR)² and leaves the other alone", () => {
    const flat: Conjunction = {
      ...crossing(5, 100, 10),
      covariance1: diagonal(9, 0, 0),
      covariance2: diagonal(0, 0, 0),
    };
    const clipped = collisionProbability2D(flat, { remediation: "cara" });
    expect(clipped.clippedEigenvalues).toBe(1);
    expect(clipped.principalSigmas[0]).toBeCloseTo(3, 12);
    expect(clipped.principalSigmas[1]).toBeCloseTo(1e-3, 12);
  });

  it("adds both covariances, as they lie in the plane", () => {
    // v is along (0, 1, -1)/√2, the miss along x: what is left is x and (0, 1, 1)/√2
    const { covariance, correlation } = collisionProbability2D({
      ...crossing(20, 100, 10),
      covariance1: [
        [40, 5, 3],
        [5, 30, 2],
        [3, 2, 20],
      ],
      covariance2: diagonal(4, 3, 2),
    });
    expect(covariance[0][0]).toBeCloseTo(44, 9);
    expect(covariance[1][1]).toBeCloseTo((33 + 22 + 2 * 2) / 2, 9);
    expect(Math.abs(covariance[0][1])).toBeCloseTo((5 + 3) / Math.SQRT2, 9);
    expect(Math.abs(correlation)).toBeCloseTo((5 + 3) / Math.SQRT2 / Math.sqrt(44 * 29.5), 9);
  });

  it("moves states to their closest approach on straight lines, unless they are taken as given", () => {
    const q = crossing(20, 100, 10);
    const late: Conjunction = {
      ...q,
      state1: { ...q.state1, position: [7e6, 7500 * 0.01, 0] },
      state2: { ...q.state2, position: [7e6 + 20, 0, 7500 * 0.01] },
    };
    const moved = collisionProbability2D(late);
    expect(moved.timeOffset).toBeCloseTo(-0.01, 12);
    expect(moved.probability / collisionProbability2D(q).probability).toBeCloseTo(1, 9);
    const given = collisionProbability2D(late, { closestApproach: "given" });
    expect(given.missDistance).toBeCloseTo(Math.hypot(20, 75, 75), 9);
  });

  it("refuses what is missing or of another kind, by name", async () => {
    const whole = crossing(5, 100, 10);
    const both = (given: object, message: string | RegExp): Promise<void> => {
      expect(() => collisionProbability2D(given as Conjunction)).toThrow(message);
      return expect(monteCarloProbability(given as Conjunction, { threads: 1 })).rejects.toThrow(message);
    };
    const nan = { ...whole, state1: { position: [Number.NaN, 0, 0], velocity: [0, 7500, 0] } };
    await both(nan, "state1.position is [NaN, 0, 0], expected three finite numbers [metres]");
    const { state2: _, ...without } = whole;
    await both(without, "state2.position is missing");
    await both({ ...whole, covariance2: undefined }, "covariance2 is missing");
    await both({ ...whole, hardBodyRadius: 0 }, "hardBodyRadius is 0, expected metres above 0");
    await both(null as never, "the conjunction is null");
    const refused = (options: object) => expect(() => collisionProbability2D(whole, options));
    refused({ method: "alfano" }).toThrow('method is "alfano", expected "elrod" or "foster" or "chan"');
    refused({ metod: "chan" }).toThrow('Did you mean "method"?');
    refused({ remediation: "clip" }).toThrow('expected "none" or "cara"');
    for (const threads of [0, 999, 1.5]) {
      await expect(monteCarloProbability(whole, { threads })).rejects.toThrow(
        `threads is ${threads}, expected 1 to 16`,
      );
    }
    await expect(monteCarloProbability(whole, { initialOverlap: "miss" as never })).rejects.toThrow("initialOverlap");
  });

  it("refuses an encounter without relative velocity", () => {
    const together = crossing(5, 100, 10);
    expect(() => collisionProbability2D({ ...together, state2: { ...together.state1 } })).toThrow(EncounterError);
  });

  it.skipIf(!published)("is within 1e-6 of CARA's on Alfano 1–11 and 30 conjunctions (skipped: no shared data)", () => {
    for (const { name, conjunction, pc2d } of [...alfano(), ...conjunctions()]) {
      if (pc2d === null) continue;
      const { probability } = collisionProbability2D(conjunction);
      expect(Math.abs(probability / pc2d - 1), name).toBeLessThan(1e-6);
    }
  });
});

describe("frames", () => {
  it("R is up, T ahead, N to the left of the path", () => {
    const state = { position: [0, 7e6, 0], velocity: [-7000, 0, 0] } as const; // to the east, seen from above
    const rounded = (values: readonly number[] | undefined): number[] => (values ?? []).map((v) => +v.toFixed(9) + 0);
    expect(rounded(vectorToRtn([-2, 1, 3], state))).toEqual([1, 2, 3]);
    const inertial = rtnToInertial(
      [
        [1, 0.5, 0],
        [0.5, 4, 0],
        [0, 0, 9],
      ],
      state,
    );
    expect(inertial.map(rounded)).toEqual([
      [4, -0.5, 0],
      [-0.5, 1, 0],
      [0, 0, 9],
    ]);
  });

  it("turn a covariance to RTN and back", () => {
    const state = { position: [5e6, 3e6, -4e6], velocity: [-3000, 6000, 1000] } as const;
    const c = diagonal(1, 2, 3, 4e-6, 5e-6, 6e-6);
    const there = rtnToInertial(c, state);
    for (const [i, row] of inertialToRtn(there, state).entries())
      for (const [j, v] of row.entries()) expect(v).toBeCloseTo(c[i]?.[j] ?? 0, 12);
  });
});

describe("Monte Carlo", () => {
  it("agrees with the 2-D value of a fast encounter", async () => {
    const q: Conjunction = {
      ...crossing(20, 100, 10),
      // a kilometre along the relative velocity, (0, 1, -1): it moves the encounter in time, and nothing else
      covariance1: [
        [50, 0, 0, 0, 0, 0],
        [0, 5e5 + 50, -5e5, 0, 0, 0],
        [0, -5e5, 5e5 + 50, 0, 0, 0],
        ...diagonal(0, 0, 0, 1e-8, 1e-8, 1e-8).slice(3),
      ],
    };
    const one = await monteCarloProbability(q, { maxSamples: 30_000, halfSpan: 9, threads: 1, seed: 7 });
    const exact = collisionProbability2D(q).probability;
    expect(Math.abs(one.probability - exact)).toBeLessThan(4 * Math.sqrt(exact / one.trials));
  });

  it("draws the same samples however they are divided among tasks and threads", async () => {
    const q = crossing(20, 100, 10);
    const setup = setUp(q, 9);
    const hits: number[] = [];
    for (const [threads, seed, counts] of [
      [1, 7, [3000]],
      [1, 7, [1000, 2000]],
      [2, 7, [1000, 1000, 1000]],
      [1, 8, [3000]],
    ] as const) {
      const kernel = await openKernel(threads);
      writeParameters(setup, q.hardBodyRadius, kernel.parameters);
      hits.push(kernel.region([seed, 0], 500, counts).hits);
      kernel.close();
    }
    const [one, divided, threaded, otherSeed] = hits;
    expect(one).toBeGreaterThan(100);
    expect([divided, threaded]).toEqual([one, one]);
    expect(otherSeed).not.toBe(one);
  });

  it("counts or leaves out samples that begin within the radius", async () => {
    const options = { halfSpan: 1e-3, maxSamples: 5000, threads: 1 }; // 7 m on either side of the closest approach
    const all = await monteCarloProbability(crossing(0, 100, 10), options);
    const rest = await monteCarloProbability(crossing(0, 100, 10), { ...options, initialOverlap: "ignore" });
    expect(all.initialOverlaps).toBeGreaterThan(500);
    expect(rest.hits).toBe(all.hits - all.initialOverlaps);
    expect(rest.hits).toBeGreaterThan(0);
  });

  it("stops at the relative error asked for", async () => {
    const result = await monteCarloProbability(crossing(0, 100, 10), {
      maxSamples: 1e8,
      relativeError: 0.05,
      halfSpan: 9,
    });
    expect(result.trials).toBe(65_536);
    expect(result.interval[0]).toBeLessThan(result.probability);
  });

  it.skipIf(!published)("agrees with CARA's on Alfano 1 and 9, where 2-D fails (skipped: no shared data)", async () => {
    for (const index of [0, 8]) {
      const { conjunction, halfSpan, hits, trials, name } = alfano()[index] as ReturnType<typeof alfano>[number];
      const mc = await monteCarloProbability(conjunction, {
        maxSamples: 50_000,
        halfSpan: halfSpan as number,
        initialOverlap: "ignore",
        seed: 1,
      });
      expect(twoProportion(mc.hits, mc.trials, hits, trials), name).toBeGreaterThan(1e-3);
    }
  });

  it("the gate's test is exact", () => {
    // by fractions: Σ of the hypergeometric terms that are no larger than what was seen
    expect(twoProportion(3, 10, 9, 12)).toBeCloseTo(0.08355730956350152, 12);
    expect(twoProportion(10, 10, 5, 10)).toBeCloseTo(0.032507739938080496, 12);
    expect(twoProportion(0, 10, 0, 10)).toBe(1);
    expect(twoProportion(9_000, 1e6, 10_000, 1e6)).toBeLessThan(1e-12);
  });

  it("Wilson's interval", () => {
    expect(wilsonInterval(0, 100)[0]).toBe(0);
    expect(wilsonInterval(0, 100)[1]).toBeCloseTo(0.0369935, 6);
  });
});
