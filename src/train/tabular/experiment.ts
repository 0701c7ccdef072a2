import { DataLoader, type Preprocessor, type Table, TensorDataset } from "../../data/index.ts";
import { BCEWithLogitsLoss, CrossEntropyLoss, Dropout, HuberLoss, Linear, MSELoss, ReLU, Sequential } from "../../nn/index.ts";
import { fromTypedArray, tensor } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { DiagnosisCallback } from "../diagnosis/index.ts";
import type { Experiment, ExperimentData, OptimizerConfig, SchedulerConfig } from "../experiment/index.ts";
import type { Json } from "../json.ts";
import { Accuracy, type Metric, R2 } from "../metrics/index.ts";
import type { LossLike } from "../trainer-options.ts";
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
  [more: string]: Json;
};

/** The plain part of a tabular experiment: what `run.json` keeps of it. */
export interface TabularSettings {
  name: string;
  seed: number;
  config: TabularConfig;
  optimizer: OptimizerConfig;
  scheduler: SchedulerConfig;
  trainer: { [option: string]: Json };
}

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
 * The experiment of a table. It is made of plain settings and the table alone, so that a run on disk can be gone on with.
 *
 * @param open called for training; the network by itself does not need it
 */
export function tabularExperiment(
  settings: TabularSettings,
  open: (config: TabularConfig) => Promise<TabularData>,
): Experiment<TabularConfig> {
  const { name, seed, optimizer, scheduler, trainer } = settings;
  const { task } = settings.config;
  // (the constant's loss, by which learning is measured, is that of cross-entropy or squared error)
  const watch: { callback: DiagnosisCallback } = { callback: new DiagnosisCallback() };
  const callbacks = [forwardTo(watch)];
  return {
    name,
    seed,
    config: settings.config,
    optimizer,
    scheduler,
    data: async ({ config }) => {
      const data = tensorsOf(await open(config), config);
      return data;
    },
    model: ({ config }) => network(config),
    loss: lossOf(settings.config),
    trainer: { ...trainer, metrics: metricsOf(task), callbacks } as Experiment["trainer"],
  };
}
