import { data, F, manualSeed, nn, noGrad, optim, rand, type Tensor, tensor, train } from "innerloop";
import { describe, expect, it } from "vitest";
import { readGolden } from "../golden/read.ts";

// The conjunction-risk network of the lesson, call for call as in scripts/golden/main-job.py. The same seed must give
// PyTorch's initial weights, its shuffles, and its losses.

interface MainJob {
  trainLosses: number[];
  validationLosses: number[];
}

// What PyTorch 1.13 prints; two of its own BLAS kernels differ by 0.5 % at the end.
const PUBLISHED: Record<number, [train: number, val: number]> = {
  0: [0.365653, 0.086247],
  10: [0.002466, 0.002843],
  20: [0.001347, 0.002017],
  30: [0.000977, 0.001254],
  40: [0.000752, 0.001023],
  50: [0.000604, 0.000668],
  59: [0.000471, 0.000695],
};

async function mainJob(): Promise<{ history: train.History; predictions: number[] }> {
  manualSeed(42);
  const X = rand([2000, 4]).mul(tensor([15, 5, 1, 24]));
  const [speed, miss, confidence, tca] = X.split(1, 1) as [Tensor, Tensor, Tensor, Tensor];
  const y = speed.mul(0.5).sub(miss.mul(2)).add(confidence.mul(0.3)).sub(tca.mul(0.1)).sub(2).sigmoid();
  const [XTrain, XVal] = X.split([1600, 400]) as [Tensor, Tensor];
  const [yTrain, yVal] = y.split([1600, 400]) as [Tensor, Tensor];
  const loader = new data.DataLoader(new data.TensorDataset(XTrain, yTrain), { batchSize: 64, shuffle: true });
  const model = new nn.Sequential(
    new nn.Linear(4, 64),
    new nn.ReLU(),
    new nn.Linear(64, 64),
    new nn.ReLU(),
    new nn.Linear(64, 1),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const options = { model, optimizer, loss: F.mseLoss, epochs: 60, clipGradNorm: null, restoreBest: false, log: null };
  // The whole validation part as one batch that draws nothing from the generator.
  const history = await new train.Trainer(options).fit(loader, [[XVal, yVal]]);
  const scenarios = tensor([
    [12, 0.3, 0.9, 2],
    [2, 4.5, 0.5, 20],
  ]);
  return { history, predictions: Array.from(noGrad(() => model.forward(scenarios)).data) };
}

describe("the main job", () => {
  const golden = readGolden<MainJob>("main-job");

  it("gives PyTorch's losses and predictions", async () => {
    const { history, predictions } = await mainJob();
    for (const { epoch, trainLoss, valLoss } of history.epochs) {
      const tolerance = epoch <= 10 ? 1e-3 : 2e-2;
      const [goldenTrain, goldenVal] = [golden.trainLosses[epoch], golden.validationLosses[epoch]];
      expect(Math.abs(trainLoss / (goldenTrain as number) - 1), `train ${epoch}`).toBeLessThan(tolerance);
      expect(Math.abs((valLoss as number) / (goldenVal as number) - 1), `val ${epoch}`).toBeLessThan(tolerance);
      const published = PUBLISHED[epoch];
      if (published === undefined) continue;
      expect(Math.abs(trainLoss / published[0] - 1), `published train ${epoch}`).toBeLessThan(tolerance);
      expect(Math.abs((valLoss as number) / published[1] - 1), `published val ${epoch}`).toBeLessThan(tolerance);
    }
    expect(Math.abs((predictions[0] as number) - 0.9705)).toBeLessThan(0.005);
    expect(Math.abs((predictions[1] as number) + 0.015)).toBeLessThan(0.005);
  });
});
