import { describe, expect, it } from "vitest";
import { DataLoader, memoryRows, StreamingDataset, StreamLoader, TensorDataset } from "../data/index.ts";
import { engine, manualSeed } from "../index.ts";
import { BatchNorm1d, Dropout, functional as F, Linear, Sequential } from "../nn/index.ts";
import { tensor } from "../ops/index.ts";
import { SGD } from "../optim/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { lrFind, metrics, preflight, Trainer } from "./index.ts";

const n = 40;
const x = Array.from({ length: n }, (_, i) => Math.sin(i));
const columns = { x, y: x.map((value) => 2 * value + 1) };

function made(source = memoryRows(columns, { chunkRows: 7 })) {
  const model = new Sequential(new Linear(1, 4), new Dropout(0.5), new Linear(4, 1));
  const optimizer = new SGD(model.parameters(), { lr: 0.01 });
  const trainer = new Trainer({
    model,
    optimizer,
    loss: F.mseLoss,
    epochs: 1,
    log: null,
    metrics: [new metrics.MAE()],
  });
  const dataset = new StreamingDataset(source, [["x"], ["y"]]);
  const stream = new StreamLoader(dataset, { batchSize: 6, shuffleRows: 12 });
  const X = tensor(columns.x.map((value) => [value])).keep();
  const y = tensor(columns.y.map((value) => [value])).keep();
  const loader = new DataLoader(new TensorDataset(X, y), { batchSize: 6 });
  return { model, trainer, stream, loader, dataset };
}

/** Batches that come by and by, without a place to seek. */
const later = (loader: Iterable<readonly [Tensor, Tensor]>): AsyncIterable<readonly [Tensor, Tensor]> => ({
  async *[Symbol.asyncIterator]() {
    for (const batch of loader) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      yield batch;
    }
  },
});

describe("batches that come by and by", () => {
  it("are validated, tested and predicted as those in memory are", async () => {
    const { trainer, stream, loader } = made();
    const loss = trainer.validate(loader);
    const predicted = trainer.predict(loader);
    for (const source of [stream, later(loader)]) {
      expect(await trainer.validate(source)).toBe(loss);
      expect(await trainer.test(source)).toEqual(trainer.test(loader));
      expect((await trainer.predict(source)).toArray()).toEqual(predicted.toArray());
    }
    expect(trainer.model.training).toBe(true);
  });

  it("are predicted one by one with the batch beside, and freed as the loop goes on", async () => {
    const { trainer, stream, loader, model } = made();
    const all = trainer.predict(loader);
    for (const source of [stream, loader, [...loader].slice(0, 0)]) {
      const seen: number[] = [];
      const live: number[] = [];
      const run = async (): Promise<void> => {
        for await (const { output, batch } of trainer.predictBatches(source)) {
          expect(model.training).toBe(true); // outside the forward pass nothing is changed
          expect(batch[1].shape).toEqual(output.shape);
          seen.push(...output.flatten().data);
          live.push(engine.memory().liveBytes);
        }
      };
      if (Array.isArray(source)) {
        await expect(run()).rejects.toThrow("no batch");
        continue;
      }
      await run();
      expect(seen).toEqual([...all.data]);
      // (a stream's windows come and go beside)
      if (source === loader) expect(new Set(live.slice(1, -1)).size).toBe(1);
    }
  });

  it("leave nothing open when the loop is left", async () => {
    const { trainer, stream } = made();
    const before = engine.memory().liveBytes;
    let kept: Tensor | undefined;
    for await (const { output } of trainer.predictBatches(stream)) {
      kept = output.mul(1).keep();
      break;
    }
    expect(kept?.data).toHaveLength(6);
    kept?.release();
    expect(engine.memory().liveBytes).toBe(before);
  });

  it("are searched for a rate, and checked before a run", async () => {
    for (const of of ["stream", "later"] as const) {
      const { trainer, stream, loader, model } = made();
      const source = of === "stream" ? stream : later(loader);
      const weights = model.stateDict().get("0.weight")?.toArray();
      const { points } = await lrFind(trainer, source, { steps: 12 });
      expect(points.length).toBeGreaterThan(5);
      const { findings } = await preflight(trainer, source, source, { seconds: 0.05 });
      expect(findings.find(({ check }) => check === "finite")?.status).toBe("ok");
      expect(findings.find(({ check }) => check === "duplicates")?.status).toBe(of === "stream" ? "warn" : "skip");
      expect(model.stateDict().get("0.weight")?.toArray()).toEqual(weights);
    }
  });

  it("tell of a last batch of one sample", async () => {
    const { dataset } = made();
    const model = new Sequential(new Linear(1, 2), new BatchNorm1d(2), new Linear(2, 1));
    const optimizer = new SGD(model.parameters(), { lr: 0.01 });
    const trainer = new Trainer({ model, optimizer, loss: F.mseLoss, epochs: 1, log: null });
    const { findings } = await preflight(trainer, new StreamLoader(dataset, { batchSize: 13 }), undefined, {
      seconds: 0.05,
    });
    expect(findings.find(({ check }) => check === "lastBatch")?.status).toBe("fail");
  });

  it("train as those in memory do", async () => {
    const figures = [];
    for (const of of ["loader", "later"] as const) {
      manualSeed(5);
      const { trainer, loader } = made();
      manualSeed(6);
      const history = await trainer.fit(of === "loader" ? loader : later(loader), later(loader));
      figures.push(history.epochs.map(({ trainLoss, valLoss }) => [trainLoss, valLoss]));
    }
    expect(figures[1]).toEqual(figures[0]);
  });

  it("say what failed", async () => {
    const { trainer } = made();
    const broken: AsyncIterable<readonly [Tensor, Tensor]> = {
      // biome-ignore lint/correctness/useYield: it fails before
      async *[Symbol.asyncIterator]() {
        throw new Error("the line is dead");
      },
    };
    await expect(trainer.test(broken)).rejects.toThrow("the line is dead");
    await expect(trainer.fit(broken)).rejects.toThrow("the line is dead");
  });
});
