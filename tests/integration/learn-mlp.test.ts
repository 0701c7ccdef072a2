import { data, F, manualSeed, nn, noGrad, optim, rand } from "innerloop";
import { expect, it } from "vitest";

it("an MLP learns sin(3a) + b·c: 95 % of the variance of unseen data", () => {
  manualSeed(0);
  const sample = (count: number): [x: ReturnType<typeof rand>, y: ReturnType<typeof rand>] => {
    const x = rand([count, 3]).mul(2).sub(1);
    const y = x
      .narrow(1, 0, 1)
      .mul(3)
      .sin()
      .add(x.narrow(1, 1, 1).mul(x.narrow(1, 2, 1)));
    return [x, y];
  };
  const [x, y] = sample(1024);
  const [xTest, yTest] = sample(256);
  const model = new nn.Sequential(
    new nn.Linear(3, 32),
    new nn.SiLU(),
    new nn.Linear(32, 32),
    new nn.GELU(),
    new nn.Linear(32, 1),
  );
  const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-2 });
  const loader = new data.DataLoader(new data.TensorDataset(x, y), { batchSize: 64, shuffle: true });
  for (let epoch = 0; epoch < 15; epoch++) {
    for (const [xBatch, yBatch] of loader) {
      optimizer.zeroGrad();
      F.mseLoss(model.forward(xBatch), yBatch).backward();
      optimizer.step();
    }
  }
  const explained = noGrad(() => 1 - F.mseLoss(model.forward(xTest), yTest).item() / yTest.variance().item());
  expect(explained).toBeGreaterThan(0.95);
});
