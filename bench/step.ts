/**
 * Microseconds a step of the lesson's loop: 4-64-ReLU-64-ReLU-1, batch 64, Adam, mean squared error,
 * a shuffled DataLoader over 1,600 rows. Written by hand, and by the Trainer; where the time goes.
 *
 *     npm run bench
 */
import { data, engine, F, manualSeed, nn, optim, rand, scope, type Tensor, train } from "innerloop";

const RUNS = 7;
const EPOCHS = 60; // 25 steps each

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function job() {
  manualSeed(42);
  const X = rand([1600, 4]);
  const y = X.sum(1, { keepdim: true }).sigmoid();
  const loader = new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 64, shuffle: true });
  const model = new nn.Sequential(
    new nn.Linear(4, 64),
    new nn.ReLU(),
    new nn.Linear(64, 64),
    new nn.ReLU(),
    new nn.Linear(64, 1),
  );
  return { loader, model, optimizer: new optim.Adam(model.parameters(), { lr: 1e-3 }) };
}

/** Runs `pass` RUNS times after a warm-up, and gives the median time of one of its `steps`. */
function measure(steps: number, pass: () => void): number {
  for (let i = 0; i < 3; i++) pass();
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    pass();
    times.push(((performance.now() - start) * 1000) / steps);
  }
  return median(times);
}

function byHand(): number {
  const { loader, model, optimizer } = job();
  return measure(EPOCHS * loader.length, () => {
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      for (const [input, target] of loader) {
        optimizer.zeroGrad();
        const loss = F.mseLoss(model.forward(input), target);
        loss.backward();
        optimizer.step();
      }
    }
  });
}

async function byTrainer(): Promise<number> {
  const { loader, model, optimizer } = job();
  const times: number[] = [];
  for (let run = 0; run < RUNS + 1; run++) {
    const trainer = new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: EPOCHS, log: null });
    const start = performance.now();
    await trainer.fit(loader);
    times.push(((performance.now() - start) * 1000) / (EPOCHS * loader.length));
  }
  return median(times.slice(1));
}

/** Each part of a step alone, on one batch that stays. */
function parts(): [string, number][] {
  const { loader, model, optimizer } = job();
  const [input, target] = (loader[Symbol.iterator]().next().value as [Tensor, Tensor]).map((each) =>
    each.clone().keep(),
  ) as [Tensor, Tensor];
  const steps = 2000;
  const upTo = (last: number): number =>
    measure(steps, () => {
      for (let i = 0; i < steps; i++) {
        scope(() => {
          optimizer.zeroGrad();
          const loss = F.mseLoss(model.forward(input), target);
          if (last > 0) loss.backward();
          if (last > 1) optimizer.step();
        });
      }
    });
  const forward = upTo(0);
  const backward = upTo(1);
  const step = upTo(2);
  const load = measure(100 * loader.length, () => {
    for (let epoch = 0; epoch < 100; epoch++) for (const batch of loader) void batch;
  });
  return [
    ["zeroGrad, forward, loss", forward],
    ["backward", backward - forward],
    ["optimizer.step", step - backward],
    ["loader", load],
  ];
}

const { kernels, why } = engine.info();
console.log(`node ${process.version}, ${process.arch}; ${kernels} kernels (${why}); medians of ${RUNS} runs\n`);
console.log(`loop by hand   ${byHand().toFixed(1)} µs a step`);
console.log(`Trainer.fit    ${(await byTrainer()).toFixed(1)} µs a step (with gradient norms)`);
for (const [name, time] of parts()) console.log(`  ${name.padEnd(26)} ${time.toFixed(1)} µs`);
engine.setDeterministic(true);
console.log(`strict kernels ${byHand().toFixed(1)} µs a step`);
