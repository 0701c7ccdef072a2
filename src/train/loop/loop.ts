import { nextTurn } from "../../util/platform/index.ts";
import type { BestWeights } from "../best-weights.ts";
import { type BoundaryHook, type Callback, callHook, type Evaluation, type StepInfo, withHook } from "../callback.ts";
import type { DisplayStep } from "../display/index.ts";
import { monitored } from "../early-stopping.ts";
import { figuresOf } from "../evaluate.ts";
import type { Outcome, Trainer } from "../trainer.ts";
import { startNotes } from "../trainer-checks.ts";
import type { AnySource, Figures } from "../trainer-options.ts";
import { partsOf, runnerOf } from "./assemble.ts";
import { BatchSource, dataOrStop, noSamples } from "./batches.ts";
import type { RunParts } from "./checkpoint.ts";
import { endOf, knownOf, limitOf, recordOf } from "./epoch.ts";
import { explainStep } from "./explain-step.ts";
import { SampleMean } from "./mean.ts";
import { handleNonfinite, Rollback, rollBack } from "./nonfinite.ts";
import { type EpochProgress, freshEpoch, freshValidation, type Progress, type ValidationProgress } from "./progress.ts";
import { followsFigures } from "./rates.ts";
import { Recorder } from "./recorder.ts";
import type { RunStore } from "./run-store.ts";
import { Saver } from "./saver.ts";
import { displayOf, infoOf } from "./show.ts";
import { NonfiniteStep, type StepRunner } from "./step-runner.ts";
import type { TakenUp } from "./take-up.ts";

/** Work after which the event loop gets a turn. */
const TURN_MS = 50;
const EPOCH_TURN_MS = 10; // the same at the end of an epoch, where it disturbs least

type StepHook = Required<Pick<Callback, "onStepStart">> | Required<Pick<Callback, "onStepEnd">>;

/** One `fit` or `resume`: epochs, validations and saves. All that decides how it goes on stands in `progress`. */
export class TrainingLoop {
  progress: Progress;
  readonly trainer: Trainer;
  readonly parts: RunParts;
  readonly train: BatchSource<unknown>;
  readonly val: BatchSource<unknown> | null;
  readonly runner: StepRunner;
  /** Where it is kept; null for nowhere. */
  store: RunStore | null = null;
  recorder: Recorder;
  #saver: Saver;
  readonly #interrupted: () => string | null;
  readonly #trainLoader: AnySource<unknown>;
  /** Whether there is a validation: by a loader or by `evaluate`. */
  readonly #validates: boolean;
  readonly #mean: SampleMean = new SampleMean();
  readonly #valMean: SampleMean = new SampleMean();
  readonly #info: StepInfo = { step: 0, epoch: 0, loss: 0, gradNorm: 0, lr: 0, samples: 0 };
  readonly #shown: DisplayStep = { epoch: 0, step: 0, loss: 0, lr: 0, gradNorm: 0, samples: 0, elapsedMs: 0 };
  readonly #stepStart: readonly Extract<StepHook, { onStepStart: unknown }>[];
  readonly #stepEnd: readonly Extract<StepHook, { onStepEnd: unknown }>[];
  /** The schedule that goes by steps; null without one. */
  readonly #stepSchedule: { step(): void } | null;
  #startedAt = 0;
  #elapsedBefore = 0;
  #turnAt = 0;

  constructor(
    trainer: Trainer,
    progress: Progress,
    best: BestWeights,
    trainLoader: AnySource<unknown>,
    valLoader: AnySource<unknown> | undefined,
    interrupted: () => string | null,
  ) {
    const { options, settings, callbacks } = trainer;
    const { scheduler } = options;
    this.trainer = trainer;
    this.progress = progress;
    this.train = new BatchSource("trainLoader", trainLoader);
    this.val = valLoader === undefined ? null : new BatchSource("valLoader", valLoader);
    this.#validates = valLoader !== undefined || options.evaluate !== undefined;
    this.#trainLoader = trainLoader;
    this.#interrupted = interrupted;
    this.#stepStart = withHook(callbacks, "onStepStart");
    this.#stepEnd = withHook(callbacks, "onStepEnd");
    this.parts = partsOf(trainer, best, trainLoader, valLoader);
    this.runner = runnerOf(trainer);
    this.recorder = new Recorder(displayOf(options), null, [], null, this.#figures);
    this.#saver = new Saver(this);
    const bySteps = settings.schedulerEvery === "step" && scheduler !== undefined && !followsFigures(scheduler);
    this.#stepSchedule = bySteps ? (scheduler as { step(): void }) : null;
  }

  readonly #figures = (): Figures => this.trainer.options.figures?.() ?? {};

  /** Says where it is kept, before `run`. */
  attach(store: RunStore | null): void {
    const { options, settings } = this.trainer;
    this.store = store;
    this.recorder = new Recorder(
      this.recorder.display,
      store,
      options.loggers ?? [],
      settings.logEverySteps,
      this.#figures,
    );
  }

  /** @param taken the checkpoint that it goes on from; null for a beginning */
  async run(taken: TakenUp | null): Promise<Outcome> {
    const { trainer, recorder, progress } = this;
    this.#startedAt = this.#turnAt = performance.now();
    this.#elapsedBefore = progress.elapsedMs;
    this.#saver.begin(this.#startedAt);
    this.#shown.samples = 0;
    recorder.display.begin(infoOf(trainer, progress, this.#trainLoader, this.#figures));
    const notes = [...(taken?.notes ?? []), ...startNotes(trainer.options as never, this.#validates)];
    for (const note of notes) recorder.display.note(note);
    try {
      await this.#each("onFitStart");
      if (taken === null || taken.isChanged) await this.#saver.save(); // also what was drawn for the weights survives
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
      recorder.display.end("", null);
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
    progress.source = this.train.isOpen ? null : this.train.rest();
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

  async #arrival(data: Promise<void>): Promise<void> {
    await dataOrStop(data, () => this.#interrupted() !== null);
    this.#turnAt = performance.now();
  }

  async #turn(): Promise<void> {
    this.train.pause();
    this.val?.pause();
    await nextTurn();
    this.#turnAt = performance.now();
  }

  /** One epoch, or what is left of one. Returns whether another may follow. */
  async #epoch(): Promise<boolean> {
    const { progress, trainer } = this;
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
      if (this.#validates && atEnd) progress.validation = freshValidation();
    }
    if (progress.validation !== null && !(await this.#validation(progress.validation))) return false;
    if (!this.#validates && current.figures === null) await this.#judge({ trainLoss: this.#meanOf(current) });
    await this.#endEpoch(current);
    return true;
  }

  #meanOf(current: EpochProgress): number {
    return current.mean.sum / current.mean.samples;
  }

  /** Returns whether it came to its end (and was not interrupted). */
  async #trainPart(current: EpochProgress): Promise<boolean> {
    const { progress, train, runner, trainer } = this;
    const { validateEverySteps, accumulate } = trainer.settings;
    if (!train.isOpen) train.openWith(trainer.options.trainMetrics ?? [], current);
    this.#mean.state = current.mean;
    trainer.model.train();
    for (;;) {
      if (progress.validation !== null) {
        if (!(await this.#validation(progress.validation))) return false;
        trainer.model.train();
      }
      if (this.#interrupted() !== null) return false;
      if (current.steps > 0 && limitOf(this) !== null) break;
      const wait = train.ready(accumulate);
      if (wait !== null) {
        await this.#arrival(wait); // somebody may ask for a stop meanwhile
        continue;
      }
      const batch = train.next();
      if (batch === null) break;
      for (const each of this.#stepStart) each.onStepStart(trainer, progress.step + 1);
      const { lr } = trainer;
      let skipped = false;
      try {
        runner.run(batch, train);
      } catch (error) {
        if (!(error instanceof NonfiniteStep)) throw explainStep(error, runner.batch, trainer);
        await handleNonfinite(this, error);
        skipped = true;
      }
      progress.step++;
      current.steps++;
      if (!skipped) this.#afterStep(current, lr);
      if (validateEverySteps !== null && this.#validates && progress.step % validateEverySteps === 0) {
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
    this.#stepSchedule?.step();
    const info = this.#info;
    info.step = progress.step;
    info.epoch = progress.epoch;
    info.loss = loss;
    info.gradNorm = gradNorm;
    info.lr = lr;
    info.samples = samples;
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
    const { trainer, val } = this;
    const { model, objective, options } = trainer;
    const metrics = options.metrics ?? [];
    this.train.pause();
    if (val === null) {
      if (this.#interrupted() !== null) return false;
      const figures = await trainer.judge();
      if (trainer.settings.monitor === null) monitored("Trainer", figures, "valLoss"); // the training loss judges nothing here
      this.progress.validation = null;
      await this.#judge(figures);
      return true;
    }
    if (!val.isOpen) val.openWith(metrics, state);
    this.#valMean.state = state.mean;
    model.eval();
    for (;;) {
      if (this.#interrupted() !== null) return false;
      const wait = val.ready(1);
      if (wait !== null) {
        await this.#arrival(wait);
        continue;
      }
      const batch = val.next();
      if (batch === null) break;
      this.#valMean.add(objective.evaluate(batch, metrics), objective.samples(batch));
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
    const record = recordOf(progress, current, this.#figures());
    progress.epochs.push(record);
    if (trainer.settings.schedulerEvery === "epoch" && scheduler !== undefined && !followsFigures(scheduler)) {
      (scheduler as { step(): void }).step();
    }
    progress.epoch++;
    progress.current = null;
    await this.#each("onEpochEnd", record);
    await this.recorder.epoch(record, progress.step, record.epoch === 0 ? knownOf(trainer.history) : {});
    if (this.#saver.isDueAfterEpoch(progress.epoch)) await this.#saver.save();
    if (performance.now() - this.#turnAt > EPOCH_TURN_MS) await this.#turn();
  }

  async #finish(): Promise<Outcome> {
    const { progress, trainer, store, recorder } = this;
    this.train.pause();
    const request = this.#interrupted();
    if (!progress.finished && request !== null) {
      this.settle(); // also without a run: the next fit() goes on here
      await this.#saver.save();
      await this.#each("onFitEnd");
      const saved =
        store === null ? "it goes on with the next fit()" : `saved; to go on: innerloop resume ${store.path}`;
      const outcome: Outcome = { kind: "interrupted", reason: request };
      recorder.display.end(`interrupted at step ${progress.step} (${request}); ${saved}`, outcome);
      return outcome;
    }
    await this.#saver.save();
    await recorder.flush();
    if (trainer.settings.restoreBest) this.parts.best.restore();
    await this.#each("onFitEnd");
    const { stopped } = progress;
    const outcome = endOf(this);
    recorder.display.end(stopped === null ? "" : `stopped after step ${progress.step}: ${stopped}`, outcome);
    return outcome;
  }

  async #rollBack(signal: Rollback): Promise<void> {
    this.train.close();
    this.val?.close();
    await rollBack(this, signal);
    await this.#saver.save();
  }

  async #each(hook: BoundaryHook, what?: unknown): Promise<void> {
    await callHook(this.trainer, hook, what);
  }
}
