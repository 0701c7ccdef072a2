import { data, F, manualSeed, nn, optim, rand, tensor } from "innerloop";
import { describe, expect, it } from "vitest";
import { dataSetup } from "./data-fingerprint.ts";
import { describeLayers, describeLoss, describeSchedule, mergedSchedule, textOf } from "./describe.ts";
import { checkAllowed, checkDifferences, differences, isAllowed, type Setup, toldOf } from "./setup.ts";

const V2 = { version: 2 };
const paths = (saved: Setup, now: Setup): string[] => differences(saved, now).map(({ path }) => path);

describe("what differs", () => {
  it("leaves out what --set replaced and where the program lies: what came of it is compared", () => {
    const saved = { ...V2, "config.overrides": {}, "config.file": "a.ts", "config.experiment.trainer.epochs": 3 };
    const now = { ...V2, "config.overrides": { "trainer.epochs": 9 }, "config.file": "b.ts" };
    expect(paths(saved, { ...now, "config.experiment.trainer.epochs": 3 })).toEqual([]);
    // (a checkpoint from before version 2 has them one by one)
    expect(paths({ "config.overrides.trainer.epochs": 3 }, { ...now })).toEqual([]);
  });

  it("goes on with other limits, in the experiment's words too, and says it once", () => {
    const saved = { ...V2, epochs: 3, "config.experiment.trainer.epochs": 3, "config.program": "a" };
    const found = differences(saved, {
      ...V2,
      epochs: 9,
      "config.experiment.trainer.epochs": 9,
      "config.program": "b",
    });
    expect(found.map(({ kind }) => kind)).toEqual(["free", "free", "free"]);
    expect(() => checkDifferences(found, [])).not.toThrow();
    expect(toldOf(found).map(({ path }) => path)).toEqual(["epochs", "config.program"]);
  });

  it("does not hold against older checkpoints what they do not know", () => {
    const now = {
      ...V2,
      epochs: 3,
      "layers.0": "Tanh()",
      "data.train": "x",
      "scheduler.tMax": 3,
      "loss.text": "()=>1",
    };
    expect(paths({ epochs: 3 }, now)).toEqual([]);
    expect(paths({ ...V2, epochs: 3 }, now)).toEqual(["layers.0", "data.train", "scheduler.tMax", "loss.text"]);
  });

  it("is allowed by its name, by what is above it, and by the experiment's words", () => {
    expect(isAllowed("optimizer.lr", ["optimizer"])).toBe(true);
    expect(isAllowed("config.experiment.optimizer.lr", ["optimizer.lr"])).toBe(true);
    expect(isAllowed("config.experiment.trainer.clipGradNorm", ["clipGradNorm"])).toBe(true);
    expect(isAllowed("scheduler.0.tMax", ["scheduler.tMax"])).toBe(true); // behind a warmup
    expect(isAllowed("scheduler.tMax", ["scheduler."])).toBe(true);
    expect(isAllowed("scheduler", ["scheduler."])).toBe(false);
    expect(isAllowed("optimizer.lr", ["optim"])).toBe(false);
  });

  it("refuses to allow what there is not, and names both ways to allow", () => {
    const [saved, now] = [{ "optimizer.lr": 1 }, { "optimizer.lr": 2 }];
    expect(() => checkAllowed(["optimizer", "optimizer.lr", "data", "scheduler."], saved, now)).not.toThrow();
    expect(() => checkAllowed(["optimizer.lrr"], saved, now)).toThrow('Did you mean "optimizer.lr"?');
    expect(() => checkDifferences(differences(saved, now), [])).toThrow(
      '{ allow: ["optimizer.lr"] }, on the command line --allow optimizer.lr.',
    );
  });
});

describe("parts in words", () => {
  it("tells layers without weights apart", () => {
    const of = (activation: nn.Tanh | nn.ReLU): Setup =>
      describeLayers(new nn.Sequential(new nn.Linear(2, 3), activation));
    expect(paths({ ...V2, ...of(new nn.Tanh()) }, { ...V2, ...of(new nn.ReLU()) })).toEqual(["layers.1"]);
  });

  it("tells losses apart by their settings, and functions by their text without comments", () => {
    expect(textOf(F.mseLoss)).toBeNull();
    expect(textOf((a: number) => a /* one */ + 1)).toBe(textOf((a: number) => a + 1));
    expect(describeLoss((a: never, b: never) => F.mseLoss(a, b))).not.toEqual(
      describeLoss((a: never, b: never) => F.l1Loss(a, b)),
    );
    // (the name alone is what checkpoints from before version 2 have)
    expect(describeLoss(new nn.MSELoss())).toEqual({ loss: "MSELoss", "loss.text": String(new nn.MSELoss()) });
    expect(describeLoss(new nn.HuberLoss({ delta: 2 }))).toEqual(describeLoss(new nn.HuberLoss({ delta: 2 })));
  });

  it("holds what a schedule is set to, not where it stands", () => {
    const make = (stepSize: number): optim.lrScheduler.LRScheduler => {
      const optimizer = new optim.SGD(new nn.Linear(1, 1).parameters(), { lr: 0.1 });
      return optim.lrScheduler.warmup(new optim.lrScheduler.StepLR(optimizer, stepSize, { gamma: 0.5 }), 3);
    };
    const schedule = make(2);
    const before = describeSchedule(schedule);
    expect(before).toMatchObject({ scheduler: "WarmupLR", "scheduler.0": "StepLR", "scheduler.0.stepSize": 2 });
    for (let i = 0; i < 5; i++) schedule.step();
    expect(describeSchedule(schedule)).toEqual(before);
    expect(paths({ ...V2, ...before }, { ...V2, ...describeSchedule(make(4)) })).toEqual(["scheduler.0.stepSize"]);
    // what may differ is as it is now, the rest as it was saved
    const merged = mergedSchedule(schedule.stateDict() as never, make(4).stateDict() as never, (path) =>
      isAllowed(path, ["scheduler."]),
    ) as { lastEpoch: number; schedulers: { stepSize: number; lastEpoch: number }[] };
    expect(merged).toMatchObject({ lastEpoch: 5, schedulers: [{ stepSize: 4, lastEpoch: 2 }] });
  });
});

describe("the data's fingerprint", () => {
  it("sees one changed element, in loaders, subsets and arrays of batches, and nothing else", () => {
    manualSeed(1);
    const X = rand([50, 3]);
    const y = rand([50, 1]);
    const changed = tensor([...X.data].map((each, i) => (i === 100 ? each + 1e-3 : each))).reshape([50, 3]);
    const loader = (input: typeof X, batchSize = 8): unknown =>
      new data.DataLoader(new data.TensorDataset(input, y), { batchSize, shuffle: true });
    const of = (train: unknown, validation?: unknown): Setup => dataSetup(train, validation);
    expect(of(loader(X))).toEqual(of(loader(X.clone(), 4)));
    expect(of(loader(X))).not.toEqual(of(loader(changed)));
    const subset = (input: typeof X, at: number[]): unknown =>
      new data.DataLoader(new data.Subset(new data.TensorDataset(input, y), at));
    expect(of(subset(X, [1, 2]))).not.toEqual(of(subset(X, [1, 3])));
    expect(of(loader(X), [[X, y]])).not.toEqual(of(loader(X), [[changed, y]]));
    expect(of([[X, y]], undefined)).toHaveProperty(["data.train"]);
    expect(of((function* () {})(), undefined)).toEqual({});
  });
});
