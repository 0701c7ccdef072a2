import { data, F, nn, optim, rand, type Tensor, train } from "innerloop";
import { describe, expect, it } from "vitest";

const X = rand([8, 2]).keep();
const y = X.sum(1, { keepdim: true }).keep();
const model = new nn.Linear(2, 1);
const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
const trainer = (options: Record<string, unknown> = {}): train.Trainer =>
  new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 1, log: null, ...options } as never);
const notes = async (options: Record<string, unknown>): Promise<string[]> => {
  const said: string[] = [];
  const log = (line: string): void => void said.push(line);
  await trainer({ ...options, log }).fit([[X, y]]);
  return said;
};

describe("the Trainer refuses, before anything is trained,", () => {
  const other = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 0.1 });
  const rows: [says: string, options: Record<string, unknown>][] = [
    ["optimizer is null", { optimizer: null }],
    ["the optimizer is LBFGS", { optimizer: new optim.LBFGS(model.parameters()) }],
    ["the optimizer holds none of the model's parameters", { optimizer: other }],
    ["the schedule belongs to another optimizer", { scheduler: new optim.lrScheduler.StepLR(other, 2) }],
    ["scheduler is StepLR", { scheduler: "StepLR" }],
    ["model is undefined", { model: undefined }],
    ["metrics is mae", { metrics: "mae" }],
    ["metrics[0] is mae", { metrics: ["mae"] }],
    ["loggers[0] is an object (Object), expected an object with logScalars, flush", { loggers: [{}] }],
    ["a callback has onEpochend, expected hooks of", { callbacks: [{ onEpochend() {} }] }],
    ["onStepEnd is an async function", { callbacks: [{ onStepEnd: async () => {} }] }],
    ['epochs is "3"', { epochs: "3" }],
    ['clipGradNorm is "1"', { clipGradNorm: "1" }],
  ];
  it.each(rows)("%s", (says, options) => {
    expect(() => trainer(options)).toThrow(says);
    expect(() => trainer(options)).toThrow(expect.objectContaining({ name: "ConfigError" }));
  });

  it("what is no source of batches", async () => {
    await expect(trainer().fit(undefined as never)).rejects.toThrow("trainLoader is undefined");
    expect(() => trainer().predict("x" as never)).toThrow("inputs is x");
    expect(() => trainer().test(3 as never)).toThrow("loader is 3");
  });
});

describe("a step that cannot work says why:", () => {
  it("a batch that is no pair", async () => {
    const message = /a batch is a tensor \[8, 2\], expected \[input, target\], two tensors/;
    await expect(trainer().fit([X] as never)).rejects.toThrow(message);
    await expect(trainer().fit([[X]] as never)).rejects.toThrow("an array of 1 (a tensor)");
    const alone = new data.DataLoader(new data.TensorDataset(X), { batchSize: 4 });
    await expect(trainer().fit(alone as never)).rejects.toThrow("an array of 1 (a tensor)");
  });

  it("a loss that is no tensor", async () => {
    const loss = (a: Tensor, b: Tensor): number => F.mseLoss(a, b).item();
    await expect(trainer({ loss }).fit([[X, y]])).rejects.toThrow("the loss gave no tensor");
    const objective = (): undefined => undefined;
    await expect(trainer({ loss: undefined, objective }).fit([[X, y]])).rejects.toThrow("the objective gave no tensor");
  });

  it("but an error of the program's own stays what it is", async () => {
    const own = new TypeError("mine");
    const loss = (): never => {
      throw own;
    };
    await expect(trainer({ loss }).fit([[X, y]])).rejects.toBe(own);
  });
});

describe("the Trainer tells", () => {
  it("of parameters that are not trained, and of those that are not saved", async () => {
    const last = new nn.Linear(2, 1);
    const two = new nn.Sequential(new nn.Linear(2, 2), last);
    const part = new optim.SGD([...last.parameters(), ...model.parameters()], { lr: 0.1 });
    const said = await notes({ model: two, optimizer: part });
    expect(said).toContain(
      "not trained, because the optimizer does not hold them: 2 of 4 parameters (0.weight, 0.bias)",
    );
    expect(said).toContain("the optimizer holds 2 parameters that are not the model's: checkpoints do not have them");
    expect((await notes({})).filter((line) => /optimizer/.test(line))).toEqual([]);
  });

  it("of metrics that have nothing to look at", async () => {
    const said = await notes({ metrics: [new train.metrics.MAE()] });
    expect(said.join()).toContain("mae: nothing to compute without validation data");
  });

  it("programs how a run has ended", async () => {
    const lines: string[] = [];
    const display = new train.JsonDisplay((line) => void lines.push(line));
    const run = (options: object): Promise<unknown> => trainer({ display, log: undefined, ...options }).fit([[X, y]]);
    await run({});
    const stop: train.Callback = { onStepEnd: (by) => by.requestStop("SIGINT") };
    await run({ callbacks: [stop] });
    await expect(run({ loss: () => 1 })).rejects.toThrow();
    const ends = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === "end");
    expect(ends).toEqual([
      { event: "end", outcome: "finished", reason: "all epochs done" },
      { event: "end", outcome: "interrupted", reason: "SIGINT" },
      { event: "end", outcome: "failed" },
    ]);
  });
});

describe("diagnose", () => {
  it("refuses losses that are no numbers, and epochs out of order", () => {
    const of =
      (...epochs: unknown[]): (() => unknown) =>
      () =>
        train.diagnose({ epochs } as never);
    expect(of({ epoch: 0, trainLoss: undefined })).toThrow("epoch 0 has trainLoss undefined");
    expect(of({ epoch: 0, trainLoss: "0.5" })).toThrow('trainLoss "0.5"');
    expect(of({ epoch: 1, trainLoss: 1 }, { epoch: 0, trainLoss: 2 })).toThrow("epoch 0 stands behind epoch 1");
    expect(of({ epoch: 0, trainLoss: Number.NaN })).not.toThrow();
  });
});
