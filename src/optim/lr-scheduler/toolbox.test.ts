import { describe, expect, it } from "vitest";
import { tensor, zeros } from "../../ops/index.ts";
import { Parameter } from "../../tensor/index.ts";
import { CheckpointError, ConfigError } from "../../util/index.ts";
import { Adam, SGD } from "../index.ts";
import {
  ChainedScheduler,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  ExponentialLR,
  InverseSqrtLR,
  LambdaLR,
  MultiplicativeLR,
  MultiStepLR,
  OneCycleLR,
  PolynomialLR,
  previewLr,
  ReduceLROnPlateau,
  type Schedulable,
  SequentialLR,
  StepLR,
  WarmupStableDecayLR,
  warmup,
} from "./index.ts";

const optimizer = (lr = 0.1): { paramGroups: { lr: number; initialLr?: number; momentum: number }[] } => ({
  paramGroups: [{ lr, momentum: 0.9 }],
});
const lrOf = (of: Schedulable): number => of.paramGroups[0]?.lr as number;

describe("a schedule counts applied steps", () => {
  const make = (): [SGD, Parameter] => {
    const parameter = new Parameter(zeros([2]));
    return [new SGD([parameter], { lr: 1, nonfinite: "skip" }), parameter];
  };
  const train = (sgd: SGD, parameter: Parameter, grad: number): boolean => {
    parameter.grad = tensor([grad, 1]);
    return sgd.step();
  };

  it("and stays where it is while the optimizer skips", () => {
    const [sgd, parameter] = make();
    const schedule = warmup(new ChainedScheduler([new ExponentialLR(sgd, 0.5)]), 1, { startFactor: 0.1 });
    const seen: [boolean, number][] = [];
    for (const grad of [1, Number.NaN, 1, Infinity, Infinity, 1]) {
      const applied = train(sgd, parameter, grad);
      schedule.step();
      seen.push([applied, lrOf(sgd)]);
    }
    expect(seen).toEqual([
      [true, 1],
      [false, 1],
      [true, 0.5],
      [false, 0.5],
      [false, 0.5],
      [true, 0.25],
    ]);
    expect([sgd.stepCount, sgd.skippedCount, schedule.lastEpoch]).toEqual([3, 3, 3]);
  });

  it("once an epoch: one applied step is enough; without any step at all it goes on, as PyTorch's", () => {
    const [sgd, parameter] = make();
    const schedule = new ExponentialLR(sgd, 0.5);
    for (const grad of [Number.NaN, 1, Number.NaN]) train(sgd, parameter, grad);
    schedule.step();
    expect(lrOf(sgd)).toBe(0.5);
    schedule.step();
    expect(lrOf(sgd)).toBe(0.25);
  });
});

describe("previewLr", () => {
  it("touches nothing, also of frozen groups", () => {
    const group = Object.freeze({ lr: 0.1, initialLr: 0.1, momentum: 0.9 });
    const schedule = new StepLR({ paramGroups: [{ ...group }] }, 2);
    Object.assign(schedule, { optimizer: { paramGroups: Object.freeze([group]) } });
    expect(previewLr(schedule, 5).flat()).toEqual([0.1, 0.1, 0.1 * 0.1, 0.1 * 0.1, 0.1 * 0.1 * 0.1]);
    expect(schedule.lastEpoch).toBe(0);
    expect(previewLr(schedule, 0)).toEqual([]);
    expect(() => previewLr(schedule, -1)).toThrow(ConfigError);
    expect(() => previewLr(new OneCycleLR(optimizer(), 1, { totalSteps: 3 }), 5)).toThrow(/step 4 of a cycle of 3/);
  });

  it("of a plateau shows what a metric that stands still would do", () => {
    const schedule = new ReduceLROnPlateau(optimizer(1), { patience: 1, factor: 0.5 });
    expect(previewLr(schedule, 6, 1).flat()).toEqual([1, 1, 1, 0.5, 0.5, 0.25]);
    expect(previewLr(schedule, 6, (step) => 1 / step).flat()).toEqual([1, 1, 1, 1, 1, 1]);
    expect(schedule.best).toBe(Infinity);
  });
});

describe("edges", () => {
  it("OneCycleLR throws past its end and stays", () => {
    const o = optimizer();
    const schedule = new OneCycleLR(o, 1, { totalSteps: 4, annealStrategy: "linear" });
    for (let i = 0; i < 4; i++) schedule.step();
    const before = [lrOf(o), schedule.stateDict()];
    expect(() => schedule.step()).toThrow(ConfigError);
    expect([lrOf(o), schedule.stateDict()]).toEqual(before);
    expect(lrOf(o)).toBeCloseTo(1 / 25 / 1e4, 12);
  });

  it("the plateau's relative threshold turns round below 0", () => {
    const schedule = new ReduceLROnPlateau(optimizer(), { patience: 0 });
    schedule.step(-1);
    schedule.step(-0.99995);
    expect([schedule.best, schedule.numBadEpochs]).toEqual([-0.99995, 0]);
  });

  it("the plateau takes tensors, and NaN for no improvement", () => {
    const o = optimizer(1);
    const schedule = new ReduceLROnPlateau(o, { patience: 0, factor: 0.5 });
    schedule.step(tensor(0.5));
    expect(schedule.best).toBe(0.5);
    schedule.step(Number.NaN);
    expect(lrOf(o)).toBe(0.5);
    const before = schedule.stateDict();
    expect(() => schedule.step()).toThrow(/pass what shall improve/i);
    expect(schedule.stateDict()).toEqual(before);
  });

  it("a fresh plateau's infinite best survives JSON", () => {
    const saved = JSON.parse(JSON.stringify(new ReduceLROnPlateau(optimizer()).stateDict()));
    expect(saved.best).toBe("Infinity");
    const schedule = new ReduceLROnPlateau(optimizer());
    schedule.step(3);
    schedule.loadStateDict(saved);
    expect(schedule.best).toBe(Infinity);
  });

  // PyTorch 1.13: scheduler.step(2.5), .step(7.25), .step(20).
  it("warm restarts jump to fractions of epochs", () => {
    const o = optimizer(1);
    const schedule = new CosineAnnealingWarmRestarts(o, 4, { tMult: 2 });
    const rates = [2.5, 7.25, 20].map((epoch) => {
      schedule.jumpTo(epoch);
      return lrOf(o);
    });
    const want = [
      [2.5, 4],
      [3.25, 8],
      [8, 16],
    ].map(([at = 0, of = 1]) => (1 + Math.cos((Math.PI * at) / of)) / 2);
    rates.forEach((rate, i) => {
      expect(rate).toBeCloseTo(want[i] as number, 12);
    });
    expect(() => schedule.jumpTo(-1)).toThrow(ConfigError);
    const resumed = { paramGroups: [{ lr: 0.3, initialLr: 1 }] };
    new CosineAnnealingWarmRestarts(resumed, 4, { lastEpoch: 20, tMult: 2 });
    expect(lrOf(resumed)).toBeCloseTo((1 + Math.cos((Math.PI * 9) / 16)) / 2, 12);
  });

  it("SequentialLR takes what PyTorch's cannot: a plateau, a chain, a warmup", () => {
    const o = optimizer(1);
    const parts = [
      warmup(new StepLR(o, 100), 1, { startFactor: 0.5 }),
      new ChainedScheduler([new ExponentialLR(o, 0.5), new ExponentialLR(o, 0.5)]),
      new ReduceLROnPlateau(o, { patience: 0, factor: 0.1 }),
    ];
    const schedule = new SequentialLR(o, parts, [2, 4]);
    const rates = [lrOf(o)];
    for (const metric of [1, 1, 1, 1, 1, 1, 1]) {
      schedule.step(metric);
      rates.push(lrOf(o));
    }
    expect(rates).toEqual([0.5, 1, 1, 0.25, 1, 1, 0.1, 0.010000000000000002]);
  });

  it("momentum may be switched on by a schedule, and Adam's first beta moves", () => {
    const parameter = new Parameter(zeros([1]));
    const sgd = new SGD([parameter], { lr: 0.1 });
    new OneCycleLR(sgd, 0.1, { totalSteps: 10 });
    parameter.grad = tensor([1]);
    sgd.step();
    expect(sgd.paramGroups[0]?.momentum).toBe(0.95);
    const adam = new Adam([parameter]);
    new CyclicLR(adam, 0.1, 0.2, { maxMomentum: 0.85 });
    expect(adam.paramGroups[0]?.betas).toEqual([0.85, 0.999]);
  });

  it("groups added later keep to their own learning rate where a list names the others'", () => {
    const o = optimizer();
    const schedule = new CyclicLR(o, [0.1], [0.2], { stepSizeUp: 2 });
    o.paramGroups.push({ lr: 0.7, momentum: 0.5 });
    schedule.step();
    expect(o.paramGroups.map(({ lr }) => lr)).toEqual([0.15000000000000002, 0.7]);
  });
});

describe("bad input", () => {
  it("is refused, and the optimizer left alone", () => {
    const o = optimizer();
    const plain = { paramGroups: [{ lr: 0.1 }] };
    const bad: (() => unknown)[] = [
      () => new MultiStepLR(o, [1, -2]),
      () => new MultiStepLR(o, [1], { gamma: Number.NaN }),
      () => new PolynomialLR(o, { totalIters: 0 }),
      () => new PolynomialLR(o, { power: -1 }),
      () => new MultiplicativeLR(o, []),
      () => new CosineAnnealingWarmRestarts(o, 0),
      () => new CosineAnnealingWarmRestarts(o, 3, { tMult: 1.5 }),
      () => new CyclicLR(o, -0.1, 1),
      () => new CyclicLR(o, 0.1, [1, 2]),
      () => new CyclicLR(o, 0.1, 1, { mode: "square" as never }),
      () => new CyclicLR(o, 0.1, 1, { stepSizeUp: 0 }),
      () => new CyclicLR(o, 0.1, 1, { maxMomentum: 1 }),
      () => new CyclicLR(plain, 0.1, 1),
      () => new OneCycleLR(o, 1, {}),
      () => new OneCycleLR(o, 1, { totalSteps: 1 }),
      () => new OneCycleLR(o, 1, { epochs: 2 }),
      () => new OneCycleLR(o, 1, { totalSteps: 10, pctStart: 2 }),
      () => new OneCycleLR(o, 1, { totalSteps: 10, divFactor: 0 }),
      () => new OneCycleLR(o, 1, { totalSteps: 10, annealStrategy: "sine" as never }),
      () => new OneCycleLR(plain, 1, { totalSteps: 10 }),
      () => new ReduceLROnPlateau(o, { factor: 1 }),
      () => new ReduceLROnPlateau(o, { mode: "best" as never }),
      () => new ReduceLROnPlateau(o, { thresholdMode: "relative" as never }),
      () => new ReduceLROnPlateau(o, { patience: -1 }),
      () => new ReduceLROnPlateau(o, { minLr: [1, 2] }),
      () => new WarmupStableDecayLR(o, 1, 1, 0),
      () => new WarmupStableDecayLR(o, 1, 1, 1, { decay: "exp" as never }),
      () => new InverseSqrtLR(o, 0),
      () => new ChainedScheduler([]),
    ];
    for (const make of bad) expect(make).toThrow(ConfigError);
    expect(o).toEqual(optimizer());
    expect(plain.paramGroups).toEqual([{ lr: 0.1 }]);
  });

  it("in compositions", () => {
    const o = optimizer();
    const step = new StepLR(o, 2);
    expect(() => new ChainedScheduler([step, new StepLR(optimizer(), 2)])).toThrow(/another optimizer/);
    expect(() => warmup(step, -1)).toThrow(ConfigError);
    expect(() => warmup(step, 2, { startFactor: 2 })).toThrow(ConfigError);
    step.step();
    expect(() => warmup(step, 2)).toThrow(/stands at epoch 1/);
    const warm = warmup(new LambdaLR(o, () => 1), 3);
    expect(() => warm.loadStateDict(step.stateDict())).toThrow(CheckpointError);
    expect(() => warm.loadStateDict({ ...warm.stateDict(), schedulers: [] })).toThrow(CheckpointError);
    expect(() => new SequentialLR(o, [new ReduceLROnPlateau(o)], []).jumpTo(1)).not.toThrow();
    expect(() => new ReduceLROnPlateau(o).jumpTo(2)).toThrow(ConfigError);
    expect(() => new CosineAnnealingLR(o, 2).loadStateDict(null as never)).toThrow(CheckpointError);
  });
});
