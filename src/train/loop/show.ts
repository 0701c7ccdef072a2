import { outputStream } from "../../util/platform/index.ts";
import { type Display, type DisplayInfo, displayFor, PlainDisplay } from "../display/index.ts";
import type { Trainer } from "../trainer.ts";
import type { CommonOptions, Figures, Settings } from "../trainer-options.ts";
import type { Progress } from "./progress.ts";

/**
 * The display that the options ask for.
 *
 * @example
 * const display = train.displayOf({ log: (line) => console.log(line) });
 * display.note("resumed at step 10");
 */
export function displayOf(options: CommonOptions): Display {
  const { display, log } = options;
  if (log === null) return displayFor("quiet", null);
  if (log !== undefined) return new PlainDisplay(log);
  if (typeof display === "object") return display;
  return displayFor(display ?? "auto", outputStream());
}

/** What a display is told of a run that begins or goes on. */
export function infoOf(
  { options, settings }: Trainer,
  progress: Progress,
  trainLoader: unknown,
  figures: () => Figures,
): DisplayInfo {
  const planned = plannedSteps(trainLoader, settings);
  return {
    totalSteps: planned === null ? null : planned + progress.base.step,
    firstStep: progress.step,
    maxSeconds: settings.maxSeconds,
    metrics: (options.metrics ?? []).map(({ name }) => name),
    figures: options.figures === undefined ? null : figures,
    open: options.evaluate !== undefined,
  };
}

/** Batches of a loader, when it tells (a stream that does not know says NaN). */
function lengthOf(loader: unknown): number | null {
  const { length } = (loader ?? {}) as { length?: unknown };
  return Number.isInteger(length) ? (length as number) : null;
}

/** Optimizer steps of one epoch; null when the loader does not tell. */
export function stepsAnEpoch(loader: unknown, settings: Settings): number | null {
  const batches = lengthOf(loader);
  return batches === null ? null : Math.ceil(batches / settings.accumulate);
}

/** Optimizer steps from `base` on to the end; null when only the clock (or nobody) knows. */
export function plannedSteps(loader: unknown, settings: Settings): number | null {
  const each = stepsAnEpoch(loader, settings);
  const byEpochs = settings.epochs === null || each === null ? null : settings.epochs * each;
  if (byEpochs === null || settings.maxSteps === null) return byEpochs ?? settings.maxSteps;
  return Math.min(byEpochs, settings.maxSteps);
}
