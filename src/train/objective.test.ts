import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Generator as Draws, F, manualSeed, nn, noGrad, optim, type Tensor, tensor, train } from "innerloop";
import { describe, expect, it } from "vitest";

// A toy agent: a buffer that is filled while it is sampled from, a target network, a figure of merit that is no loss.
// What a DQN needs of the loop, in small.

interface Batch {
  x: Tensor;
  bootstrap: Tensor;
}

const CAPACITY = 40;

interface Saved {
  buffer: Pick<Experience, "values" | "flags">;
  target: Tensor;
  exact: Float64Array;
  size: number;
  given: number;
}

class Experience implements train.Source<Batch> {
  readonly generator = new Draws(7);
  values = new Float32Array(CAPACITY * 2);
  flags = new Uint8Array(CAPACITY);
  exact = new Float64Array([0.1]);
  target: Tensor;
  size = 0;
  given = 0;

  constructor(target: Tensor) {
    this.target = target;
  }

  *[Symbol.iterator](): Iterator<Batch> {
    while (this.given < 5) {
      const fresh = this.generator.uniform(new Float32Array(4)) as Float32Array;
      const at = this.size++ % CAPACITY;
      this.values.set(fresh.subarray(0, 2), at * 2);
      this.flags[at] = (fresh[2] as number) > 0.5 ? 1 : 0;
      this.exact[0] = (this.exact[0] as number) / 3 + (fresh[3] as number);
      this.given++;
      const rows = Math.min(this.size, CAPACITY);
      const x = tensor([...this.values.subarray(0, rows * 2)]).reshape([rows, 2]);
      yield { x, bootstrap: noGrad(() => x.matmul(this.target)) };
    }
    this.given = 0;
  }

  stateDict(): train.StateTree {
    const { values, flags, exact, target, size, given } = this;
    return { buffer: { values, flags }, exact, target, size, given };
  }

  loadStateDict({ buffer, target, ...rest }: Saved): void {
    Object.assign(this, { ...buffer, ...rest });
    noGrad(() => this.target.copy_(target));
  }
}

interface Job {
  trainer: train.Trainer<Batch>;
  source: Experience;
  fingerprint: () => string;
}

function job(run: train.RunStore | string | null, hook: (trainer: train.Trainer) => void, log: string[] = []): Job {
  manualSeed(3);
  const model = new nn.Linear(2, 1);
  const source = new Experience(tensor([[0.5], [-0.5]]).keep());
  const trace = { norms: new Float32Array(64), count: 0 };
  let returned = 0;
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  const trainer = new train.Trainer<Batch>({
    model,
    optimizer,
    objective: ({ x, bootstrap }) => F.smoothL1Loss(model.forward(x), bootstrap.mul(0.9).add(x.narrow(1, 0, 1))),
    evaluate: async () => ({ return: Math.sin(++returned) }),
    figures: () => ({ stored: source.size }),
    monitor: "return",
    mode: "max",
    epochs: 4,
    run,
    checkpoint: { everyMinutes: null },
    logEverySteps: 1,
    log: (line) => void log.push(line),
    callbacks: [
      {
        name: "trace",
        onStepEnd: (self, { step, gradNorm }) => {
          trace.norms[trace.count++] = gradNorm;
          if (step % 3 === 0) noGrad(() => source.target.copy_(source.target.mul(0.5).add(model.weight.t().mul(0.5))));
          hook(self);
        },
        stateDict: () => ({ ...trace, returned }),
        loadStateDict: (state) => {
          const { returned: before, ...rest } = state as unknown as typeof trace & { returned: number };
          Object.assign(trace, rest);
          returned = before;
        },
      },
    ],
  });
  const fingerprint = (): string =>
    JSON.stringify({
      weights: [...model.stateDict()].map(([name, value]) => [name, [...value.data]]),
      best: [...(trainer.bestState ?? [])].map(([name, value]) => [name, [...value.data]]),
      target: [...source.target.data],
      source: [[...source.values], [...source.flags], [...source.exact], source.size, source.given],
      generator: [...source.generator.getState()],
      trace: [...trace.norms],
      history: trainer.history.epochs,
      lines: run instanceof train.MemoryStore ? run.lines : null,
    });
  return { trainer, source, fingerprint };
}

describe("a run with an objective of its own", () => {
  it("goes on bit for bit from an interruption or a crash at any step, arrays and tensors of its source included", async () => {
    const whole = job(new train.MemoryStore(), () => {});
    await whole.trainer.fit(whole.source);
    expect(whole.trainer.step).toBe(20);
    for (let at = 1; at < 20; at += 2) {
      for (const crash of [false, true]) {
        const store = new train.MemoryStore();
        const first = job(store, (trainer) => {
          if (trainer.step !== at) return;
          if (crash) throw new Error("killed");
          trainer.requestStop("test");
        });
        await first.trainer.fit(first.source).catch((error: Error) => expect(error.message).toBe("killed"));
        const second = job(store, () => {});
        await second.trainer.resume(second.source);
        expect(second.fingerprint() === whole.fingerprint(), `step ${at}, crash ${crash}`).toBe(true);
      }
    }
  });

  it("keeps the arrays in the file's tensors, and comes back from the disk", async () => {
    const folder = mkdtempSync(join(tmpdir(), "objective-"));
    try {
      const path = join(folder, "run");
      const whole = job(join(folder, "whole"), () => {});
      await whole.trainer.fit(whole.source);
      const first = job(path, (trainer) => trainer.step === 8 && trainer.requestStop("test"));
      await first.trainer.fit(first.source);
      const { tensors } = await train.RunFolder.open(path).then(async (run) => {
        const found = await run.loadLatest();
        await run.close();
        return found?.checkpoint as train.RunCheckpoint;
      });
      expect(tensors.get("progress.current.source.loader.buffer.values")?.shape).toEqual([CAPACITY * 2]);
      expect(tensors.get("progress.current.source.loader.buffer.flags")?.shape).toEqual([CAPACITY / 4]);
      expect(tensors.get("callbacks.trace.norms")?.dtype).toBe("float32");
      const second = job(path, () => {});
      await second.trainer.resume(second.source);
      expect(second.fingerprint()).toBe(whole.fingerprint());
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("judges by evaluate, and shows and logs its figures", async () => {
    const store = new train.MemoryStore();
    const log: string[] = [];
    const { trainer, source } = job(store, () => {}, log);
    const history = await trainer.fit(source);
    // sin(1) … sin(4): the second is the largest
    expect(history.best?.epoch).toBe(1);
    expect(history.best?.metrics).toEqual({ return: Math.sin(2) });
    expect(history.epochs.map(({ figures }) => figures?.stored)).toEqual([5, 10, 15, 20]);
    expect(store.lines.find((line) => line.kind === "step" && line.step === 7)?.stored).toBe(7);
    expect(log[0]).toMatch(/train loss {8}lr {2}grad norm {5}return {5}stored$/);
    expect(log[2]?.replace(/ {2}★ best$/, "")).toHaveLength(log[0]?.length as number);
    expect(log.filter((line) => line.startsWith("epoch"))).toHaveLength(1);
    // The curve of a loss against its own estimates is not judged, also not from the log.
    expect(history.movingTarget).toBe(true);
    expect(store.lines.find((line) => line.kind === "epoch")).toMatchObject({
      initialLoss: history.initialLoss,
      movingTarget: true,
    });
    const epochs = [1, 1, 2, 9, 9].map((trainLoss, epoch) => ({ epoch, trainLoss, valLoss: null }));
    expect(train.diagnose({ epochs })[0]?.kind).toBe("divergence");
    expect(train.diagnose({ epochs, movingTarget: true })[0]?.kind).toBe("healthy");
  });

  it("goes on in the same process after an interruption without a run", async () => {
    const whole = job(null, () => {});
    await whole.trainer.fit(whole.source);
    let asked = false;
    const { trainer, source, fingerprint } = job(null, (self) => {
      if (self.step === 8 && !asked) self.requestStop("test");
      asked ||= self.step === 8;
    });
    await trainer.fit(source);
    expect(trainer.outcome?.kind).toBe("interrupted");
    await trainer.fit(source);
    expect(fingerprint()).toBe(whole.fingerprint());
  });

  it("leaves a post-mortem that names the op, the samples' tensor and the parameter", async () => {
    const model = new nn.Linear(2, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
    const objective = ({ x }: { x: Tensor }): Tensor => model.forward(x).log().mean();
    const trainer = new train.Trainer({ model, optimizer, objective, epochs: 1, log: null });
    const batches = [{ x: tensor([[-1e3, -1e3]]), bootstrap: null }];
    noGrad(() => model.weight.fill_(1));
    const error = await trainer.fit(batches).catch((caught: train.NonfiniteError) => caught);
    expect(error).toBeInstanceOf(train.NonfiniteError);
    expect((error as train.NonfiniteError).facts.anomaly).toMatchObject({
      phase: "forward",
      op: "log",
      parameter: "weight",
    });
    const broken = await trainer.fit([{ x: tensor([[NaN, 1]]) }]).catch((caught: train.NonfiniteError) => caught);
    expect((broken as train.NonfiniteError).facts.anomaly.phase).toBe("input");
  });

  it("is looked over by preflight and lr-find, which leave its source as it was", async () => {
    const { trainer, source, fingerprint } = job(null, () => {});
    const before = fingerprint();
    const { findings } = await train.preflight(trainer, source);
    const status = Object.fromEntries(findings.map((each) => [each.check, each.status]));
    expect(status).toMatchObject({ finite: "ok", initialLoss: "ok", gradients: "ok", overfitOneBatch: "skip" });
    const { points } = await train.lrFind(trainer, source, { steps: 12, minLr: 1e-4, maxLr: 1e-2 });
    expect(points).toHaveLength(12);
    expect(fingerprint()).toBe(before);
  });

  it("refuses what does not fit together, and says what would", async () => {
    const model = new nn.Linear(2, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
    const objective = (): Tensor => model.weight.sum();
    const base = { model, optimizer, epochs: 1, log: null };
    const make = (options: object) => () =>
      new train.Trainer({ ...base, ...(options as { objective: typeof objective }) });
    expect(make({})).toThrow("neither loss nor objective");
    expect(make({ loss: F.mseLoss, objective })).toThrow("both loss and objective");
    expect(make({ objective, metrics: [new train.metrics.MAE()] })).toThrow("Return the figures from evaluate");
    const evaluate = () => ({ return: 1 });
    const judged = new train.Trainer({ ...base, objective, evaluate });
    await expect(judged.fit([[]] as never)).rejects.toThrow("expected one of return");
    await expect(judged.fit([], [])).rejects.toThrow("a validation loader, and the option evaluate");
  });
});

describe("an experiment with a task", () => {
  const experiment = train.defineExperiment({
    config: { rows: 4 },
    model: () => new nn.Linear(2, 1),
    task: (model, { config }) => ({
      source: [tensor([[1, 2]]), tensor([[3, 4]])].slice(0, config.rows),
      objective: (x: Tensor) => model.forward(x).pow(2).mean(),
      evaluate: () => ({ score: -Math.abs((model as nn.Linear).bias?.data[0] ?? 0) }),
    }),
    trainer: { epochs: 2, monitor: "score", mode: "max", log: null },
  });

  it("is built and trained like any other", async () => {
    const { trainer, data, task } = await train.buildExperiment(experiment);
    const history = await trainer.fit(data.train);
    expect(history.epochs).toHaveLength(2);
    expect(history.last?.metrics?.score).toBeLessThanOrEqual(0);
    expect(task?.evaluate).toBeDefined();
  });

  it("has either data and loss, or a task", () => {
    const both = { ...experiment, loss: F.mseLoss };
    expect(() => train.defineExperiment(both as never)).toThrow("both loss and task");
    const { task: _, ...none } = experiment;
    expect(() => train.defineExperiment(none as never)).toThrow("data is missing");
  });
});
