import { type Module, utils } from "../nn/index.ts";
import type { Optimizer } from "../optim/index.ts";
import { Tensor } from "../tensor/index.ts";
import { ConfigError } from "../util/index.ts";
import { BestWeights } from "./best-weights.ts";
import type { Callback } from "./callback.ts";
import type { Display } from "./display/index.ts";
import { EarlyStopping } from "./early-stopping.ts";
import {
  evaluate,
  evaluateStream,
  type InputBatch,
  type PredictedBatch,
  predict,
  predictBatches,
  predictStream,
} from "./evaluate.ts";
import { History } from "./history.ts";
import { dataSetup } from "./loop/data-fingerprint.ts";
import { describeSchedule } from "./loop/describe.ts";
import { TrainingLoop } from "./loop/loop.ts";
import { openRun } from "./loop/open-run.ts";
import { freshProgress, type Progress } from "./loop/progress.ts";
import type { RunStore } from "./loop/run-store.ts";
import { type TakenUp, takeUp } from "./loop/take-up.ts";
import { type Objective, objectiveOf } from "./task.ts";
import { checkMetrics, checkNames, checkParts, checkSource } from "./trainer-checks.ts";
import {
  type AnySource,
  checkedSettings,
  type Figures,
  type Settings,
  type SupervisedBatch,
  type TrainerOptions,
} from "./trainer-options.ts";

/** Options of `Trainer.resume`. */
export interface ResumeOptions {
  /** Paths of what may differ from the checkpoint, as the refusal names them: `["optimizer.lr"]`. */
  allow?: readonly string[];
}

/** How a run ended: all planned training done, stopped for good before, or interrupted to be resumed. */
export interface Outcome {
  kind: "finished" | "stopped" | "interrupted";
  reason: string;
}

/**
 * The loop around the inner loop: epochs, validation, what you see, checkpoints, the best weights.
 *
 * Losses are averaged over samples, so that a smaller last batch does not count too much; this assumes
 * that `loss` is the mean over its batch. Gradients are clipped at a norm of 1 unless `clipGradNorm` says otherwise.
 *
 * @throws {ConfigError} for an option that is not known, missing, or outside its domain
 * @example
 * const trainer = new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 60 });
 * const history = await trainer.fit(trainLoader, valLoader);
 * console.log(`best epoch ${history.best?.epoch}`);
 */
export class Trainer<Batch = SupervisedBatch> {
  /** (With an `objective` it may have any inputs and outputs.) */
  readonly model: Module<[Tensor], Tensor>;
  readonly optimizer: Optimizer;
  /** What is minimised: `loss(model(input), target)`, or the option `objective`. */
  readonly objective: Objective;
  readonly options: Readonly<TrainerOptions<Batch>>;
  readonly settings: Readonly<Settings>;
  readonly callbacks: readonly Callback[];
  readonly history: History = new History();
  /** How the last `fit` or `resume` ended; null before. */
  outcome: Outcome | null = null;
  readonly #best: BestWeights;
  #progress: Progress = freshProgress();
  #request: string | null = null;
  #run: RunStore | null = null;
  #display: Display | null = null;
  #running = false;
  #opened = false;

  constructor(options: TrainerOptions<Batch>) {
    this.settings = checkedSettings(options);
    checkParts(options as never);
    this.options = options;
    this.model = options.model as Module<[Tensor], Tensor>;
    this.optimizer = options.optimizer;
    this.objective = objectiveOf("Trainer", options);
    const { earlyStopping } = options;
    const stopping = typeof earlyStopping === "number" ? { patience: earlyStopping } : earlyStopping;
    const { mode } = this.settings;
    const defaults = options.monitor === undefined ? { mode } : { mode, monitor: options.monitor };
    const own = stopping == null ? [] : [new EarlyStopping({ ...defaults, ...stopping })];
    this.callbacks = [...(options.callbacks ?? []), ...own];
    checkNames(this.callbacks);
    checkMetrics(options, this.objective);
    describeSchedule(options.scheduler); // what it is set to, before anything moves it
    this.#best = new BestWeights(options.model);
  }

  /** Optimizer steps so far. */
  get step(): number {
    return this.#progress.step;
  }

  /** Finished epochs: the number of the one under way. */
  get epoch(): number {
    return this.#progress.epoch;
  }

  /** The learning rate of the first parameter group. */
  get lr(): number {
    return this.optimizer.paramGroups[0]?.lr ?? 0;
  }

  /** The best weights so far, by PyTorch's names; null before the first evaluation. */
  get bestState(): ReadonlyMap<string, Tensor> | null {
    return this.#best.state;
  }

  /** Where checkpoints go, while it trains (or was passed in open); else null. */
  get run(): RunStore | null {
    return this.#run;
  }

  /** Where it shows its progress, from the first `fit` on: callbacks say with `note` what there is to say. */
  get display(): Display | null {
    return this.#display;
  }

  /** Clips as the settings say and returns the norm before: the third argument of `trainStep`. */
  clipper(): () => Tensor {
    const parameters = [...this.model.parameters()];
    return () => utils.clipGradNorm_(parameters, this.settings.clipGradNorm);
  }

  /** Ends training for good after the step under way; the epoch is cut short, and evaluated. For callbacks. */
  stop(reason: string): void {
    this.#progress.stopped ??= reason;
  }

  /** Interrupts training after the step under way: it is saved, and `resume` goes on there. For signals. */
  requestStop(reason: string): void {
    this.#request ??= reason;
  }

  /**
   * Trains. Other work of the program gets its turn between epochs and every 50 ms. Called again, it trains as long
   * again.
   *
   * @param trainLoader batches: `[input, target]`, or whatever the `objective` takes
   * @param valLoader the same; without it (and without `evaluate`) the training loss decides which epoch was best
   * @returns the history, which is also `trainer.history`
   * @throws {DataError} when a loader gives no batch
   * @throws {NonfiniteError} at a loss or gradient that is NaN or infinite, unless `nonfinite` says otherwise
   */
  async fit(trainLoader: AnySource<Batch>, valLoader?: AnySource<Batch>): Promise<History> {
    const { current, epoch, step, elapsedMs } = this.#progress;
    // (in the middle of an epoch only after an interruption: then it goes on)
    if (current === null)
      Object.assign(this.#progress, { base: { epoch, step, elapsedMs }, stopped: null, finished: false });
    return this.#exclusively(async () => this.#go(await this.#prepare(trainLoader, valLoader, false), null));
  }

  /**
   * Goes on from the run's newest checkpoint, in the middle of an epoch or of a validation, so that the end is the
   * same bit for bit as without the interruption. Build model, optimizer, loaders and the rest as for `fit`. Without
   * a checkpoint it begins.
   *
   * @throws {CheckpointError} listing what differs from the checkpoint and is not allowed by name
   */
  async resume(
    trainLoader: AnySource<Batch>,
    valLoader?: AnySource<Batch>,
    options: ResumeOptions = {},
  ): Promise<History> {
    return this.#exclusively(async () => this.#resume(await this.#prepare(trainLoader, valLoader, true), options));
  }

  async #resume(loop: TrainingLoop, options: ResumeOptions): Promise<History> {
    const run = this.#run;
    if (run === null) {
      throw new ConfigError("Trainer.resume", "the trainer has no run", "expected one", "Pass { run } to the Trainer.");
    }
    const taken = await takeUp(this as unknown as Trainer, loop, run, options.allow ?? []);
    if (taken !== null) this.#progress = taken.progress;
    return this.#go(loop, taken);
  }

  /**
   * Mean loss over a loader's samples, in eval mode and without recording; the mode is put back after.
   *
   * @returns a promise for batches that come by and by (a `StreamLoader`, any async iterable), which are never held at once
   */
  validate(loader: AsyncIterable<Batch>): Promise<number>;
  validate(loader: Iterable<Batch>): number;
  validate(loader: AnySource<Batch>): number | Promise<number>;
  validate(loader: AnySource<Batch>): number | Promise<number> {
    checkSource("Trainer.validate", "loader", loader);
    if (isAsync(loader)) {
      return evaluateStream(this.model, this.objective, loader, []).then(({ loss }) => loss as number);
    }
    return evaluate(this.model, this.objective, loader, []).loss as number;
  }

  /**
   * Loss and metrics over a loader's samples, with the weights as they are now (after `fit`: the best).
   *
   * @returns a promise for batches that come by and by, as `validate` does
   * @example
   * const source = data.memoryRows({ a: [1, 2, 3], b: [0, 1, 2], c: [2, 1, 0], d: [1, 1, 1], y: [1, 2, 3] });
   * const rows = new data.StreamingDataset(source, [["a", "b", "c", "d"], ["y"]]);
   * const trainer = new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 1, metrics: [new train.metrics.MAE()] });
   * const { loss, mae } = await trainer.test(new data.StreamLoader(rows, { batchSize: 2 }));
   */
  test(loader: AsyncIterable<Batch>): Promise<Figures>;
  test(loader: Iterable<Batch>): Figures;
  test(loader: AnySource<Batch>): Figures | Promise<Figures>;
  test(loader: AnySource<Batch>): Figures | Promise<Figures> {
    checkSource("Trainer.test", "loader", loader);
    const metrics = this.options.metrics ?? [];
    if (isAsync(loader)) return evaluateStream(this.model, this.objective, loader, metrics);
    return evaluate(this.model, this.objective, loader, metrics);
  }

  /**
   * What the option `evaluate` gives, with the model in eval mode.
   *
   * @throws {ConfigError} when there is no such option
   */
  async judge(): Promise<Figures> {
    const { options } = this;
    if (options.evaluate === undefined) {
      throw new ConfigError(
        "Trainer.judge",
        "no option evaluate",
        "expected it",
        "Use test(loader), or pass evaluate.",
      );
    }
    const modes = [...this.model.modules()].map((module) => [module, module.training] as const);
    this.model.eval();
    try {
      return await options.evaluate(this as unknown as Trainer);
    } finally {
      for (const [module, training] of modes) module.training = training;
    }
  }

  /**
   * The model's output for every row of a tensor or of a loader's inputs, joined; in eval mode, without recording. What
   * does not fit into memory is for `predictBatches`.
   *
   * @returns a promise for batches that come by and by, as `validate` does
   */
  predict(inputs: AsyncIterable<InputBatch>): Promise<Tensor>;
  predict(inputs: Tensor | Iterable<InputBatch>): Tensor;
  predict(inputs: AnySource<InputBatch>): Tensor | Promise<Tensor>;
  predict(inputs: Tensor | AnySource<InputBatch>): Tensor | Promise<Tensor> {
    if (!(inputs instanceof Tensor)) checkSource("Trainer.predict", "inputs", inputs);
    if (isAsync(inputs)) return predictStream(this.model, inputs);
    return predict(this.model, inputs);
  }

  /**
   * The model's output for one batch after another, beside the batch, in the order of the source: for as much data as
   * there are. Both are freed when the next batch is asked for (`keep()` what is to stay).
   *
   * @param source a `StreamLoader`, a `DataLoader`, or anything that gives inputs, or tuples that begin with one
   * @throws {DataError} when there is no batch
   * @example
   * const trainer = new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 1 });
   * let worst = 0;
   * for await (const { output, batch } of trainer.predictBatches(valLoader)) {
   *   worst = Math.max(worst, output.sub(batch[1]).abs().max().item());
   * }
   */
  predictBatches<Input extends InputBatch>(source: AnySource<Input>): AsyncGenerator<PredictedBatch<Input>, undefined> {
    return predictBatches(this.model, source);
  }

  async #prepare(
    trainLoader: AnySource<Batch>,
    valLoader: AnySource<Batch> | undefined,
    existing: boolean,
  ): Promise<TrainingLoop> {
    checkSource("Trainer.fit", "trainLoader", trainLoader);
    if (valLoader !== undefined) checkSource("Trainer.fit", "valLoader", valLoader);
    if (valLoader !== undefined && this.options.evaluate !== undefined) {
      throw new ConfigError(
        "Trainer.fit",
        "a validation loader, and the option evaluate",
        "expected one of them",
        "evaluate stands for the validation: leave the loader out, or read it there with trainer.validate(loader).",
      );
    }
    // (callbacks and hooks do not depend on the batch: for them it is any trainer)
    const loop = new TrainingLoop(
      this as unknown as Trainer,
      this.#progress,
      this.#best,
      trainLoader,
      valLoader,
      () => this.#request,
    );
    if (this.options.run != null) Object.assign(loop.parts.setup, dataSetup(trainLoader, valLoader));
    this.#run ??= await openRun(
      this.options.run,
      this.options.config,
      this.settings,
      loop.parts.setup,
      existing || this.#opened,
    );
    this.#opened = true;
    loop.attach(this.#run);
    this.#display = loop.recorder.display;
    return loop;
  }

  /** One at a time; a folder that was opened for it is closed after it. */
  async #exclusively<T>(fn: () => Promise<T>): Promise<T> {
    if (this.#running) {
      throw new ConfigError(
        "Trainer.fit",
        "it is training already",
        "expected one fit at a time",
        "Await the first one.",
      );
    }
    this.#running = true;
    try {
      return await fn();
    } finally {
      this.#running = false;
      if (typeof this.options.run === "string") {
        const run = this.#run;
        this.#run = null;
        await run?.close();
      }
    }
  }

  async #go(loop: TrainingLoop, taken: TakenUp | null): Promise<History> {
    this.#request = null;
    this.history.plannedEpochs =
      this.settings.epochs === null ? null : this.#progress.base.epoch + this.settings.epochs;
    this.history.initialLoss = this.#progress.initialLoss;
    const { monitor } = this.settings;
    this.history.movingTarget =
      this.options.evaluate !== undefined && monitor !== null && !["valLoss", "trainLoss"].includes(monitor);
    this.history.epochs.splice(0, Infinity, ...this.#progress.epochs);
    this.#progress.epochs = this.history.epochs; // one list from here on
    this.outcome = await loop.run(taken);
    return this.history;
  }
}

/** (A `StreamLoader` can be read both ways, and has to be waited for.) */
function isAsync<T>(source: object | AsyncIterable<T>): source is AsyncIterable<T> {
  return Symbol.asyncIterator in source;
}
