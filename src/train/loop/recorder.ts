import type { StepInfo } from "../callback.ts";
import type { Display } from "../display/index.ts";
import type { EpochRecord } from "../history.ts";
import { pack } from "../json.ts";
import type { Logger } from "../loggers/index.ts";
import type { Figures } from "./progress.ts";
import type { MetricsLine, RunStore } from "./run-store.ts";

/** Writes what a run measures: the metrics log of the run, loggers, the display. No times, so that equal runs give equal logs. */
export class Recorder {
  readonly display: Display;
  readonly #run: RunStore | null;
  readonly #loggers: readonly Logger[];
  readonly #every: number | null;

  constructor(display: Display, run: RunStore | null, loggers: readonly Logger[], everySteps: number | null) {
    this.display = display;
    this.#run = run;
    this.#loggers = loggers;
    this.#every = run === null && loggers.length === 0 ? null : everySteps;
  }

  step(info: StepInfo): void {
    if (this.#every === null || info.step % this.#every !== 0) return;
    const { step, epoch, loss, lr, gradNorm } = info;
    this.#write("step", step, { epoch }, { loss, lr, gradNorm });
  }

  evaluation(step: number, epoch: number, figures: Figures): void {
    this.#write("evaluation", step, { epoch }, figures);
  }

  async epoch(record: EpochRecord, step: number): Promise<void> {
    const { epoch, trainLoss, valLoss, lr, gradNorm, best, ...rest } = record;
    const line = { step, kind: "epoch", epoch, trainLoss, valLoss, lr, gradNorm, best, ...rest };
    await this.#run?.appendMetrics(pack(line) as MetricsLine);
    const figures: Figures = { "epoch/trainLoss": trainLoss };
    if (valLoss !== null) figures["epoch/valLoss"] = valLoss;
    for (const [name, value] of Object.entries(rest.trainMetrics ?? {})) figures[`train/${name}`] = value;
    for (const logger of this.#loggers) {
      logger.logScalars(step, figures);
      await logger.flush();
    }
    this.display.epoch(record);
  }

  async flush(): Promise<void> {
    for (const logger of this.#loggers) await logger.flush();
  }

  #write(kind: string, step: number, where: Record<string, number>, figures: Figures): void {
    this.#run?.appendMetrics(pack({ step, kind, ...where, ...figures }) as MetricsLine);
    if (this.#loggers.length === 0) return;
    for (const logger of this.#loggers) {
      logger.logScalars(
        step,
        Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${kind}/${name}`, value])),
      );
    }
  }
}
