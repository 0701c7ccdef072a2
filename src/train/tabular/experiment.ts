import {
  DataLoader,
  type Preprocessor,
  type RowSource,
  StreamingDataset,
  StreamLoader,
  type StreamPart,
  type Table,
  TensorDataset,
} from "../../data/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { Callback } from "../callback.ts";
import type { Experiment, ExperimentData, OptimizerConfig, SchedulerConfig } from "../experiment/index.ts";
import type { Json } from "../json.ts";
import { Accuracy, R2 } from "../metrics/index.ts";
import type { AnySource, SupervisedBatch } from "../trainer-options.ts";
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

/** A table that is in memory, and its parts. */
export interface TableData {
  table: Table;
  parts: RowParts;
  /** Fitted on the training part. */
  preprocessor: Preprocessor;
}

/** Rows that are read as they are trained on; those that validate and test are in memory. */
export interface StreamedData {
  /** As the preprocessor makes them: features and target. */
  train: RowSource;
  validation: Table;
  test: Table;
  preprocessor: Preprocessor;
}

/** What a tabular experiment trains on. */
export type TabularData = TableData | StreamedData;

/** Rows of each part. */
export function sizesOf(data: TabularData): { train: number; validation: number; test: number } {
  if ("parts" in data) {
    const { train, validation, test } = data.parts;
    return { train: train.length, validation: validation.length, test: test.length };
  }
  return { train: data.train.numRows ?? 0, validation: data.validation.numRows, test: data.test.numRows };
}

/** The rows to score on: those that test, else those that validate. */
export function heldOut(data: TabularData): { on: "test" | "validation"; table: Table } {
  const on = sizesOf(data).test > 0 ? "test" : "validation";
  return { on, table: "parts" in data ? data.table.take(data.parts[on]) : data[on] };
}

/** Rows of a batch that is not trained on. */
const EVALUATE_ROWS = 1024;
/** Values of a window that is shuffled, at most: about three windows are held. */
const WINDOW_VALUES = 2 ** 23;

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

function batchesOf(data: TabularData, config: TabularConfig): ExperimentData {
  const { preprocessor } = data;
  const { task, batchSize } = config;
  const loader = (part: Table, size: number, shuffle: boolean): DataLoader<readonly [Tensor, Tensor]> => {
    const X = preprocessor.transform(part);
    return new DataLoader(new TensorDataset(X, targetsOf(task, preprocessor, part)), { batchSize: size, shuffle });
  };
  const [train, validation, test] =
    "parts" in data
      ? [
          loader(data.table.take(data.parts.train), batchSize, true),
          data.table.take(data.parts.validation),
          data.table.take(data.parts.test),
        ]
      : [streamOf(data, config), data.validation, data.test];
  return {
    train,
    validation: loader(validation, EVALUATE_ROWS, false),
    ...(test.numRows === 0 ? {} : { test: loader(test, EVALUATE_ROWS, false) }),
    preprocessor,
  };
}

/** The training rows, shuffled by blocks and within windows. */
function streamOf(
  { train, preprocessor }: StreamedData,
  { task, batchSize }: TabularConfig,
): AnySource<SupervisedBatch> {
  const { featureNames } = preprocessor;
  const target = train.columnNames.at(-1) as string;
  const targets: StreamPart = task === "multiclass" ? { columns: target, dtype: "int32" } : [target];
  const shuffleRows = Math.max(batchSize, Math.min(65_536, Math.floor(WINDOW_VALUES / featureNames.length)));
  const dataset = new StreamingDataset(train, [featureNames, targets]);
  return new StreamLoader(dataset, { batchSize, shuffle: true, shuffleRows }) as unknown as AnySource<SupervisedBatch>;
}
