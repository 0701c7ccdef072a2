/**
 * The lesson's program: predict the risk of a conjunction (two satellites passing close to each other)
 * from four numbers, with PyTorch's own results.
 *
 *     npm start
 */
import { data, F, manualSeed, nn, noGrad, optim, rand, type Tensor, tensor, train } from "innerloop";

manualSeed(42);

// 2,000 encounters: approach speed (km/s), miss distance (km), alert confidence, time to closest approach (h).
const X = rand([2000, 4]).mul(tensor([15, 5, 1, 24]));
const [speed, miss, confidence, tca] = X.split(1, 1) as [Tensor, Tensor, Tensor, Tensor];
const risk = speed.mul(0.5).sub(miss.mul(2)).add(confidence.mul(0.3)).sub(tca.mul(0.1)).sub(2).sigmoid();

// The first 80 % train, the rest validate.
const [XTrain, XVal] = X.split([1600, 400]) as [Tensor, Tensor];
const [yTrain, yVal] = risk.split([1600, 400]) as [Tensor, Tensor];
const trainLoader = new data.DataLoader(new data.TensorDataset(XTrain, yTrain), { batchSize: 64, shuffle: true });

const model = new nn.Sequential(
  new nn.Linear(4, 64),
  new nn.ReLU(),
  new nn.Linear(64, 64),
  new nn.ReLU(),
  new nn.Linear(64, 1),
);
const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });

const trainer = new train.Trainer({
  model,
  optimizer,
  loss: F.mseLoss,
  epochs: 60,
  clipGradNorm: null, // the lesson does not clip
  restoreBest: false, // nor does it go back; the best weights are saved below
});
const history = await trainer.fit(trainLoader, [[XVal, yVal]]); // validation as one batch

// Two scenarios: fast, close and soon; slow, far and late.
const scenarios = tensor([
  [12, 0.3, 0.9, 2],
  [2, 4.5, 0.5, 20],
]);
model.eval();
const [high, low] = noGrad(() => model.forward(scenarios)).data;
console.log(`\nhigh risk (12 km/s, 0.3 km, 0.9,  2 h): ${high?.toFixed(4)}`);
console.log(`low risk  ( 2 km/s, 4.5 km, 0.5, 20 h): ${low?.toFixed(4)}`);

const best = history.best;
await train.saveStateDict("runs/conjunction-risk/best.safetensors", trainer.bestState ?? model.stateDict(), {
  epoch: String(best?.epoch),
  valLoss: String(best?.valLoss),
});
console.log(`\nsaved the weights of epoch ${best?.epoch} to runs/conjunction-risk/best.safetensors`);
