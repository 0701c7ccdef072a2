// Writes a run for scripts/interop/read-tensorboard.py, which reads it back with TensorBoard's own code:
//   npx jiti scripts/interop/write-tensorboard.ts build/tensorboard && python scripts/interop/read-tensorboard.py build/tensorboard
import { rmSync, writeFileSync } from "node:fs";
import { F, manualSeed, nn, optim, rand, train } from "../../src/index.ts";

const folder = process.argv[2] ?? "build/tensorboard";
rmSync(folder, { recursive: true, force: true });
manualSeed(1);
const x = rand([64, 4]);
const y = x.sum(1, { keepdim: true });
const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
const losses: number[] = [];

function trainTo(logger: train.loggers.TensorBoardLogger, first: number, last: number): void {
  for (let step = first; step <= last; step++) {
    const { loss } = train.trainStep(optimizer, () => F.mseLoss(model.forward(x), y));
    losses[step] = loss.item();
    logger.logScalars(step, { "loss/train": loss.item(), lr: 1e-2 });
    if (step % 5 === 0) train.loggers.logModel(logger, step, model);
  }
}

const first = new train.loggers.TensorBoardLogger(`${folder}/run`);
first.logHparams({ lr: 1e-2, optimizer: "Adam", shuffle: false, hidden: 8 }, ["loss/train"]);
trainTo(first, 0, 12);
await first.flush(); // killed here: never closed
const second = new train.loggers.TensorBoardLogger(`${folder}/run`, { resumeStep: 9 });
trainTo(second, 10, 20);
second.logHparams({ lr: 1e-2, optimizer: "Adam", shuffle: false, hidden: 8 }, ["loss/train"]);
await second.close();

const weight = [...model.namedParameters()][0]?.[1];
const statistics =
  weight === undefined ? {} : { min: weight.min().item(), max: weight.max().item(), num: weight.length };
writeFileSync(`${folder}/expected.json`, JSON.stringify({ losses, weight: statistics }));
console.log(`wrote ${folder}`);
