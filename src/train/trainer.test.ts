import {
  data,
  engine,
  F,
  GradientError,
  manualSeed,
  nn,
  optim,
  Parameter,
  rand,
  type Tensor,
  tensor,
  train,
} from "innerloop";
import { describe, expect, it } from "vitest";

type Pair = readonly [Tensor, Tensor];

function job(batchSize = 8, rows = 32) {
  manualSeed(3);
  const X = rand([rows, 4]);
  const y = X.sum(1, { keepdim: true });
  const loader = new data.DataLoader(new data.TensorDataset(X, y), { batchSize, shuffle: true });
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05 });
  return { loader, model, optimizer, loss: F.mseLoss, log: null };
}

/** The same data cut into pieces, in order. */
function cut(X: Tensor, y: Tensor, sizes: readonly number[]): Pair[] {
  let at = 0;
  return sizes.map((size) => {
    const pair = [X.narrow(0, at, size), y.narrow(0, at, size)] as const;
    at += size;
    return pair;
  });
}

describe("accumulation", () => {
  it("gives the large batch's gradient, however it is cut (1e-12 in float64)", async () => {
    const weightsAfter = (sizes: readonly number[]): Promise<number[]> =>
      engine.withBackend("reference", () => {
        manualSeed(5);
        const X = rand([32, 4], { dtype: "float64" });
        const y = X.sum(1, { keepdim: true });
        const model = new nn.Sequential(
          new nn.Linear(4, 8, { dtype: "float64" }),
          new nn.Tanh(),
          new nn.Linear(8, 1, { dtype: "float64" }),
        );
        const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
        const accumulate = sizes.length;
        const before = [...model.parameters()].flatMap((each) => [...each.data]);
        let at = 0;
        const pieces = cut(X, y, sizes).map(([input, target]) => ({
          samples: sizes[at++] as number,
          objective: () => F.mseLoss(model.forward(input), target),
        }));
        const { loss } = train.trainStep(optimizer, accumulate === 1 ? (pieces[0]?.objective ?? pieces) : pieces);
        const after = [...model.parameters()].flatMap((each) => [...each.data]);
        return Promise.resolve([loss.item(), ...after.map((value, i) => value - (before[i] as number))]);
      });
    const whole = await weightsAfter([32]);
    for (const sizes of [
      [8, 8, 8, 8],
      [16, 16],
      [1, 30, 1],
      [5, 13, 7, 3, 4],
      [31, 1],
    ]) {
      const pieces = await weightsAfter(sizes);
      pieces.forEach((value, i) => {
        expect(Math.abs(value - (whole[i] as number)), `${sizes}`).toBeLessThan(1e-12);
      });
    }
  });

  it("takes what is left at the end of an epoch as a step of its own", async () => {
    const { loader, model, optimizer, loss } = job();
    const [X, y] = (loader.dataset as data.TensorDataset<Pair>).tensors;
    const losses: number[] = [];
    const callbacks = [{ onStepEnd: (_: train.Trainer, info: train.StepInfo) => void losses.push(info.samples) }];
    const trainer = new train.Trainer({ model, optimizer, loss, epochs: 1, accumulate: 2, callbacks, log: null });
    await trainer.fit(cut(X, y, [8, 8, 8, 4, 4]));
    expect(losses).toEqual([16, 12, 4]);
  });
});

describe("limits", () => {
  it("counts steps over epochs, cuts the last epoch short, and evaluates it", async () => {
    const { loader, ...rest } = job();
    const trainer = new train.Trainer({ ...rest, maxSteps: 6 });
    const history = await trainer.fit(loader, loader);
    expect(trainer.step).toBe(6);
    expect(history.epochs.map(({ step }) => step)).toEqual([4, 6]);
    expect(history.last?.valLoss).toBeGreaterThan(0);
    await trainer.fit(loader, loader); // as long again
    expect(trainer.step).toBe(12);
  });

  it("stops by the clock and by a callback", async () => {
    const { loader, ...rest } = job();
    const timed = new train.Trainer({ ...rest, maxSeconds: 0.05 });
    await timed.fit(loader);
    expect(timed.outcome?.kind).toBe("finished");
    const callbacks: train.Callback[] = [
      { onStepEnd: (self, { step }) => step === 3 && self.stop("enough") } as train.Callback,
    ];
    const stopped = new train.Trainer({ ...rest, epochs: 9, callbacks });
    await stopped.fit(loader);
    expect([stopped.step, stopped.outcome]).toEqual([3, { kind: "stopped", reason: "enough" }]);
  });

  it("lets the event loop turn", async () => {
    const { loader, ...rest } = job(1);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const trainer = new train.Trainer({ ...rest, maxSeconds: 0.25 });
    await trainer.fit(loader);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
  });
});

describe("evaluation", () => {
  it("validates every n steps, tracks the best, and feeds a plateau schedule", async () => {
    const { loader, optimizer, ...rest } = job();
    const seen: number[] = [];
    const scheduler: train.PlateauScheduler = {
      step: (figure) => void seen.push(figure),
      stateDict: () => null,
      loadStateDict: () => {},
    };
    const steps: number[] = [];
    const callbacks = [{ onEvaluation: (_: train.Trainer, { step }: train.Evaluation) => steps.push(step) }];
    const metrics = [new train.metrics.MAE()];
    const trainer = new train.Trainer({
      ...rest,
      optimizer,
      scheduler,
      callbacks,
      metrics,
      validateEverySteps: 3,
      maxSteps: 8,
    });
    const history = await trainer.fit(loader, loader);
    expect(steps).toEqual([3, 6, 8]);
    expect(seen.length).toBe(3);
    expect(history.last?.metrics?.mae).toBeGreaterThan(0);
    expect(trainer.test(loader).loss).toBeCloseTo(Math.min(...seen), 6); // the best weights are back
  });

  it("takes ReduceLROnPlateau, and stops early", async () => {
    const { loader, optimizer, ...rest } = job();
    for (const group of optimizer.paramGroups) group.lr = 0;
    const plateau = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 0 });
    const trainer = new train.Trainer({
      ...rest,
      optimizer,
      scheduler: plateau,
      epochs: 50,
      earlyStopping: { patience: 4, minDelta: 1e-6 },
    });
    await trainer.fit(loader, loader);
    expect(trainer.outcome?.kind).toBe("stopped");
    expect(trainer.epoch).toBe(5);
  });

  it("predicts every row, in eval mode, and leaves each module's mode alone", () => {
    const { loader, model, optimizer, loss } = job();
    const [X] = (loader.dataset as data.TensorDataset<Pair>).tensors;
    const trainer = new train.Trainer({ model, optimizer, loss, epochs: 1 });
    const [first] = [...model.children()];
    if (first !== undefined) first.training = false;
    const batches = cut(X, X, [10, 22]);
    expect(trainer.predict(batches).toArray()).toEqual(trainer.predict(X).toArray());
    expect([model.training, first?.training]).toEqual([true, false]);
  });
});

describe("callbacks", () => {
  it("are called in the documented order", async () => {
    const { loader, ...rest } = job(16);
    const order: string[] = [];
    const hooks = [
      "onFitStart",
      "onEpochStart",
      "onStepStart",
      "onGradients",
      "onStepEnd",
      "onEvaluation",
      "onEpochEnd",
      "onCheckpoint",
      "onFitEnd",
    ];
    const callback = Object.fromEntries(hooks.map((name) => [name, () => void order.push(name)])) as train.Callback;
    const trainer = new train.Trainer({ ...rest, epochs: 1, callbacks: [callback], run: new train.MemoryStore() });
    await trainer.fit(loader, loader);
    const step = ["onStepStart", "onGradients", "onStepEnd"];
    expect(order).toEqual([
      "onFitStart",
      "onCheckpoint",
      "onEpochStart",
      ...step,
      ...step,
      "onEvaluation",
      "onEpochEnd",
      "onCheckpoint",
      "onCheckpoint",
      "onFitEnd",
    ]);
  });

  it("need a name of their own when they have state", () => {
    const { loader: _, ...rest } = job();
    const stateful = { stateDict: () => null };
    expect(() => new train.Trainer({ ...rest, epochs: 1, callbacks: [stateful] })).toThrow(/no name/);
    const named = { name: "a", stateDict: () => null };
    expect(() => new train.Trainer({ ...rest, epochs: 1, callbacks: [named, { ...named }] })).toThrow(/two callbacks/);
  });
});

describe("bad options", () => {
  it.each([
    [{ epochs: 0 }, /epochs is 0/],
    [{}, /no epochs, maxSteps or maxSeconds/],
    [{ epochs: 1, epoch: 3 }, /Did you mean "epochs"/],
    [{ epochs: 1, clipGradNorm: -1 }, /clipGradNorm is -1/],
    [{ epochs: 1, accumulate: 1.5 }, /accumulate is 1.5/],
    [{ epochs: 1, nonfinite: "ignore" }, /nonfinite is "ignore"/],
    [{ epochs: 1, mode: "least" }, /mode is "least"/],
  ])("%j", (options, message) => {
    const { loader: _, ...rest } = job();
    expect(() => new train.Trainer({ ...rest, ...(options as object) } as train.TrainerOptions)).toThrow(message);
  });

  it("names the figures there are", async () => {
    const { loader, ...rest } = job();
    const trainer = new train.Trainer({ ...rest, epochs: 1, monitor: "accuracy" });
    await expect(trainer.fit(loader, loader)).rejects.toThrow(
      /no figure "accuracy", expected one of trainLoss, valLoss/,
    );
    const empty = new train.Trainer({ ...rest, epochs: 1 });
    await expect(empty.fit([])).rejects.toThrow(/gave no samples/);
  });
});

describe("resume with changes", () => {
  const started = async (store: train.MemoryStore): Promise<void> => {
    const { loader, ...rest } = job();
    const trainer = new train.Trainer({ ...rest, epochs: 2, run: store });
    await trainer.fit(loader);
  };

  it("goes on with more epochs and says so", async () => {
    const store = new train.MemoryStore();
    await started(store);
    const { loader, ...rest } = job();
    const lines: string[] = [];
    const trainer = new train.Trainer({ ...rest, epochs: 3, run: store, log: (line) => void lines.push(line) });
    const history = await trainer.resume(loader);
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(lines.join("\n")).toContain("changed since the checkpoint: epochs: 2 → 3");
  });

  it("refuses another rate, batch size or model, unless allowed by name", async () => {
    const store = new train.MemoryStore();
    await started(store);
    const faster = job();
    for (const group of faster.optimizer.paramGroups) group.lr = 0.2;
    const { loader, ...rest } = faster;
    const trainer = new train.Trainer({ ...rest, epochs: 3, run: store });
    await expect(trainer.resume(loader)).rejects.toThrow(/optimizer.lr: 0.05 → 0.2.*allow: \["optimizer.lr"\]/);
    await trainer.resume(loader, undefined, { allow: ["optimizer.lr"] });
    expect(trainer.lr).toBe(0.2);
    const { loader: smaller, ...others } = job(4);
    const other = new train.Trainer({ ...others, epochs: 4, run: store });
    await expect(other.resume(smaller)).rejects.toThrow(/trainLoader.batchSize: 8 → 4/);
    const wider = new nn.Sequential(new nn.Linear(4, 9), new nn.Tanh(), new nn.Linear(9, 1));
    const model = { ...others, model: wider, optimizer: new optim.SGD(wider.parameters(), { lr: 0.05 }) };
    const refused = new train.Trainer({ ...model, epochs: 4, run: store }).resume(smaller, undefined, {
      allow: ["model"],
    });
    await expect(refused).rejects.toThrow(/start a new run from the saved weights/);
  });
});

it("trains on rows of any tensor", async () => {
  const model = new nn.Linear(1, 1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const batches = [[tensor([[1], [2]]), tensor([[2], [4]])]] as Pair[];
  const trainer = new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 200, log: null });
  await trainer.fit(batches);
  expect(trainer.validate(batches)).toBeLessThan(1e-2);
});

describe("a checkpoint that cannot be written", () => {
  class Full extends train.MemoryStore {
    fails = 0;
    override async saveLatest(): Promise<void> {
      this.fails++;
      throw new Error("the disk is full");
    }
  }
  const fit = async (onFailure: "stop" | "warn"): Promise<{ lines: string[]; store: Full; steps: number }> => {
    manualSeed(1);
    const model = new nn.Linear(2, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const [lines, run] = [[] as string[], new Full()];
    const log = (line: string): void => void lines.push(line);
    const options = { model, optimizer, loss: F.mseLoss, epochs: 2, run, log, checkpoint: { onFailure } };
    const trainer = new train.Trainer(options);
    await trainer.fit([[rand([4, 2]), rand([4, 1])]]);
    return { lines, store: run, steps: trainer.step };
  };

  it("stops the run, or is said and the run goes on", async () => {
    await expect(fit("stop")).rejects.toThrow("the disk is full");
    const { lines, store, steps } = await fit("warn");
    expect(steps).toBe(2);
    expect(lines.filter((line) => line === "not saved: the disk is full")).toHaveLength(store.fails);
    expect(store.fails).toBe(4); // at the beginning, after each epoch, at the end
  });
});

it("refuses a gradient that is not finite also where the optimizer holds more than the model", async () => {
  const { loader, model } = job();
  const extra = new Parameter(tensor([0]));
  const optimizer = new optim.SGD([...model.parameters(), extra], { lr: 0.05 });
  // √(0·e) is 0, and so is what it adds to the loss; its derivative is not finite
  const loss = (prediction: Tensor, target: Tensor): Tensor =>
    F.mseLoss(prediction, target).add(extra.mul(0).sqrt().sum());
  const before = [...model.parameters()].map((each) => [...each.data]);
  const trainer = new train.Trainer({ model, optimizer, loss, epochs: 1, log: null });
  await expect(trainer.fit(loader)).rejects.toThrow(GradientError);
  expect([...model.parameters()].map((each) => [...each.data])).toEqual(before);
});
