import { data, engine, F, manualSeed, nn, optim, ReleasedTensorError, type Tensor, train } from "innerloop";
import { expect, it } from "vitest";

const ROWS = 400;
const ids = Float64Array.from({ length: ROWS }, (_, i) => i);
const columns = { id: ids, x: ids.map((id) => Math.sin(id)), y: ids.map((id) => Math.cos(id)) };

/** A source that lets the event loop turn before each chunk, as a file does, and counts what it gives. */
function slowly(source: data.RowSource, read: { rows: number } = { rows: 0 }, ms = 0): data.RowSource {
  return {
    ...source,
    async *open(row, wanted) {
      const chunks = source.open(row, wanted);
      for (let step = await chunks.next(); step.done !== true; step = await chunks.next()) {
        await new Promise((resolve) => setTimeout(resolve, ms));
        read.rows += step.value.rows;
        yield step.value;
      }
    },
  };
}

interface Plan {
  batchSize?: number;
  source?: data.RowSource;
  store?: train.MemoryStore;
  accumulate?: number;
  validate?: boolean;
  epochs?: number;
  onStep?: (trainer: train.Trainer, step: number, input: Tensor) => void;
}

function job(plan: Plan) {
  manualSeed(3);
  const { batchSize = 16, source = slowly(data.memoryRows(columns, { blockRows: 20, chunkRows: 16 })) } = plan;
  const dataset = new data.StreamingDataset(source, [["x"], ["y"], "id"]);
  const loader = new data.StreamLoader(dataset, { batchSize, shuffle: true, shuffleRows: 50 });
  const valLoader = new data.StreamLoader(dataset, { batchSize: 64 });
  const model = new nn.Sequential(new nn.Linear(1, 8), new nn.Tanh(), new nn.Dropout(0.1), new nn.Linear(8, 1));
  const seen: number[] = [];
  let input: Tensor | null = null;
  type Batch = readonly [Tensor, Tensor, Tensor];
  const trainer = new train.Trainer<Batch>({
    model,
    optimizer: new optim.Adam(model.parameters(), { lr: 1e-2 }),
    objective: ([x, y, id]) => {
      input = x;
      if (model.training) seen.push(...(id.toArray() as number[]));
      return F.mseLoss(model.forward(x), y);
    },
    epochs: plan.epochs ?? 2,
    accumulate: plan.accumulate ?? 1,
    ...(plan.store === undefined ? {} : { run: plan.store }),
    callbacks: [{ onStepEnd: (self, { step }) => plan.onStep?.(self, step, input as Tensor) }],
    log: null,
  });
  const fingerprint = (): string =>
    JSON.stringify([[...model.parameters()].map((each) => each.toArray()), trainer.history.epochs]);
  const fit = () => trainer.fit(loader, plan.validate === false ? undefined : valLoader);
  const resume = (allow: string[] = []) =>
    trainer.resume(loader, plan.validate === false ? undefined : valLoader, { allow });
  return { trainer, loader, seen, fingerprint, fit, resume };
}

const sorted = (seen: readonly number[]): number[] => [...seen].sort((a, b) => a - b);
const interruptAt = (at: number) => (trainer: train.Trainer, step: number) => {
  if (step === at) trainer.requestStop("test");
};

it.each([
  1, 3,
])("accumulate %i: ends the same bit for bit after an interruption at nine tenths of an epoch", async (n) => {
  const whole = job({ accumulate: n });
  await whole.fit();
  const stepsAnEpoch = Math.ceil(25 / n);
  for (const at of [Math.floor(0.9 * stepsAnEpoch), stepsAnEpoch + 2]) {
    const store = new train.MemoryStore();
    const first = job({ accumulate: n, store, onStep: interruptAt(at) });
    await first.fit();
    expect(first.trainer.outcome?.kind).toBe("interrupted");
    const second = job({ accumulate: n, store });
    await second.resume();
    expect(second.fingerprint()).toBe(whole.fingerprint());
    expect([...first.seen, ...second.seen]).toEqual(whole.seen);
  }
  expect(sorted(whole.seen.slice(0, ROWS))).toEqual([...ids]);
});

it("gives each sample once when another batch size goes on, reading no more than a window before", async () => {
  const store = new train.MemoryStore();
  const first = job({ store, epochs: 1, validate: false, onStep: interruptAt(22) }); // 352 of 400
  await first.fit();
  const read = { rows: 0 };
  const source = slowly(data.memoryRows(columns, { blockRows: 20, chunkRows: 16 }), read);
  const second = job({ store, epochs: 1, validate: false, batchSize: 7, source });
  await second.resume(["trainLoader.batchSize"]);
  expect(second.seen.length).toBe(48);
  expect(sorted([...first.seen, ...second.seen])).toEqual([...ids]);
  expect(read.rows).toBeLessThan(48 + 60 + 6 * 16); // what is left, a window, and the chunks that blocks end in
});

it("obeys a request to stop while it waits for a reader that hangs", async () => {
  const hanging = data.memoryRows(columns, { chunkRows: 200 });
  let asked = false;
  const source: data.RowSource = {
    ...hanging,
    async *open(row, wanted) {
      const chunks = hanging.open(row, wanted);
      yield (await chunks.next()).value as data.ColumnChunk;
      asked = true;
      await new Promise(() => {});
    },
  };
  const store = new train.MemoryStore();
  const first = job({ source, store, epochs: 1, validate: false });
  const fitting = first.fit();
  while (!asked) await new Promise((resolve) => setTimeout(resolve, 5));
  first.trainer.requestStop("test");
  await fitting;
  expect(first.trainer.outcome?.kind).toBe("interrupted");
  const second = job({ store, epochs: 1, validate: false, source: hanging });
  await second.resume();
  expect(sorted([...first.seen, ...second.seen])).toEqual([...ids]);
});

it("has freed a batch when others get a turn, and holds nothing afterwards", async () => {
  const quick = data.memoryRows(columns, { chunkRows: 100 });
  let last: Tensor | null = null;
  let looked = 0;
  const source: data.RowSource = {
    ...quick,
    async *open(row, wanted) {
      const chunks = quick.open(row, wanted);
      for (let step = await chunks.next(); step.done !== true; step = await chunks.next()) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (last !== null) {
          looked++;
          expect(() => last?.sum()).toThrow(ReleasedTensorError);
        }
        yield step.value;
      }
    },
  };
  const onStep = (_: train.Trainer, __: number, batch: Tensor): void => {
    last = batch;
  };
  const before = engine.memory().handles;
  await job({ source, epochs: 3, validate: false, batchSize: 100, onStep }).fit();
  expect(looked).toBeGreaterThan(3);
  expect(engine.memory().handles - before).toBeLessThan(60); // the model and optimizer of this job
});

it("is checked by preflight, which leaves the stream at its beginning", async () => {
  const { trainer, loader, fit, seen } = job({ epochs: 1, validate: false });
  const { findings } = await train.preflight(trainer, loader, undefined, { seconds: 0.02 });
  expect(findings.length).toBeGreaterThan(4);
  expect(findings.map(({ message }) => message).join()).not.toContain("a step fails");
  seen.length = 0;
  await fit();
  expect(sorted(seen)).toEqual([...ids]);
});

it("says what a reader found wrong, and where", async () => {
  const lines = Array.from({ length: 400 }, (_, i) => (i === 300 ? "1,2,oops" : `${i},${i % 3},1`));
  const stream = data.streamCsv({ text: `id,x,y\n${lines.join("\n")}\n` }, { types: { y: "number" }, batchRows: 50 });
  const source = await data.streamRows(stream);
  await expect(job({ source, epochs: 1 }).fit()).rejects.toThrow(/line 302: column "y".*oops/);
  const missing = lines.with(300, "7,,1");
  const other = data.streamCsv({ text: `id,x,y\n${missing.join("\n")}\n` });
  await expect(job({ source: await data.streamRows(other), epochs: 1 }).fit()).rejects.toThrow(/row 300, column x/);
});
