import { Preprocessor, type Table } from "../../data/index.ts";
import type { Json } from "../json.ts";
import type { TableData, TabularConfig, TabularData, TabularSettings } from "./experiment.ts";
import { balancedWeights, entropyOf } from "./network.ts";
import type { TabularOptions } from "./options.ts";
import { planTraining } from "./plan.ts";
import { splitRows } from "./split-rows.ts";
import type { Understanding } from "./understand.ts";

/** Data split and learnt from, and the settings of the experiment that trains on it. */
export interface Prepared<Data extends TabularData = TabularData> {
  data: Data;
  settings: TabularSettings;
}

/**
 * Splits a table, fits the preprocessor on the training part alone, and decides on network and training.
 *
 * @param name of the experiment
 * @param more goes into its config
 * @example
 * const x = Array.from({ length: 40 }, (_, i) => i / 40);
 * const table = data.Table.from({ x, y: x.map((value) => value * value) });
 * const options = { target: "y", epochs: 2 };
 * const { tabular } = train;
 * const { data: own, settings } = tabular.prepare(table, tabular.understand(table, options), options, "squares");
 * const experiment = tabular.tabularExperiment(settings, async () => own);
 * const { trainer, data: batches } = await train.buildExperiment(experiment, { display: "quiet" });
 * await trainer.fit(batches.train, batches.validation);
 * console.log(tabular.scoreTable(trainer.model, own.preprocessor, table.take(own.parts.test)));
 */
export function prepare(
  table: Table,
  understanding: Understanding,
  options: TabularOptions,
  name: string,
  more: { [key: string]: Json } = {},
): Prepared<TableData> {
  const parts = splitRows(table, options, understanding.task !== "regression");
  const training = table.take(parts.train);
  const preprocessor = preprocessorFor(understanding, options).fit(training);
  const { classes } = preprocessor;
  const counts = new Array<number>(classes?.length ?? 0).fill(0);
  if (classes !== null) {
    for (const position of preprocessor.transformTarget(training).data)
      counts[position] = (counts[position] as number) + 1;
  }
  const { group = null, time = null, split = null, holdout = 0.2, test = 0.1 } = options;
  const config = { ...more, split: { holdout, test, group, time, split } };
  const settings = settingsFor(
    { name, options, preprocessor, counts, rows: training.numRows, streamed: false },
    config,
  );
  return { data: { table, parts, preprocessor }, settings };
}

/** The preprocessor of a tabular experiment, not fitted yet. */
export function preprocessorFor(understanding: Understanding, options: TabularOptions): Preprocessor {
  const { missing = "refuse", dates = "time" } = options;
  return new Preprocessor({
    target: options.target,
    inputs: understanding.inputs.map((each) => each.name),
    task: understanding.task === "regression" ? "regression" : "classification",
    missing: onInputs(missing, understanding),
    dates,
    standardizeTarget: true,
    unknown: "zeros",
  });
}

/** What the settings follow from. */
interface Learnt {
  name: string;
  options: TabularOptions;
  /** Fitted. */
  preprocessor: Preprocessor;
  /** Training rows of each class. */
  counts: readonly number[];
  /** Training rows. */
  rows: number;
  streamed: boolean;
}

/** Network and training, as they suit the data. @param more goes into the config */
export function settingsFor(
  { name, options, preprocessor, counts, rows, streamed }: Learnt,
  more: { [key: string]: Json },
): TabularSettings {
  const { maxSeconds, seed = 0 } = options;
  const { classes } = preprocessor;
  const task = classes === null ? "regression" : classes.length === 2 ? "binary" : "multiclass";
  const features = preprocessor.featureNames.length;
  const plan = planTraining(rows, features, options, streamed);
  const balanced = options.balanced === true && classes !== null;
  const loss =
    task === "regression" ? (options.loss ?? "mse") : task === "binary" ? "binaryCrossEntropy" : "crossEntropy";
  const config: TabularConfig = {
    ...more,
    target: options.target,
    task,
    features,
    outputs: task === "multiclass" ? counts.length : 1,
    hidden: plan.hidden,
    dropout: plan.dropout,
    batchSize: plan.batchSize,
    loss,
    classWeights: balanced ? balancedWeights(counts) : null,
    constantLoss: balanced || loss === "huber" ? null : task === "regression" ? 1 : entropyOf(counts),
  };
  const trainer: TabularSettings["trainer"] = {
    epochs: plan.epochs,
    earlyStopping: plan.patience,
    schedulerEvery: "step",
    ...(plan.validateEverySteps === null ? {} : { validateEverySteps: plan.validateEverySteps }),
    // (a save takes longer than an epoch of a small table)
    checkpoint: { everyEpochs: Math.max(1, Math.round(plan.epochs / 20)), everyMinutes: 0.25 },
    ...(maxSeconds === undefined ? {} : { maxSeconds }),
  };
  const { optimizer, scheduler } = plan;
  return { name, seed, config, optimizer, scheduler, trainer };
}

/** A policy by name covers the columns it names; the others had nothing missing, and go on refusing. */
function onInputs(missing: NonNullable<TabularOptions["missing"]>, { inputs }: Understanding): typeof missing {
  if (typeof missing === "string" || "fill" in missing) return missing;
  const names = new Set(inputs.map(({ name }) => name));
  return Object.fromEntries(Object.entries(missing).filter(([name]) => names.has(name))) as typeof missing;
}

/** The rows of a run's table once more, with the preprocessor that was saved with it. */
export function reopen(
  table: Table,
  settings: Pick<TabularSettings, "config" | "seed">,
  preprocessor: Preprocessor,
): TableData {
  const { task, target, split } = settings.config;
  const { holdout, test, ...columns } = split as { holdout: number; test: number } & Record<string, string | null>;
  const named = Object.fromEntries(Object.entries(columns).filter(([, name]) => name !== null));
  const options = { target: target as string, holdout, test, seed: settings.seed, ...named };
  return { table, preprocessor, parts: splitRows(table, options, task !== "regression") };
}
