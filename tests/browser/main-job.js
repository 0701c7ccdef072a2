// The lesson's run in strict mode, for Node and for a page alike: plain JavaScript on the built package.

import { layersJob } from "./layers-job.js";

/**
 * @param {typeof import("../../dist/index.js")} innerloop
 * @param {number} threads above 1 they share every kernel, as if the network were a large one
 * @returns {Promise<{ hash: string, loss: number, layers: string, layersLoss: number, isolated: boolean, threads: number, ready: number }>} SHA-256 of the
 * final weights, as hex; the same of the job of layers; on how many threads, and how many workers there were at the end
 */
export async function mainJob(innerloop, threads = 1) {
  const { data, engine, F, manualSeed, nn, optim, rand, tensor, train, zeros } = innerloop;
  engine.setDeterministic(true);
  engine.setNumThreads(threads);
  const pool = zeros([1]).storage.backend.threads;
  pool.setThreshold(0);
  const workers = () => pool.ready;
  rand([256, 256]).exp();
  while (workers() < engine.getNumThreads() - 1) await new Promise((resolve) => setTimeout(resolve, 5));
  manualSeed(42);
  const X = rand([2000, 4]).mul(tensor([15, 5, 1, 24]));
  const [speed, miss, confidence, tca] = X.split(1, 1);
  const y = speed.mul(0.5).sub(miss.mul(2)).add(confidence.mul(0.3)).sub(tca.mul(0.1)).sub(2).sigmoid();
  const [XTrain, XVal] = X.split([1600, 400]);
  const [yTrain, yVal] = y.split([1600, 400]);
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
  const history = await new train.Trainer(options).fit(loader, [[XVal, yVal]]);
  const layers = layersJob(innerloop);
  return {
    hash: await hashOf(train.encodeSafetensors(model.stateDict())),
    loss: history.last.trainLoss,
    layers: await hashOf(train.encodeSafetensors(layers.tensors)),
    layersLoss: layers.loss,
    isolated: globalThis.crossOriginIsolated === true,
    threads: engine.getNumThreads(),
    ready: workers(),
  };
}

/** @param {Uint8Array} bytes */
async function hashOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
