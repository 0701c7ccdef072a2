import { data, defaultGenerator, F, Generator, manualSeed, nn, optim, rand, train } from "innerloop";
import { describe, expect, it } from "vitest";

// A run with everything on: shuffling (from the default generator, or an own one), dropout with an own generator,
// accumulation with a ragged end, a schedule by step, metrics, early stopping, best weights. Interrupted anywhere and
// resumed in a process that has built everything anew, it must end as if nothing had happened, bit for bit.

interface Plan {
  own: boolean;
  validateEverySteps?: number;
  maxSteps?: number;
}

interface Job {
  trainer: train.Trainer;
  trainLoader: data.DataLoader<readonly [ReturnType<typeof rand>, ReturnType<typeof rand>]>;
  valLoader: data.DataLoader<readonly [ReturnType<typeof rand>, ReturnType<typeof rand>]>;
  lrs: number[];
  fingerprint: () => string;
}

/** @param hook called after each step, and in each validation batch */
function job(plan: Plan, store: train.MemoryStore, hook: (trainer: train.Trainer, where: "step" | "val") => void): Job {
  manualSeed(11);
  const X = rand([26, 3]);
  const y = X.sum(1, { keepdim: true }).add(rand([26, 1]));
  const generator = plan.own ? { generator: new Generator(5) } : {};
  const trainLoader = new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 3, shuffle: true, ...generator });
  const valLoader = new data.DataLoader(new data.TensorDataset(rand([9, 3]), rand([9, 1])), {
    batchSize: 4,
    shuffle: true,
  });
  const model = new nn.Sequential(
    new nn.Linear(3, 8),
    new nn.Dropout(0.3, { generator: new Generator(9) }),
    new nn.ReLU(),
    new nn.Dropout(0.2),
    new nn.Linear(8, 1),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, 20);
  const lrs: number[] = [];
  let trainer: train.Trainer;
  class Spy extends train.metrics.MAE {
    override update(prediction: ReturnType<typeof rand>, target: ReturnType<typeof rand>): void {
      super.update(prediction, target);
      hook(trainer, "val");
    }
  }
  const recorder: train.Callback = {
    name: "lrs",
    onStepEnd: (self, info) => {
      lrs.push(info.lr);
      hook(self, "step");
    },
    stateDict: () => [...lrs],
    loadStateDict: (state) => void lrs.splice(0, Infinity, ...(state as number[])),
  };
  trainer = new train.Trainer({
    model,
    optimizer,
    scheduler,
    schedulerEvery: "step",
    loss: F.mseLoss,
    epochs: 6,
    accumulate: 2,
    metrics: [new Spy()],
    trainMetrics: [new train.metrics.RMSE()],
    callbacks: [recorder],
    earlyStopping: { patience: 3 },
    logEverySteps: 1,
    run: store,
    checkpoint: { everyMinutes: null, everyEpochs: 1 },
    log: null,
    validateEverySteps: plan.validateEverySteps ?? null,
    ...(plan.maxSteps === undefined ? {} : { maxSteps: plan.maxSteps }),
  });
  const fingerprint = (): string =>
    JSON.stringify({
      outcome: trainer.outcome,
      weights: [...model.stateDict()].map(([name, value]) => [name, [...value.data]]),
      best: [...(trainer.bestState ?? [])].map(([name, value]) => [name, [...value.data]]),
      optimizer: [...optimizer.stateDict().state].map(([name, { step, tensors }]) => [
        name,
        step,
        [...tensors].map(([key, value]) => [key, [...value.data]]),
      ]),
      lr: trainer.lr,
      lrs,
      generators: [...train.collectGenerators({ model }, { trainLoader, valLoader })].map(([name, each]) => [
        name,
        Array.from(each.getState()),
      ]),
      next: defaultGenerator.getState().length,
      lines: store.lines,
      history: trainer.history.epochs,
    });
  return { trainer, trainLoader, valLoader, lrs, fingerprint };
}

async function whole(plan: Plan): Promise<{ print: string; moments: number }> {
  let moments = 0;
  const run = job(plan, new train.MemoryStore(), () => {
    moments++;
  });
  await run.trainer.fit(run.trainLoader, run.valLoader);
  return { print: run.fingerprint(), moments };
}

const PLANS: readonly [string, Plan][] = [
  ["the default generator", { own: false }],
  ["an own generator", { own: true }],
  ["validation by steps", { own: false, validateEverySteps: 3, maxSteps: 17 }],
];

/** @param takes which of the interruptions, counted from 1 */
export function resumeTests(takes: (at: number) => boolean): void {
  describe.each(PLANS)("resume, with %s", (_, plan) => {
    it("gives the uninterrupted run's bits from an interruption at any step or validation batch", async () => {
      const { print, moments } = await whole(plan);
      expect(moments).toBeGreaterThan(30);
      for (let at = 1; at <= moments; at++) {
        if (!takes(at)) continue;
        const store = new train.MemoryStore();
        let moment = 0;
        const first = job(plan, store, (trainer) => {
          if (++moment === at) trainer.requestStop("test");
        });
        await first.trainer.fit(first.trainLoader, first.valLoader);
        const second = job(plan, store, () => {});
        await second.trainer.resume(second.trainLoader, second.valLoader);
        expect(second.fingerprint() === print, `interrupted at moment ${at}`).toBe(true);
      }
    });

    it("does so from a checkpoint of any age, twice", async () => {
      const { print, moments } = await whole(plan);
      for (let at = 2; at <= moments; at += 5) {
        if (!takes((at + 3) / 5)) continue;
        const store = new train.MemoryStore();
        for (const stop of [at, Math.max(1, Math.floor((moments - at) / 2))]) {
          let moment = 0;
          // Killed: what happens after the last save is lost, the log keeps its lines.
          const run = job(plan, store, () => {
            if (++moment === stop) throw new Error("killed");
          });
          const going =
            store.latest === null
              ? run.trainer.fit(run.trainLoader, run.valLoader)
              : run.trainer.resume(run.trainLoader, run.valLoader);
          await expect(going).rejects.toThrow("killed");
        }
        const last = job(plan, store, () => {});
        await last.trainer.resume(last.trainLoader, last.valLoader);
        expect(last.fingerprint() === print, `killed at moment ${at}`).toBe(true);
      }
    });
  });
}
