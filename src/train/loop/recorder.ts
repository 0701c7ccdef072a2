import type { StepInfo } from "../callback.ts";
import type { Display } from "../display/index.ts";
import type { EpochRecord } from "../history.ts";
import { pack } from "../json.ts";
import type { Logger } from "../loggers/index.ts";
import type { Figures } from "../trainer-options.ts";
import type { MetricsLine, RunStore } from "./run-store.ts";

/** Writes what a run measures: the metrics log of the run, loggers, the display. No times, so that equal runs give equal logs. */
export class Recorder {
  readonly display: Display;
  readonly #run: RunStore | null;
  readonly #loggers: readonly Logger[];
  readonly #every: number | null;
  readonly #figures: () => Figures;
  readonly #said: Set<string> = new Set();

  /** @param figures those of the training itself */
  constructor(
    display: Display,
    run: RunStore | null,
    loggers: readonly Logger[],
    everySteps: number | null,
    figures: () => Figures,
  ) {
    this.display = display;
    this.#figures = figures;
    this.#run = run;
    this.#loggers = loggers;
    this.#every = run === null && loggers.length === 0 ? null : everySteps;
  }

  step(info: StepInfo): void {
    if (this.#every === null || info.step % this.#every !== 0) return;
    const { step, epoch, loss, lr, gradNorm } = info;
    this.#write("step", step, epoch, { loss, lr, gradNorm, ...this.#figures() });
  }

  evaluation(step: number, epoch: number, figures: Figures): void {
    this.#write("evaluation", step, epoch, figures);
  }

  /** @param known what is known of the run as a whole: see `History` */
  async epoch(record: EpochRecord, step: number, known: Readonly<Record<string, number | boolean>>): Promise<void> {
    const { epoch, trainLoss, valLoss, lr, gradNorm, best, ...rest } = record;
    const line = { step, kind: "epoch", epoch, trainLoss, valLoss, lr, gradNorm, best, ...rest, ...known };
    await this.#run?.appendMetrics(pack(line) as MetricsLine);
    const figures: Figures = { "epoch/trainLoss": trainLoss };
    if (valLoss !== null) figures["epoch/valLoss"] = valLoss;
    for (const [name, value] of Object.entries(rest.figures ?? {})) figures[`epoch/${name}`] = value;
    for (const [name, value] of Object.entries(rest.trainMetrics ?? {})) figures[`train/${name}`] = value;
    for (const logger of this.#loggers) logger.logScalars(step, figures);
    await this.flush();
    this.display.epoch(record);
  }

  /** Whether there is anything to flush. */
  get hasLoggers(): boolean {
    return this.#loggers.length > 0;
  }

  /** What a logger cannot write does not end a run: it is said, once, and tried again at the next flush. */
  async flush(): Promise<void> {
    for (const logger of this.#loggers) await this.#attempt(logger, () => logger.flush());
  }

  /** Forgets what was logged after a step. */
  async resume(step: number): Promise<void> {
    for (const logger of this.#loggers) await this.#attempt(logger, () => logger.resume?.(step));
  }

  async #attempt(logger: Logger, work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const said = `not logged by ${logger.constructor.name}: ${(error as Error).message}`;
      if (!this.#said.has(said)) this.display.note(said);
      this.#said.add(said);
    }
  }

  #write(kind: string, step: number, epoch: number, figures: Figures): void {
    this.#run?.appendMetrics({ step, kind, epoch, ...figures });
    if (this.#loggers.length === 0) return;
    const named: Figures = {};
    for (const name in figures) named[`${kind}/${name}`] = figures[name] as number;
    for (const logger of this.#loggers) logger.logScalars(step, named);
  }
}
