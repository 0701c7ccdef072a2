import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { data, F, Generator, manualSeed, nn, noGrad, optim, rand, type Tensor, tensor, train } from "innerloop";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "post-mortem-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** log of the inputs' sum: not finite for one row of the data, in the middle of the model. */
class LogNet extends nn.Module {
  first = new nn.Linear(3, 4);
  drop = new nn.Dropout(0.2, { generator: new Generator(2) });
  last = new nn.Linear(4, 1);
  where: "forward" | "backward" | "none" = "forward";
  forward(x: Tensor): Tensor {
    const row = x.sum(1, { keepdim: true });
    // sqrt is finite at 0, its derivative is not
    const odd =
      this.where === "forward" ? row.log() : this.where === "backward" ? row.mul(this.last.bias as Tensor).sqrt() : row;
    return this.last.forward(this.drop.forward(this.first.forward(x).relu())).add(odd);
  }
}

const BAD = 13;

function job(where: LogNet["where"]) {
  manualSeed(4);
  const X = noGrad(() => {
    const all = rand([20, 3]).add(0.1);
    all.narrow(0, BAD, 1).fill_(where === "forward" ? -1 : 0);
    return all;
  });
  const loader = new data.DataLoader(new data.TensorDataset(X, rand([20, 1])), { batchSize: 6, shuffle: true });
  const model = new LogNet();
  model.where = where;
  noGrad(() => (model.last.bias as Tensor).fill_(0.5));
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  return { loader, model, optimizer, loss: F.mseLoss, log: null };
}

const stateOf = (model: LogNet): unknown => [...model.stateDict()].map(([name, value]) => [name, [...value.data]]);

describe.each([
  ["forward", "log", "loss"],
  ["backward", "sqrt", "gradient"],
] as const)("a step that is not finite on the way %s", (where, op, what) => {
  it("stops the run, names op and sample, and can be replayed", async () => {
    const { loader, model, ...rest } = job(where);
    const path = join(folder, `${where}.safetensors`);
    let before: unknown;
    const callbacks = [
      {
        onStepStart: () => {
          before = stateOf(model);
        },
      },
    ];
    const trainer = new train.Trainer({ ...rest, model, epochs: 1, callbacks, postMortemPath: path });
    const error = await trainer.fit(loader).then(
      () => null,
      (reason: unknown) => reason as train.NonfiniteError,
    );
    expect(error).toBeInstanceOf(train.NonfiniteError);
    const facts = (error as train.NonfiniteError).facts;
    expect(facts.what).toBe(what);
    expect(facts.anomaly).toMatchObject({ phase: where, op });
    expect(facts.anomaly.samples.map((i) => facts.indices?.[i])).toEqual([BAD]);
    expect((error as Error).message).toContain(`samples of the dataset: ${BAD}`);
    expect(stateOf(model)).toEqual(before); // nothing was applied
    const fresh = job(where);
    const replay = await train.replayPostMortem(path, fresh);
    expect(replay.same).toBe(true);
    expect(replay.anomaly).toEqual(facts.anomaly);
  });
});

it("names the sample of the piece, not of the whole step, under accumulation", async () => {
  const { loader, ...rest } = job("forward");
  const path = join(folder, "pieces.safetensors");
  const trainer = new train.Trainer({ ...rest, epochs: 1, accumulate: 2, log: null, postMortemPath: path });
  const error = (await trainer.fit(loader).catch((reason: unknown) => reason)) as train.NonfiniteError;
  expect(error).toBeInstanceOf(train.NonfiniteError);
  const { anomaly, indices } = error.facts;
  expect(anomaly.samples.map((i) => indices?.[i])).toEqual([BAD]);
  expect((await train.replayPostMortem(path, job("forward"))).anomaly).toEqual(anomaly);
});

it("names weights that are not finite, and data", async () => {
  const { loader, model, optimizer, loss } = job("none");
  const [batch] = [...new data.DataLoader(loader.dataset, { batchSize: 4 })]
    .slice(0, 1)
    .map((each) => each.map((t) => t.clone()));
  void batch;
  const X = rand([4, 3]);
  const y = rand([4, 1]);
  expect(train.findAnomaly({ model, optimizer, loss }, [X, y]).phase).toBe("none");
  noGrad(() => model.first.weight.narrow(0, 1, 1).fill_(Number.NaN));
  expect(train.findAnomaly({ model, optimizer, loss }, [X, y])).toMatchObject({
    phase: "weights",
    parameter: "first.weight",
  });
  noGrad(() => X.narrow(0, 2, 1).fill_(Infinity));
  expect(train.findAnomaly({ model, optimizer, loss }, [X, y])).toMatchObject({ phase: "input", samples: [2] });
});

describe("other policies", () => {
  it("skip leaves the batch out, up to a limit", async () => {
    const { loader, ...rest } = job("forward");
    const notes: string[] = [];
    const log = (line: string): void => void notes.push(line);
    const trainer = new train.Trainer({ ...rest, epochs: 2, nonfinite: "skip", log });
    const history = await trainer.fit(loader);
    expect(notes.filter((line) => line.includes("left out the batch")).length).toBe(2);
    expect(history.epochs.every(({ trainLoss }) => Number.isFinite(trainLoss))).toBe(true);
    const { loader: again, ...others } = job("forward");
    const strict = new train.Trainer({ ...others, epochs: 5, nonfinite: { action: "skip", limit: 1 } });
    await expect(strict.fit(again)).rejects.toThrow(train.NonfiniteError);
  });

  it("skip leaves no trace: weights, running means and optimizer are as if the batch had not been there", async () => {
    const batch = (): train.SupervisedBatch => [rand([4, 3]), rand([4, 1])];
    const [first, second, third] = [batch(), batch(), batch()];
    const bad = [
      tensor([
        [1, 2, Infinity],
        [1, 1, 1],
      ]),
      rand([2, 1]),
    ] as const;
    const end = async (batches: readonly train.SupervisedBatch[]): Promise<unknown> => {
      manualSeed(1);
      const model = new nn.Sequential(new nn.BatchNorm1d(3), new nn.Linear(3, 1));
      const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
      const options = { model, optimizer, loss: F.mseLoss, epochs: 1, log: null, restoreBest: false };
      await new train.Trainer({ ...options, nonfinite: "skip" }).fit(batches);
      return [...model.stateDict()].map(([name, value]) => [name, [...value.data]]);
    };
    expect(await end([first, bad, second, third])).toEqual(await end([first, second, third]));
  });

  it("rollback goes back to the last checkpoint with a lower rate", async () => {
    const { loader, model, optimizer, loss } = job("none");
    let steps = 0;
    // Diverges once: a hook spoils the third step's gradient the first two times.
    const spoil: train.Callback = {
      onGradients: () => {
        if (++steps === 6 || steps === 8) model.last.weight.gradient?.fill_(Infinity);
      },
    };
    const trainer = new train.Trainer({
      model,
      optimizer,
      loss,
      epochs: 3,
      nonfinite: "rollback",
      callbacks: [spoil],
      log: null,
    });
    const history = await trainer.fit(loader);
    expect(history.epochs.length).toBe(3);
    expect(trainer.step).toBe(12);
    expect(trainer.lr).toBeCloseTo(1e-5, 12);
  });
});
