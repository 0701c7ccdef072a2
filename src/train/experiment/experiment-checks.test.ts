import { data, F, nn, rand, type Tensor, train } from "innerloop";
import { describe, expect, it } from "vitest";

// What is misspelt or does not fit in an experiment, in --set or in the Trainer's options is refused in words.

const X = rand([8, 2]).keep();
const y = X.sum(1, { keepdim: true }).keep();
const loader = (): data.DataLoader<readonly [Tensor, Tensor]> =>
  new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 4 });

type Parts = Record<string, unknown>;
const experiment = (parts: Parts = {}): train.Experiment =>
  train.defineExperiment({
    data: () => ({ train: loader() }),
    model: () => new nn.Linear(2, 1),
    loss: F.mseLoss,
    optimizer: { name: "SGD", lr: 0.1 },
    trainer: { epochs: 1, log: null },
    ...parts,
  });
const build = (parts: Parts): Promise<unknown> => train.buildExperiment(experiment(parts));
const withTrainer = (options: Parts): Parts => ({ trainer: { epochs: 1, log: null, ...options } });

describe("an experiment", () => {
  const rows: [says: string, parts: Parts][] = [
    ['no option "everyStep"', withTrainer({ checkpoint: { everyStep: 1 } })],
    ['Did you mean "action"?', withTrainer({ nonfinite: { actoin: "skip" } })],
    ['Did you mean "minDelta"?', withTrainer({ earlyStopping: { patience: 2, min_delta: 1 } })],
    ['display is "fancy"', withTrainer({ display: "fancy" })],
    ['no option "etaMn"', { scheduler: { name: "CosineAnnealingLR", tMax: 4, etaMn: 1 } }],
    ['Did you mean "warmupSteps"?', { scheduler: { name: "StepLR", stepSize: 2, warmupStep: 3 } }],
    ['did you mean "stepSize"?', { scheduler: { name: "StepLR", step_size: 2 } }],
    ['Did you mean "weightDecay"?', { optimizer: { name: "SGD", lr: 0.1, weight_decay: 1 } }],
    ['no field "validaton"', { data: () => ({ train: loader(), validaton: [[X, y]] }) }],
    ["columns has 1 names, expected 2", { data: () => ({ train: loader(), columns: ["a"] }) }],
    ["train is missing", { data: () => ({ validation: loader() }) }],
    ["the function returned undefined", { data: () => undefined }],
  ];
  it.each(rows)("says %s", async (says, parts) => {
    await expect(build(parts)).rejects.toThrow(says);
  });

  it("has schedules with an argument of the warmup's name, and every schedule's options", async () => {
    for (const scheduler of [
      { name: "InverseSqrtLR", warmupSteps: 3 },
      { name: "WarmupStableDecayLR", warmupSteps: 1, stableSteps: 2, decaySteps: 3, decay: "sqrt" },
      { name: "OneCycleLR", maxLr: 1, totalSteps: 20, pctStart: 0.2, cycleMomentum: false },
      { name: "ReduceLROnPlateau", patience: 3, warmupSteps: 2 },
    ]) {
      await expect(build({ scheduler })).resolves.toBeDefined();
    }
  });

  it("takes plain tasks with known fields, and instances of classes as they are", async () => {
    const parts = (task: object): Parts => ({ data: undefined, loss: undefined, task: () => task });
    const objective = (): Tensor => X.mean();
    await expect(build(parts({ source: [[X]], objective, evalute: () => ({}) }))).rejects.toThrow(
      'Did you mean "evaluate"?',
    );
    await expect(build(parts({ objective }))).rejects.toThrow("source is no source of batches");
    class Agent {
      readonly source = [[X]];
      readonly memory = 3;
      objective = objective;
    }
    await expect(build(parts(new Agent()))).resolves.toBeDefined();
  });
});

describe("--set", () => {
  const set = (overrides: Parts, parts: Parts = {}): train.Experiment =>
    train.override(experiment(parts), overrides as Record<string, never>);

  it("reaches options of the Trainer that the experiment does not set", () => {
    expect(set({ "trainer.checkpoint.everySteps": 5 }).trainer.checkpoint).toEqual({ everySteps: 5 });
    const stopping = withTrainer({ earlyStopping: 10, nonfinite: "skip" });
    expect(set({ "trainer.earlyStopping.minDelta": 0.1 }, stopping).trainer.earlyStopping).toEqual({
      patience: 10,
      minDelta: 0.1,
    });
    expect(set({ "trainer.nonfinite.limit": 2 }, stopping).trainer.nonfinite).toEqual({ action: "skip", limit: 2 });
    expect(set({ "trainer.earlyStopping": null }, stopping).trainer.earlyStopping).toBeNull();
  });

  it("switches a schedule off", async () => {
    const made = set({ scheduler: null }, { scheduler: { name: "StepLR", stepSize: 1 } });
    expect((await train.buildExperiment(made)).trainer.options.scheduler).toBeUndefined();
  });

  it("says where a field is missing, and what a program has made", () => {
    const scheduler = { scheduler: { name: "StepLR", stepSize: 1 }, config: { gamma: 1 } };
    expect(() => set({ "config.gama": 2 }, scheduler)).toThrow('there is no "gama" in config (config.gama)');
    expect(() => set({ "config.gamma.x": 2 }, scheduler)).toThrow(
      "config.gamma is 1, in which there is nothing to set",
    );
    expect(() => set({ "trainer.metrics": "mae" })).toThrow("trainer.metrics is made by the experiment's program");
    expect(() => set({ model: null })).toThrow("made by the experiment's program");
    expect(() => set({ optimizer: null })).toThrow("optimizer becomes null");
    expect(() => set({ "optimizer.lr": "fast" })).toThrow("expected a number");
  });
});
