import { data, defaultGenerator, F, manualSeed, nn, optim, rand, randint, type Tensor, train } from "innerloop";
import { describe, expect, it } from "vitest";

function job(options: Partial<train.CommonOptions & Pick<train.SupervisedTask, "model" | "loss">> = {}, rows = 40) {
  manualSeed(8);
  const X = rand([rows, 4]);
  const y = X.sum(1, { keepdim: true }).sub(2);
  const loader = new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 8, shuffle: true });
  const model =
    options.model ?? new nn.Sequential(new nn.Linear(4, 16), new nn.Dropout(0.1), new nn.Tanh(), new nn.Linear(16, 1));
  const optimizer = options.optimizer ?? new optim.Adam(model.parameters(), { lr: 1e-2 });
  const trainer = new train.Trainer({ loss: F.mseLoss, epochs: 5, log: null, ...options, model, optimizer });
  return { X, y, loader, model, optimizer, trainer };
}

function everything({
  model,
  optimizer,
  loader,
}: Pick<ReturnType<typeof job>, "model" | "optimizer" | "loader">): string {
  const { state, paramGroups } = optimizer.stateDict();
  return JSON.stringify([
    [...model.stateDict()].map(([name, value]) => [name, [...value.data]]),
    [...state].map(([name, { step, tensors }]) => [
      name,
      step,
      [...tensors].map(([key, value]) => [key, [...value.data]]),
    ]),
    paramGroups,
    optimizer.stepCount,
    [...train.collectGenerators({ model }, { loader })].map(([name, each]) => [name, [...each.getState()]]),
    [...model.modules()].map(({ training }) => training),
  ]);
}

async function statusOf(
  check: string,
  options: Partial<train.CommonOptions & Pick<train.SupervisedTask, "model" | "loss">>,
  val?: (X: Tensor, y: Tensor) => readonly [Tensor, Tensor],
) {
  const { trainer, loader, X, y } = job(options);
  const pair = val?.(X, y);
  const { findings } = await train.preflight(trainer, loader, pair === undefined ? undefined : [pair], {
    seconds: 0.3,
  });
  return findings.find((each) => each.check === check);
}

describe("preflight", () => {
  it("is content with a sane job, and restores everything", async () => {
    const made = job();
    await made.trainer.fit(made.loader); // so that the optimizer has a state
    made.model.eval();
    const before = everything(made);
    const { ok, findings } = await train.preflight(made.trainer, made.loader, [[rand([4, 4]), rand([4, 1])]], {
      seconds: 0.5,
    });
    // (a trained model is better than a guess)
    expect(
      findings.filter(({ status, check }) => status !== "ok" && status !== "skip" && check !== "initialLoss"),
    ).toEqual([]);
    expect(ok).toBe(true);
    const draw = rand([4, 4]);
    void draw;
    defaultGenerator.setState(new Uint8Array(JSON.parse(before)[4][0][1] as number[])); // (this test's own draws)
    expect(everything(made)).toBe(before);
  });

  it("knows the expected initial loss", async () => {
    const net = new nn.Linear(4, 3);
    noGradFill(net.weight, 40);
    manualSeed(1);
    const loader = new data.DataLoader(new data.TensorDataset(rand([30, 4]), randint(0, 3, [30])), { batchSize: 10 });
    const sgd = new optim.SGD(net.parameters(), { lr: 0.1 });
    const trainer = new train.Trainer({ model: net, optimizer: sgd, loss: F.crossEntropy, epochs: 1, log: null });
    const { findings } = await train.preflight(trainer, loader, undefined, { seconds: 0.1 });
    const found = findings.find(({ check }) => check === "initialLoss");
    expect(found?.message).toContain("ln 3");
  });

  it("finds parameters without gradient, and those the optimizer does not hold", async () => {
    class Loose extends nn.Module {
      used = new nn.Linear(4, 1);
      unused = new nn.Linear(4, 1);
      forward(x: Tensor): Tensor {
        return this.used.forward(x);
      }
    }
    const found = await statusOf("gradients", { model: new Loose() });
    expect(found).toMatchObject({ status: "fail", message: "no gradient: unused.weight, unused.bias" });
    const model = new nn.Linear(4, 1);
    const optimizer = new optim.SGD([model.weight], { lr: 0.1 });
    expect((await statusOf("gradients", { model, optimizer }))?.message).toBe("not in the optimizer: bias");
  });

  it("finds a model that cannot learn one batch by heart", async () => {
    const model = new nn.Linear(4, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e-9 });
    expect((await statusOf("overfitOneBatch", { model, optimizer }))?.status).toBe("fail");
  });

  it("finds rows in both parts, batches of one with BatchNorm, and schedules of another length", async () => {
    const both = await statusOf("duplicates", {}, (X, y) => [X.narrow(0, 3, 5), y.narrow(0, 3, 5)]);
    expect(both).toMatchObject({ status: "warn" });
    expect(both?.message).toContain("5 of 5 validation rows");
    const model = new nn.Linear(4, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
    const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, 500);
    expect(await statusOf("schedule", { model, optimizer, scheduler })).toMatchObject({ status: "warn" });
    class BatchNormLike extends nn.Module {
      inner = new nn.Linear(4, 1);
      forward(x: Tensor): Tensor {
        return this.inner.forward(x);
      }
    }
    const { trainer, loader } = job({ model: new BatchNormLike() }, 41);
    const { findings, ok } = await train.preflight(trainer, loader, undefined, { seconds: 0.1 });
    expect(findings.find(({ check }) => check === "lastBatch")?.status).toBe("fail");
    expect(ok).toBe(false);
  });
});

describe("lrFind", () => {
  it("suggests a rate that trains, and restores everything", async () => {
    const made = job();
    const before = everything(made);
    const { points, suggested, lowest } = await train.lrFind(made.trainer, made.loader, { steps: 60 });
    expect(everything(made)).toBe(before);
    expect(points.length).toBeGreaterThan(20);
    expect(suggested).toBeGreaterThan(1e-4);
    expect(suggested).toBeLessThan(1);
    expect(lowest).toBeGreaterThanOrEqual(suggested as number);
    for (const group of made.optimizer.paramGroups) group.lr = suggested as number;
    const history = await made.trainer.fit(made.loader);
    expect(history.last?.trainLoss).toBeLessThan(history.epochs[0]?.trainLoss ?? 0);
  });

  it("refuses a range that is none", async () => {
    const { trainer, loader } = job();
    await expect(train.lrFind(trainer, loader, { minLr: 1, maxLr: 0.1 })).rejects.toThrow(/0 < minLr < maxLr/);
  });
});

function noGradFill(tensor: Tensor, value: number): void {
  for (const row of [tensor]) row.detach().fill_(value);
}
