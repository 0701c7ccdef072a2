import { nextTurn } from "../../util/platform/index.ts";
import type { BestWeights } from "../best-weights.ts";
import { type Callback, type Evaluation, type StepInfo, withHook } from "../callback.ts";
import type { DisplayStep } from "../display/index.ts";
import { monitored } from "../early-stopping.ts";
import { evaluateBatch, type Figures, figuresOf } from "../evaluate.ts";
import { collectGenerators } from "../generators.ts";
import type { Outcome, Trainer } from "../trainer.ts";
import type { SupervisedBatch } from "../trainer-options.ts";
import { BatchSource, noSamples } from "./batches.ts";
import type { RunParts } from "./checkpoint.ts";
import { limitOf, recordOf } from "./epoch.ts";
import { SampleMean } from "./mean.ts";
import { handleNonfinite, Rollback, rollBack } from "./nonfinite.ts";
import { type EpochProgress, freshEpoch, type Progress, type ValidationProgress } from "./progress.ts";
import { followsFigures } from "./rates.ts";
import { Recorder } from "./recorder.ts";
import type { RunStore } from "./run-store.ts";
import { Saver } from "./saver.ts";
import { describeSetup } from "./setup.ts";
import { displayOf, plannedSteps } from "./show.ts";
import { NonfiniteStep, StepRunner } from "./step-runner.ts";

/** Work after which the event loop gets a turn. */
const TURN_MS = 50;

type StepHook = Required<Pick<Callback, "onStepStart">> | Required<Pick<Callback, "onStepEnd">>;

/** One `fit` or `resume`: epochs, validations and saves. All that decides how it goes on stands in `progress`. */
export class TrainingLoop {
  progress: Progress;
  readonly trainer: Trainer;
  readonly parts: RunParts;
  readonly train: BatchSource<SupervisedBatch>;
  readonly val: BatchSource<SupervisedBatch> | null;
  readonly runner: StepRunner;
  /** Where it is kept; null for nowhere. */
  store: RunStore | null = null;
  recorder: Recorder;
  #saver: Saver;
  readonly #interrupted: () => string | null;
  readonly #trainLoader: Iterable<SupervisedBatch>;
  readonly #mean: SampleMean = new SampleMean();
  readonly #valMean: SampleMean = new SampleMean();
  readonly #info: StepInfo = { step: 0, epoch: 0, loss: 0, gradNorm: 0, lr: 0, samples: 0 };
  readonly #shown: DisplayStep = { epoch: 0, step: 0, loss: 0, lr: 0, gradNorm: 0, samples: 0, elapsedMs: 0 };
  readonly #stepStart: readonly Extract<StepHook, { onStepStart: unknown }>[];
  readonly #stepEnd: readonly Extract<StepHook, { onStepEnd: unknown }>[];
  #startedAt = 0;
  #elapsedBefore = 0;
  #turnAt = 0;

  constructor(
    trainer: Trainer,
    progress: Progress,
    best: BestWeights,
    trainLoader: Iterable<SupervisedBatch>,
    valLoader: Iterable<SupervisedBatch> | undefined,
    interrupted: () => string | null,
  ) {
    const { options, settings, model, optimizer, callbacks } = trainer;
    this.trainer = trainer;
    this.progress = progress;
    this.train = new BatchSource("trainLoader", trainLoader);
    this.val = valLoader === undefined ? null : new BatchSource("valLoader", valLoader);
    this.#trainLoader = trainLoader;
    this.#interrupted = interrupted;
    this.#stepStart = withHook(callbacks, "onStepStart");
    this.#stepEnd = withHook(callbacks, "onStepEnd");
    const loss = options.loss as object;
    const drawn = collectGenerators({ model, loss }, options.generators); // by a step
    const generators = collectGenerators({ model, loss }, { ...options.generators, trainLoader, valLoader });
    const { metrics = [], trainMetrics = [], scheduler } = options;
    const setup = describeSetup({
      model,
      optimizer,
      settings,
      scheduler,
      loss,
      metrics,
      trainMetrics,
      callbacks,
      trainLoader,
      valLoader,
      config: options.config,
    });
    this.parts = { model, optimizer, scheduler, callbacks, generators, best, setup };
    this.runner = new StepRunner({
      model,
      optimizer,
      loss: trainer.loss,
      maxNorm: settings.clipGradNorm,
      accumulate: settings.accumulate,
      metrics: trainMetrics,
      generators: [...drawn.values()],
      onGradients: withHook(callbacks, "onGradients").map((each) => () => each.onGradients(trainer)),
    });
    this.recorder = new Recorder(displayOf(options), null, [], null);
    this.#saver = new Saver(this);
  }

  /** Says where it is kept, before `run`. */
  attach(store: RunStore | null): void {
    const { options, settings } = this.trainer;
    this.store = store;
    this.recorder = new Recorder(this.recorder.display, store, options.loggers ?? [], settings.logEverySteps);
  }

  /** @param notes what there is to say about a resume; null for a beginning */
  async run(notes: readonly string[] | null): Promise<Outcome> {
    const { trainer, recorder, progress } = this;
    const { settings } = trainer;
    this.#startedAt = this.#turnAt = performance.now();
    this.#elapsedBefore = progress.elapsedMs;
    this.#saver.begin(this.#startedAt);
    this.#shown.samples = 0;
    const planned = plannedSteps(this.#trainLoader, settings);
    recorder.display.begin({
      totalSteps: planned === null ? null : planned + progress.base.step,
      firstStep: progress.step,
      maxSeconds: settings.maxSeconds,
      metrics: (trainer.options.metrics ?? []).map(({ name }) => name),
    });
    for (const note of notes ?? []) recorder.display.note(note);
    try {
      await this.#each("onFitStart");
      if (notes === null) await this.#saver.save(); // also what was drawn for the weights survives
      for (let going = true; going; ) {
        try {
          going = await this.#epoch();
        } catch (error) {
          if (!(error instanceof Rollback)) throw error;
          await this.#rollBack(error);
        }
      }
      return await this.#finish();
    } catch (error) {
      recorder.display.end("");
      throw error;
    } finally {
      this.train.close();
      this.val?.close();
    }
  }

  /** Milliseconds of training, over all parts of the run. */
  elapsedMs(now: number = performance.now()): number {
    return this.#elapsedBefore + now - this.#startedAt;
  }

  /** Brings what stands elsewhere into `progress`, so that it can be saved. */
  settle(): Progress {
    const { progress } = this;
    const { trainMetrics = [], metrics = [] } = this.trainer.options;
    progress.elapsedMs = this.elapsedMs();
    const { current, validation } = progress;
    if (current !== null && this.train.isOpen) {
      current.source = this.train.state();
      current.metrics = trainMetrics.map((each) => each.stateDict());
    }
    if (validation !== null && this.val?.isOpen === true) {
      validation.source = this.val.state();
      validation.metrics = metrics.map((each) => each.stateDict());
    }
    return progress;
  }

  async #turn(): Promise<void> {
    this.train.pause();
    this.val?.pause();
    await nextTurn();
    this.#turnAt = performance.now();
  }

  /** One epoch, or what is left of one. Returns whether another may follow. */
  async #epoch(): Promise<boolean> {
    const { progress, trainer, val } = this;
    const { epochs, validateEverySteps } = trainer.settings;
    if (progress.current === null) {
      const done = limitOf(this) !== null || (epochs !== null && progress.epoch - progress.base.epoch >= epochs);
      progress.finished = done;
      if (done || this.#interrupted() !== null) return false;
      progress.current = freshEpoch(trainer.lr);
      await this.#each("onEpochStart", progress.epoch);
    }
    const { current } = progress;
    if (!current.trained) {
      if (!(await this.#trainPart(current))) return false;
      if (current.mean.samples === 0) throw noSamples("Trainer.fit");
      current.trained = true;
      current.trainFigures = figuresOf(trainer.options.trainMetrics ?? []);
      current.source = null;
      const atEnd = validateEverySteps === null || (limitOf(this) !== null && current.figuresAt !== progress.step);
      if (val !== null && atEnd) progress.validation = freshValidation();
    }
    if (progress.validation !== null && !(await this.#validation(progress.validation))) return false;
    if (val === null && current.figures === null) await this.#judge({ trainLoss: this.#meanOf(current) });
    await this.#endEpoch(current);
    return true;
  }

  #meanOf(current: EpochProgress): number {
    return current.mean.sum / current.mean.samples;
  }

  /** Returns whether it came to its end (and was not interrupted). */
  async #trainPart(current: EpochProgress): Promise<boolean> {
    const { progress, train, runner, trainer } = this;
    const { validateEverySteps } = trainer.settings;
    if (!train.isOpen) this.#open(train, current.source, trainer.options.trainMetrics ?? [], current.metrics);
    this.#mean.state = current.mean;
    trainer.model.train();
    for (;;) {
      if (progress.validation !== null) {
        if (!(await this.#validation(progress.validation))) return false;
        trainer.model.train();
      }
      if (this.#interrupted() !== null) return false;
      if (current.steps > 0 && limitOf(this) !== null) break;
      const batch = train.next();
      if (batch === null) break;
      for (const each of this.#stepStart) each.onStepStart(trainer, progress.step + 1);
      const { lr } = trainer;
      let skipped = false;
      try {
        runner.run(batch, train);
      } catch (error) {
        if (!(error instanceof NonfiniteStep)) throw error;
        await handleNonfinite(this, error);
        skipped = true;
      }
      progress.step++;
      current.steps++;
      if (!skipped) this.#afterStep(current, lr);
      if (validateEverySteps !== null && this.val !== null && progress.step % validateEverySteps === 0) {
        progress.validation = freshValidation();
      }
      const now = performance.now();
      this.#show(lr, now);
      if (this.#saver.isDue(now)) await this.#saver.save();
      if (now - this.#turnAt > TURN_MS) await this.#turn();
    }
    train.close();
    return true;
  }

  #open(
    source: BatchSource<SupervisedBatch>,
    state: EpochProgress["source"],
    metrics: readonly import("../metrics/metric.ts").Metric[],
    saved: EpochProgress["metrics"],
  ): void {
    source.open(state);
    metrics.forEach((metric, i) => {
      metric.reset();
      const was = saved[i];
      if (was !== undefined) metric.loadStateDict(was);
    });
  }

  #afterStep(current: EpochProgress, lr: number): void {
    const { progress, runner, trainer } = this;
    const { loss, gradNorm, samples } = runner;
    this.#mean.add(loss, samples);
    progress.samples += samples;
    this.#shown.samples += samples;
    current.norms.sum += gradNorm;
    if (gradNorm > current.norms.max) current.norms.max = gradNorm;
    if (progress.initialLoss === null) {
      progress.initialLoss = loss;
      trainer.history.initialLoss = loss;
    }
    const { scheduler } = trainer.options;
    if (trainer.settings.schedulerEvery === "step" && scheduler !== undefined && !followsFigures(scheduler)) {
      (scheduler as { step(): void }).step();
    }
    const info = Object.assign(this.#info, { step: progress.step, epoch: progress.epoch, loss, gradNorm, lr, samples });
    for (const each of this.#stepEnd) each.onStepEnd(trainer, info);
    this.recorder.step(info);
  }

  #show(lr: number, now: number): void {
    const shown = this.#shown;
    shown.epoch = this.progress.epoch;
    shown.step = this.progress.step;
    shown.loss = this.runner.loss;
    shown.lr = lr;
    shown.gradNorm = this.runner.gradNorm;
    shown.elapsedMs = now - this.#startedAt;
    this.recorder.display.step(shown);
  }

  /** Returns whether it came to its end. */
  async #validation(state: ValidationProgress): Promise<boolean> {
    const { model, loss, options } = this.trainer;
    const val = this.val as BatchSource<SupervisedBatch>;
    const metrics = options.metrics ?? [];
    this.train.pause();
    if (!val.isOpen) this.#open(val, state.source, metrics, state.metrics);
    this.#valMean.state = state.mean;
    model.eval();
    for (;;) {
      if (this.#interrupted() !== null) return false;
      const batch = val.next();
      if (batch === null) break;
      this.#valMean.add(evaluateBatch(model, loss, batch, metrics), batch[0].shape[0] ?? 1);
      if (performance.now() - this.#turnAt > TURN_MS) await this.#turn();
    }
    val.close();
    model.train();
    if (state.mean.samples === 0) throw noSamples("Trainer.validate");
    const figures = { valLoss: this.#valMean.value, ...figuresOf(metrics) };
    this.progress.validation = null;
    await this.#judge(figures);
    return true;
  }

  /** Looks at an evaluation's figures: the best weights, callbacks, a plateau schedule. */
  async #judge(figures: Figures): Promise<void> {
    const { progress, trainer, parts } = this;
    const { step, epoch } = progress;
    const current = progress.current as EpochProgress;
    current.figures = figures;
    current.figuresAt = step;
    const { monitor, mode } = trainer.settings;
    const values = { trainLoss: this.#meanOf(current), ...figures };
    const value = monitored("Trainer", values, monitor);
    const before = progress.best?.value ?? null;
    const isBest = before === null ? !Number.isNaN(value) : mode === "min" ? value < before : value > before;
    if (isBest) {
      progress.best = { value, epoch, step };
      current.best = true;
      parts.best.save();
    }
    this.recorder.evaluation(step, epoch, figures);
    const evaluation: Evaluation = { epoch, step, values, best: isBest };
    for (const each of withHook(trainer.callbacks, "onEvaluation")) await each.onEvaluation(trainer, evaluation);
    const { scheduler } = trainer.options;
    if (scheduler !== undefined && followsFigures(scheduler)) scheduler.step(value);
    if (isBest) await this.#saver.saveBest();
  }

  async #endEpoch(current: EpochProgress): Promise<void> {
    const { progress, trainer } = this;
    const { scheduler } = trainer.options;
    const record = recordOf(progress, current);
    progress.epochs.push(record);
    if (trainer.settings.schedulerEvery === "epoch" && scheduler !== undefined && !followsFigures(scheduler)) {
      (scheduler as { step(): void }).step();
    }
    progress.epoch++;
    progress.current = null;
    await this.#each("onEpochEnd", record);
    await this.recorder.epoch(record, progress.step);
    if (this.#saver.isDueAfterEpoch(progress.epoch)) await this.#saver.save();
    await this.#turn();
  }

  async #finish(): Promise<Outcome> {
    const { progress, trainer, store, recorder } = this;
    this.train.pause();
    const request = this.#interrupted();
    if (!progress.finished && request !== null) {
      await this.#saver.save();
      await this.#each("onFitEnd");
      const saved =
        store === null ? "it goes on with the next fit()" : `saved; to go on: innerloop resume ${store.path}`;
      recorder.display.end(`interrupted at step ${progress.step} (${request}); ${saved}`);
      return { kind: "interrupted", reason: request };
    }
    await this.#saver.save();
    await recorder.flush();
    if (trainer.settings.restoreBest) this.parts.best.restore();
    await this.#each("onFitEnd");
    const { stopped } = progress;
    recorder.display.end(stopped === null ? "" : `stopped after step ${progress.step}: ${stopped}`);
    return { kind: stopped === null ? "finished" : "stopped", reason: stopped ?? limitOf(this) ?? "all epochs done" };
  }

  async #rollBack(signal: Rollback): Promise<void> {
    this.train.close();
    this.val?.close();
    await rollBack(this, signal);
    await this.#saver.save();
  }

  async #each(hook: "onFitStart" | "onFitEnd" | "onEpochStart" | "onEpochEnd", what?: unknown): Promise<void> {
    for (const each of withHook(this.trainer.callbacks, hook)) {
      await (each[hook] as (trainer: Trainer, what?: unknown) => unknown).call(each, this.trainer, what);
    }
  }
}

function freshValidation(): ValidationProgress {
  return { mean: { sum: 0, samples: 0, batches: 0 }, source: null, metrics: [] };
}
