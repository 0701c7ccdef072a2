import type { Preprocessor, Table } from "../../data/index.ts";
import {
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  Dropout,
  HuberLoss,
  Linear,
  type Module,
  MSELoss,
  ReLU,
  Sequential,
} from "../../nn/index.ts";
import { fromTypedArray, tensor } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { LossLike } from "../trainer-options.ts";
import type { TabularConfig } from "./experiment.ts";
import type { TabularTask } from "./options.ts";

/** Linear, ReLU and dropout for each hidden layer, and a linear layer to the outputs. */
export function networkOf({ features, outputs, hidden, dropout }: TabularConfig): Module<[Tensor], Tensor> {
  const layers: Module<[Tensor], Tensor>[] = [];
  let width = features;
  for (const units of hidden) {
    layers.push(new Linear(width, units), new ReLU());
    if (dropout > 0) layers.push(new Dropout(dropout));
    width = units;
  }
  return new Sequential(...layers, new Linear(width, outputs));
}

/** Squared or Huber error of standardised targets; cross-entropy of one score, or of one for each class. */
export function tabularLoss({ task, loss, classWeights }: TabularConfig): LossLike {
  if (task === "regression") return loss === "huber" ? new HuberLoss() : new MSELoss();
  if (task === "multiclass") {
    return new CrossEntropyLoss(classWeights === null ? {} : { weight: tensor(classWeights).keep() });
  }
  if (classWeights === null) return new BCEWithLogitsLoss();
  const [no, yes] = classWeights as [number, number];
  return new BCEWithLogitsLoss({ posWeight: tensor([yes / no]).keep() });
}

/**
 * Targets as the loss takes them.
 *
 * @returns float32 [N, 1]; of several classes int32 [N]
 */
export function targetsOf(task: TabularTask, preprocessor: Preprocessor, table: Table): Tensor {
  const targets = preprocessor.transformTarget(table);
  return task === "binary" ? fromTypedArray(Float32Array.from(targets.data), [table.numRows, 1]) : targets;
}

/** `rows / (classes · rows of the class)`, scikit-learn's "balanced"; of the training part. */
export function balancedWeights(counts: readonly number[]): number[] {
  const rows = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => rows / (counts.length * Math.max(1, count)));
}

/** The cross-entropy of the shares of the classes. */
export function entropyOf(counts: readonly number[]): number {
  const rows = counts.reduce((a, b) => a + b, 0);
  return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / rows) * Math.log(count / rows)), 0);
}
