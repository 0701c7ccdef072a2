/**
 * The conjunction-risk network as an experiment: what `innerloop train` runs, interrupts, resumes and shows.
 *
 *     npx innerloop train examples/conjunction-experiment.ts
 */
import { data, F, nn, rand, type Tensor, tensor, train } from "innerloop";

export default train.defineExperiment({
  name: "conjunction",
  seed: 42,
  config: { hidden: 64, batchSize: 64 },
  data: ({ config }) => {
    const X = rand([2000, 4]).mul(tensor([15, 5, 1, 24]));
    const [speed, miss, confidence, tca] = X.split(1, 1) as [Tensor, Tensor, Tensor, Tensor];
    const risk = speed.mul(0.5).sub(miss.mul(2)).add(confidence.mul(0.3)).sub(tca.mul(0.1)).sub(2).sigmoid();
    const [XTrain, XVal] = X.split([1600, 400]) as [Tensor, Tensor];
    const [yTrain, yVal] = risk.split([1600, 400]) as [Tensor, Tensor];
    return {
      train: new data.DataLoader(new data.TensorDataset(XTrain, yTrain), {
        batchSize: config.batchSize,
        shuffle: true,
      }),
      validation: [[XVal, yVal]],
      columns: ["speedKmS", "missKm", "confidence", "tcaHours"],
    };
  },
  model: ({ config }) =>
    new nn.Sequential(
      new nn.Linear(4, config.hidden),
      new nn.ReLU(),
      new nn.Linear(config.hidden, config.hidden),
      new nn.ReLU(),
      new nn.Linear(config.hidden, 1),
    ),
  loss: F.mseLoss,
  optimizer: { name: "Adam", lr: 1e-3 },
  scheduler: { name: "CosineAnnealingLR", tMax: 60, etaMin: 1e-5 },
  trainer: { epochs: 60, earlyStopping: 15 },
});
