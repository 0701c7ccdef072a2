import { checkCount, type LRScheduler, type Metric, type Schedulable } from "./lr-scheduler.ts";

/**
 * The learning rates of the next steps, for a plot; schedule and optimizer stay as they are.
 *
 * A copy of the schedule goes on with copies of the groups. Functions given to a schedule (`LambdaLR`) are called.
 * A schedule of your own must keep its state in ordinary fields (not in `#private` ones), which is also what
 * `stateDict()` asks of it.
 *
 * @param steps how many, 0 or more; the first is the one in force now
 * @param metric what a plateau gets to see at each step (0 unless given): a number makes it reduce whenever its
 * patience ends, a function of the step says how the metric goes
 * @returns `[steps][groups]`
 * @throws {ConfigError} where the schedule would, past `OneCycleLR`'s end say
 * @example
 * const schedule = new optim.lrScheduler.CosineAnnealingLR(optimizer, 50);
 * const rates = optim.lrScheduler.previewLr(schedule, 50).map(([lr]) => lr);
 */
export function previewLr(
  scheduler: LRScheduler,
  steps: number,
  metric: Metric | ((step: number) => Metric) = 0,
): number[][] {
  checkCount("optim.lrScheduler.previewLr", "steps", steps, 0);
  const paramGroups = scheduler.optimizer.paramGroups.map((group) => ({ ...group }));
  const optimizer: Schedulable = { paramGroups };
  const copy = scheduler.copyFor(optimizer);
  return Array.from({ length: steps }, (_, step) => {
    if (step > 0) copy.advance(typeof metric === "function" ? metric(step) : metric);
    return paramGroups.map((group) => group.lr);
  });
}
