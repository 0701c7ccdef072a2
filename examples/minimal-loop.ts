/**
 * The loop by hand, without a Trainer: PyTorch's four steps and what belongs around them.
 *
 *     npx innerloop run examples/minimal-loop.ts
 */
import { data, F, manualSeed, nn, noGrad, optim, rand, type Tensor } from "innerloop";

// A noiseless target that a small network can learn: y = sin(3x₀)·x₁ on the unit square.
manualSeed(0);
const X = rand([1024, 2]);
const [x0, x1] = X.split(1, 1) as [Tensor, Tensor];
const y = x0.mul(3).sin().mul(x1);
const dataset = new data.TensorDataset(X, y);

const EPOCHS = 30;
const { LinearLR, CosineAnnealingLR, SequentialLR, StepLR } = optim.lrScheduler;

interface Plan {
  name: string;
  makeOptimizer: (parameters: Iterable<Tensor>) => optim.Optimizer;
  makeScheduler: (optimizer: optim.Optimizer) => optim.lrScheduler.LRScheduler;
}

const plans: Plan[] = [
  {
    name: "SGD with momentum, a tenth of the rate after 20 epochs",
    makeOptimizer: (parameters) => new optim.SGD(parameters, { lr: 0.1, momentum: 0.9 }),
    makeScheduler: (optimizer) => new StepLR(optimizer, 20, { gamma: 0.1 }),
  },
  {
    name: "Adam, 5 epochs of warmup, then cosine annealing",
    makeOptimizer: (parameters) => new optim.Adam(parameters, { lr: 1e-2 }),
    makeScheduler: (optimizer) =>
      new SequentialLR(
        optimizer,
        [
          new LinearLR(optimizer, { startFactor: 0.1, totalIters: 5 }),
          new CosineAnnealingLR(optimizer, EPOCHS - 5, { etaMin: 1e-5 }),
        ],
        [5],
      ),
  },
];

for (const { name, makeOptimizer, makeScheduler } of plans) {
  console.log(`\n${name}\nepoch       loss           lr    grad norm`);
  manualSeed(1); // the same network and the same shuffles for both
  const loader = new data.DataLoader(dataset, { batchSize: 64, shuffle: true });
  const model = new nn.Sequential(new nn.Linear(2, 32), new nn.Tanh(), new nn.Linear(32, 1));
  const optimizer = makeOptimizer(model.parameters());
  const scheduler = makeScheduler(optimizer);

  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    model.train();
    let total = 0;
    let norm = 0;
    for (const [input, target] of loader) {
      optimizer.zeroGrad(); //                                     1. clear
      const loss = F.mseLoss(model.forward(input), target); //     2. forward and loss
      loss.backward(); //                                          3. backward
      norm = nn.utils.clipGradNorm_(model.parameters(), 1.0).item();
      optimizer.step(); //                                         4. step
      total += loss.item() * (input.shape[0] ?? 1);
    }
    if (epoch % 5 === 0 || epoch === EPOCHS - 1) {
      const mean = total / dataset.length;
      const lr = scheduler.getLastLr()[0] ?? 0;
      console.log(
        String(epoch).padStart(5) +
          mean.toFixed(6).padStart(11) +
          lr.toExponential(2).padStart(13) +
          norm.toFixed(4).padStart(13),
      );
    }
    scheduler.step();
  }

  model.eval();
  const prediction = noGrad(() => model.forward(X.narrow(0, 0, 1)).item());
  console.log(`first sample: ${prediction.toFixed(4)}, should be ${y.narrow(0, 0, 1).item().toFixed(4)}`);
}
