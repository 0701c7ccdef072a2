import { DataLoader, TensorDataset } from "../../src/data/index.ts";
import * as nn from "../../src/nn/index.ts";
import { fromTypedArray, noGrad, rand, randn } from "../../src/ops/index.ts";
import * as optim from "../../src/optim/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import { constantLossOf } from "../../src/train/diagnosis/constant-loss.ts";

export const F: typeof nn.functional = nn.functional;

/** Everything that a run needs. */
export interface Job {
  model: nn.Module<[Tensor], Tensor>;
  optimizer: optim.Optimizer;
  loader: Iterable<readonly [Tensor, Tensor]>;
  validation: readonly [Tensor, Tensor];
  epochs: number;
  /** Leave the run in mid-way. */
  stopAt?: number;
  scheduler?: optim.lrScheduler.LRScheduler;
  /** Default 1; Infinity for none. */
  clip?: number;
  classes?: boolean;
  /** Of the training data. */
  constantLoss: number;
}

/** A way to build runs of one label. */
export interface Recipe {
  name: string;
  label: string;
  make(seed: number): Job;
}

/** A number that hangs on the seed and a key alone, from `low` to `high`, evenly in the logarithm. */
export function pick(seed: number, key: number, low: number, high: number): number {
  let state = (Math.imul(seed, 2654435761) ^ Math.imul(key + 1, 40503)) >>> 0;
  for (let i = 0; i < 3; i++) state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) >>> 0;
  return low * (high / low) ** (state / 2 ** 32);
}

/** A whole number from `low` to `high`. */
export function pickWhole(seed: number, key: number, low: number, high: number): number {
  return Math.min(high, Math.floor(pick(seed, key, low, high + 1)));
}

export type TaskName = "sum" | "waves" | "teacher" | "rings" | "blobs";
export const TASKS: readonly TaskName[] = ["sum", "waves", "teacher", "rings", "blobs"];

/** Inputs and targets; the noise is a share of the target's spread, or of wrong labels. */
export function makeData(task: TaskName, n: number, noise: number): [Tensor, Tensor] {
  if (task === "rings" || task === "blobs") {
    const x = randn([n, 2]).mul(task === "rings" ? 1 : 1.5);
    const side = task === "rings" ? x.mul(x).sum(1).gt(1.4) : x.select(1, 0).add(x.select(1, 1).mul(0.5)).gt(0.2);
    const labels = side.to("int32").data;
    const chance = rand([n]).data;
    const flipped = Int32Array.from(labels, (label, i) => ((chance[i] as number) < noise ? 1 - label : label));
    return [x, fromTypedArray(flipped, [n], { dtype: "int32" })];
  }
  const x = rand([n, task === "waves" ? 1 : 4])
    .mul(2)
    .sub(1);
  const clean =
    task === "sum"
      ? x.sum(1, { keepdim: true })
      : task === "waves"
        ? x.mul(5).sin()
        : x.mul(2).tanh().sum(1, { keepdim: true }).sin();
  return [x, clean.add(randn(clean.shape).mul(noise))];
}

export function inputsOf(task: TaskName): number {
  return task === "waves" ? 1 : task === "rings" || task === "blobs" ? 2 : 4;
}

export function outputsOf(task: TaskName): number {
  return task === "rings" || task === "blobs" ? 2 : 1;
}

export type Activation = "relu" | "tanh" | "sigmoid" | "none";

/** A network of layers one after the other. */
export type Network = nn.Module<[Tensor], Tensor>;

/** Linear layers with an activation between them. */
export function mlp(sizes: readonly number[], activation: Activation): Network {
  const layers: nn.Module<[Tensor], Tensor>[] = [];
  for (let i = 0; i + 1 < sizes.length; i++) {
    if (i > 0 && activation === "relu") layers.push(new nn.ReLU());
    if (i > 0 && activation === "tanh") layers.push(new nn.Tanh());
    if (i > 0 && activation === "sigmoid") layers.push(new nn.Sigmoid());
    layers.push(new nn.Linear(sizes[i] as number, sizes[i + 1] as number));
  }
  return new nn.Sequential(...layers);
}

/** Changes every weight (2-D) or every bias (1-D) but the last layer's. */
export function changeHidden(model: Network, dimensions: 1 | 2, change: (parameter: Tensor) => void): void {
  const parameters = [...model.parameters()];
  noGrad(() => {
    for (const parameter of parameters.slice(0, -2)) if (parameter.shape.length === dimensions) change(parameter);
  });
}

export type Method = "adam" | "sgd" | "momentum";

export function optimizerOf(model: Network, method: Method, lr: number): optim.Optimizer {
  if (method === "adam") return new optim.Adam(model.parameters(), { lr });
  return new optim.SGD(model.parameters(), { lr, momentum: method === "momentum" ? 0.9 : 0 });
}

/** Data, loader and validation of a job. */
export function dataOf(
  task: TaskName,
  n: number,
  noise: number,
  batchSize: number,
): Pick<Job, "loader" | "validation" | "classes" | "constantLoss"> {
  const [x, y] = makeData(task, n, noise);
  return {
    loader: new DataLoader(new TensorDataset(x, y), { batchSize, shuffle: true }),
    validation: makeData(task, 200, noise),
    classes: outputsOf(task) > 1,
    constantLoss: constantLossOf(y),
  };
}
