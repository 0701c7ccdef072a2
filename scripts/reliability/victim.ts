/**
 * The process that kill.ts kills: a training run with shuffling, dropout, accumulation, a schedule and early stopping
 * that saves often. `innerloop run victim.ts <folder> [operation]` trains or resumes the run in `folder`; with a number
 * it kills itself at that file operation, counted from the start of the process.
 */
import { existsSync } from "node:fs";
import { data, engine, F, manualSeed, nn, optim, rand, train } from "innerloop";

const [folder = "", operation = ""] = process.argv.slice(2);

function killingFileSystem(at: number): train.FileSystem {
  const real = train.nodeFileSystem();
  let count = 0;
  const guard =
    <A extends unknown[], R>(fn: (...args: A) => R) =>
    (...args: A): R => {
      count++;
      if (count === at) process.kill(process.pid, "SIGKILL");
      return fn(...args);
    };
  // Every operation in this thread, so that the count is the same in each run.
  const names = Object.keys(real).filter((name) => name !== "later") as (keyof train.FileOperations)[];
  return Object.fromEntries(
    names.map((name) => [name, guard(real[name] as (...args: unknown[]) => unknown)]),
  ) as unknown as train.FileSystem;
}

manualSeed(7);
const X = rand([192, 4]);
const y = X.mul(3).sin().sum(1, { keepdim: true });
const loader = new data.DataLoader(new data.TensorDataset(X.narrow(0, 0, 160), y.narrow(0, 0, 160)), {
  batchSize: 12,
  shuffle: true,
});
const validation = new data.DataLoader(new data.TensorDataset(X.narrow(0, 160, 32), y.narrow(0, 160, 32)), {
  batchSize: 8,
});
const model = new nn.Sequential(new nn.Linear(4, 16), new nn.Tanh(), new nn.Dropout(0.2), new nn.Linear(16, 1));
const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, 24);

const fileSystem = killingFileSystem(operation === "" ? -1 : Number(operation));
const resuming = existsSync(`${folder}/run.json`);
const info = { config: {}, seed: "7", versions: {}, engine: engine.info() as never };
const run = resuming
  ? await train.RunFolder.open(folder, { fileSystem })
  : await train.RunFolder.create(folder, info, { fileSystem });

const trainer = new train.Trainer({
  model,
  optimizer,
  scheduler,
  loss: F.mseLoss,
  epochs: 24,
  accumulate: 2,
  earlyStopping: 12,
  checkpoint: { everySteps: 3, everyEpochs: 1 },
  logEverySteps: 1,
  restoreBest: false,
  run,
  log: null,
});
await (resuming ? trainer.resume(loader, validation) : trainer.fit(loader, validation));
await run.close();
