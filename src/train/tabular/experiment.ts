import { DataLoader, type Preprocessor, type Table, TensorDataset } from "../../data/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { Callback } from "../callback.ts";
import type { Experiment, ExperimentData, OptimizerConfig, SchedulerConfig } from "../experiment/index.ts";
import type { Json } from "../json.ts";
import { Accuracy, R2 } from "../metrics/index.ts";
import { networkOf, tabularLoss, targetsOf } from "./network.ts";
import type { TabularTask } from "./options.ts";
import type { RowParts } from "./split-rows.ts";

/** What stands in a run about its network, beside what its maker adds. */
export type TabularConfig = {
  task: TabularTask;
  /** Inputs and outputs of the network. */
  features: number;
  outputs: number;
  hidden: number[];
  dropout: number;
  batchSize: number;
  loss: string;
  /** A factor for each class; null for none. */
  classWeights: number[] | null;
  /** What a network reaches that ignores its input; null where that is not known. */
  constantLoss: number | null;
  [more: string]: Json;
};

/** The plain part of a tabular experiment: what `run.json` keeps of it. */
export type TabularSettings = {
  name: string;
  seed: number;
  config: TabularConfig;
  optimizer: OptimizerConfig;
  scheduler: SchedulerConfig;
  trainer: { [option: string]: Json };
};

/** What a tabular experiment trains on. */
export interface TabularData {
  table: Table;
  parts: RowParts;
  /** Fitted on the training part. */
  preprocessor: Preprocessor;
}

/** Rows of a batch that is not trained on. */
const EVALUATE_ROWS = 1024;

/**
 * The experiment of a table, made of plain settings: a run on disk holds all that it takes to make it again.
 *
 * @param open gives the table; called for training, and not for the network alone
 */
export function tabularExperiment(
  { trainer, ...settings }: TabularSettings,
  open: (config: TabularConfig) => Promise<TabularData>,
): Experiment<TabularConfig> {
  const { task, constantLoss } = settings.config;
  const callback: Callback = {
    onFitStart({ history }) {
      history.constantLoss = constantLoss;
    },
  };
  const metric = task === "regression" ? new R2() : new Accuracy(task === "binary" ? { threshold: 0 } : {});
  return {
    ...settings,
    data: async ({ config }) => batchesOf(await open(config), config),
    model: ({ config }) => networkOf(config),
    loss: tabularLoss(settings.config),
    trainer: { ...(trainer as Experiment["trainer"]), metrics: [metric], callbacks: [callback] },
  };
}

function batchesOf({ table, parts, preprocessor }: TabularData, { task, batchSize }: TabularConfig): ExperimentData {
  const loader = (rows: Int32Array, size: number, shuffle: boolean): DataLoader<readonly [Tensor, Tensor]> => {
    const part = table.take(rows);
    const X = preprocessor.transform(part);
    return new DataLoader(new TensorDataset(X, targetsOf(task, preprocessor, part)), { batchSize: size, shuffle });
  };
  return {
    train: loader(parts.train, batchSize, true),
    validation: loader(parts.validation, EVALUATE_ROWS, false),
    ...(parts.test.length === 0 ? {} : { test: loader(parts.test, EVALUATE_ROWS, false) }),
    preprocessor,
  };
}
