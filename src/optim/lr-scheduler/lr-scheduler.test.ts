import { describe, expect, it } from "vitest";
import { CheckpointError, ConfigError } from "../../util/index.ts";
import {
  ConstantLR,
  CosineAnnealingLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  type LRScheduler,
  type Schedulable,
  SequentialLR,
  StepLR,
} from "./index.ts";

const optimizer = (lr = 0.1): { paramGroups: { lr: number; initialLr?: number }[] } => ({ paramGroups: [{ lr }] });
const lrOf = (of: Schedulable): number => of.paramGroups[0]?.lr as number;

// From PyTorch 1.13: the learning rate before each scheduler.step(), starting from 0.1.
const CASES: [string, (of: Schedulable) => LRScheduler, number[]][] = [
  [
    "LinearLR",
    (o) => new LinearLR(o, { startFactor: 0.1, totalIters: 4 }),
    [
      0.010000000000000002, 0.03250000000000001, 0.055000000000000014, 0.07750000000000003, 0.10000000000000003,
      0.10000000000000003,
    ],
  ],
  ["ConstantLR", (o) => new ConstantLR(o, { factor: 0.5, totalIters: 3 }), [0.05, 0.05, 0.05, 0.1, 0.1]],
  [
    "warmup, then cosine",
    (o) => {
      const warmup = new LinearLR(o, { startFactor: 0.1, totalIters: 3 });
      return new SequentialLR(o, [warmup, new CosineAnnealingLR(o, 5, { etaMin: 0.01 })], [3]);
    },
    [
      0.010000000000000002, 0.04, 0.07, 0.1, 0.09140576474687263, 0.06890576474687263, 0.04109423525312736,
      0.018594235253127367, 0.01, 0.018594235253127367,
    ],
  ],
  [
    "three in a row",
    (o) => {
      const parts = [new ConstantLR(o, { factor: 0.5, totalIters: 2 }), new ExponentialLR(o, 0.9), new StepLR(o, 2)];
      return new SequentialLR(o, parts, [2, 5]);
    },
    [0.05, 0.05, 0.1, 0.09, 0.081, 0.1, 0.1, 0.01, 0.01, 0.001],
  ],
];

describe("schedules", () => {
  for (const [name, make, rates] of CASES) {
    it(`${name} is PyTorch's to 1e-12`, () => {
      const o = optimizer();
      const schedule = make(o);
      for (const want of rates) {
        expect(Math.abs(lrOf(o) - want)).toBeLessThanOrEqual(1e-12);
        expect(schedule.getLastLr()).toEqual([lrOf(o)]);
        schedule.step();
      }
    });

    it(`${name}, saved and loaded at every epoch`, () => {
      let o = optimizer();
      let schedule = make(o);
      for (const want of rates) {
        const saved = JSON.parse(JSON.stringify(schedule.stateDict()));
        const group = { ...(o.paramGroups[0] as { lr: number }) };
        o = optimizer();
        schedule = make(o);
        schedule.loadStateDict(saved);
        Object.assign(o.paramGroups[0] as object, group);
        expect(Math.abs(lrOf(o) - want)).toBeLessThanOrEqual(1e-12);
        schedule.step();
      }
    });
  }

  it("go on from lastEpoch with the groups' initialLr", () => {
    expect(() => new StepLR(optimizer(), 2, { lastEpoch: 3 })).toThrow(/no initialLr/);
    const o = { paramGroups: [{ lr: 0.08, initialLr: 0.1 }] };
    const schedule = new CosineAnnealingLR(o, 10, { lastEpoch: 4 });
    expect(schedule.lastEpoch).toBe(5);
    expect(o.paramGroups[0]?.lr).toBeCloseTo(0.05, 12);
  });

  it("refuse bad options and leave the optimizer alone", () => {
    const o = optimizer();
    const bad: (() => unknown)[] = [
      () => new StepLR(o, 0),
      () => new StepLR(o, 1.5),
      () => new StepLR(o, 2, { gamma: -1 }),
      () => new CosineAnnealingLR(o, 0),
      () => new CosineAnnealingLR(o, 5, { etaMin: Number.NaN }),
      () => new ExponentialLR(o, Infinity),
      () => new LinearLR(o, { startFactor: 0 }),
      () => new LinearLR(o, { totalIters: 0 }),
      () => new ConstantLR(o, { factor: 2 }),
      () => new LambdaLR(o, []),
      () => new StepLR(o, 2, { lastEpoch: -2 }),
    ];
    for (const make of bad) expect(make).toThrow(ConfigError);
    expect(o).toEqual(optimizer());
    expect(() => new SequentialLR(o, [], [])).toThrow(ConfigError);
    expect(() => new SequentialLR(o, [new StepLR(o, 2), new StepLR(o, 2)], [])).toThrow(ConfigError);
    expect(() => new SequentialLR(o, [new StepLR(o, 2), new StepLR(o, 2)], [0])).toThrow(ConfigError);
    expect(() => new SequentialLR(optimizer(), [new StepLR(o, 2)], [])).toThrow(/another optimizer/);
  });

  it("refuse to set a learning rate that is none, and stay where they are", () => {
    const o = optimizer();
    const schedule = new LambdaLR(o, (epoch) => (epoch === 2 ? Number.NaN : 1));
    schedule.step();
    expect(() => schedule.step()).toThrow(ConfigError);
    expect([schedule.lastEpoch, lrOf(o)]).toEqual([1, 0.1]);
  });

  it("refuse foreign states and change nothing", () => {
    const schedule = new StepLR(optimizer(), 2);
    const before = schedule.stateDict();
    expect(() => schedule.loadStateDict(new ExponentialLR(optimizer(), 0.9).stateDict())).toThrow(CheckpointError);
    expect(() => schedule.loadStateDict({ ...before, gamma: "a" })).toThrow(/"gamma" is string instead of number/);
    expect(() => schedule.loadStateDict({ ...before, more: 1 })).toThrow(/"more" is unexpected/);
    expect(schedule.stateDict()).toEqual(before);
    const make = (): SequentialLR => {
      const o = optimizer();
      return new SequentialLR(o, [new StepLR(o, 2), new ExponentialLR(o, 0.9)], [2]);
    };
    const both = make();
    both.step();
    const state = both.stateDict();
    const wrong = { ...make().stateDict(), schedulers: [state.schedulers, null] } as never;
    expect(() => both.loadStateDict(wrong)).toThrow();
    expect(both.stateDict()).toEqual(state);
  });
});
