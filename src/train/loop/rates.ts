import { lrScheduler, type Optimizer } from "../../optim/index.ts";
import type { Json } from "../json.ts";
import type { PlateauScheduler } from "../trainer-options.ts";
import { type Difference, isAllowed } from "./setup.ts";

type Group = Optimizer["paramGroups"][number];
type Options = Record<string, Json>;

interface HasBaseLrs {
  baseLrs?: number[];
}

/** Multiplies the learning rates, and what schedules start from, so that the schedule goes on from there. */
export function scaleRates(optimizer: Optimizer, scheduler: object | undefined, factor: number): void {
  optimizer.paramGroups.forEach((group, i) => {
    scaleGroup(group, scheduler, i, factor);
  });
}

function scaleGroup(group: Group, scheduler: object | undefined, at: number, factor: number): void {
  group.lr *= factor;
  if (group.initialLr !== undefined) group.initialLr *= factor;
  for (const part of partsOf(scheduler)) {
    const { baseLrs } = part;
    if (baseLrs?.[at] !== undefined) baseLrs[at] = (baseLrs[at] as number) * factor;
  }
}

/** A schedule and those inside it. */
function partsOf(scheduler: object | undefined): HasBaseLrs[] {
  if (scheduler === undefined) return [];
  const { schedulers = [] } = scheduler as { schedulers?: readonly object[] };
  return [scheduler as HasBaseLrs, ...schedulers.flatMap(partsOf)];
}

/** Whether a schedule (or one inside it) goes by the judged figure: it is stepped after each evaluation. */
export function followsFigures(scheduler: object): scheduler is PlateauScheduler {
  return partsOf(scheduler).some(
    (part) => part instanceof lrScheduler.ReduceLROnPlateau || !(part instanceof lrScheduler.LRScheduler),
  );
}

/**
 * After a resume with options of the optimizer changed on purpose: the checkpoint's options have been loaded, and
 * those allowed by name are put back to what was asked for.
 */
export function takeOverRates(
  optimizer: Optimizer,
  scheduler: object | undefined,
  asked: readonly Options[],
  changed: readonly Difference[],
  allow: readonly string[],
): void {
  optimizer.paramGroups.forEach((group, i) => {
    const prefix = asked.length === 1 ? "optimizer." : `optimizer.${i}.`;
    for (const { path } of changed) {
      if (!path.startsWith(prefix) || !isAllowed(path, allow)) continue;
      const name = path.slice(prefix.length);
      const options = asked[i] as Options;
      if (name === "lr") {
        const wanted = (options.initialLr ?? options.lr) as number;
        const had = group.initialLr ?? group.lr;
        if (had > 0) scaleGroup(group, scheduler, i, wanted / had);
        else group.lr = wanted;
      } else {
        Object.assign(group, { [name]: options[name] });
      }
    }
  });
}
