/**
 * One million steps of a tiny network: the engine's heap and its live bytes at the start and at the end.
 *
 *     npm run bench:memory
 */
import { data, engine, F, manualSeed, nn, optim, rand } from "innerloop";

const STEPS = 1_000_000;

manualSeed(0);
const X = rand([64, 2]);
const loader = new data.DataLoader(new data.TensorDataset(X, X.sum(1, { keepdim: true })), {
  batchSize: 16,
  shuffle: true,
});
const model = new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 1));
const optimizer = new optim.SGD(model.parameters(), { lr: 0.05 });

function report(step: number): void {
  const { liveBytes, handles, heapBytes, peakBytes } = engine.memory();
  const javascript = (process.memoryUsage().heapUsed / 1024 / 1024).toFixed(1);
  console.log(
    `step ${String(step).padStart(8)}: live ${liveBytes} bytes in ${handles} blocks, heap ${heapBytes}, peak ${peakBytes}; JavaScript heap ${javascript} MiB`,
  );
}

for (let step = 0; step < STEPS; ) {
  for (const [input, target] of loader) {
    optimizer.zeroGrad();
    F.mseLoss(model.forward(input), target).backward();
    optimizer.step();
    step++;
    if (step === 10 || step === 1_000 || step === 100_000 || step === STEPS) report(step);
  }
}
