import type { Json } from "../json.ts";
import type { Trainer } from "../trainer.ts";
import { checkRunState, restoreRun } from "./checkpoint.ts";
import type { TrainingLoop } from "./loop.ts";
import type { Progress } from "./progress.ts";
import { takeOverRates } from "./rates.ts";
import type { RunStore } from "./run-store.ts";
import {
  checkAllowed,
  checkDifferences,
  differences,
  formatDifference,
  isAllowed,
  type Setup,
  toldOf,
} from "./setup.ts";

/** A run that goes on. */
export interface TakenUp {
  progress: Progress;
  /** What there is to say about it. */
  notes: readonly string[];
  /** It is not made as the checkpoint says: the next one has to be there before anything else happens. */
  isChanged: boolean;
}

/**
 * Puts everything back to the newest checkpoint of a run; null when there is none.
 *
 * @param allow paths of what may differ
 * @throws {CheckpointError} listing what differs and is not allowed; nothing is then changed
 */
export async function takeUp(
  trainer: Trainer,
  loop: TrainingLoop,
  run: RunStore,
  allow: readonly string[],
): Promise<TakenUp | null> {
  const { optimizer, options } = trainer;
  const found = await run.loadLatest();
  if (found === null) {
    await loop.recorder.resume(0); // what loggers hold is of this run, which has not begun
    return null;
  }
  const { checkpoint, source, skipped, metricsLines } = found;
  checkRunState(checkpoint.state, run.path);
  const [saved, now] = [checkpoint.state.setup as Setup, loop.parts.setup];
  checkAllowed(allow, saved, now);
  const changed = differences(saved, now);
  checkDifferences(changed, allow);
  const asked = optimizer.paramGroups.map(({ params: _, ...rest }) => structuredClone(rest) as Record<string, Json>);
  const progress = restoreRun(loop.parts, checkpoint, (path) => isAllowed(path, allow));
  takeOverRates(optimizer, options.scheduler, asked, changed, allow);
  // Stopped for good, or at an end that lies further away now.
  progress.finished = false;
  loop.progress = progress;
  loop.train.load(progress.source ?? null);
  await run.cutMetrics(progress.step, metricsLines);
  await loop.recorder.resume(progress.step);
  const notes = skipped.length === 0 ? [] : [`resumed from ${source}; skipped: ${skipped.join("; ")}`];
  notes.push(...toldOf(changed).map((each) => `changed since the checkpoint: ${formatDifference(each)}`));
  return { progress, notes, isChanged: JSON.stringify(saved) !== JSON.stringify(now) };
}
