import { stepsAnEpoch } from "../loop/show.ts";
import type { CommonOptions, Settings } from "../trainer-options.ts";
import { type CheckFinding, finding } from "./finding.ts";

const HORIZONS = ["tMax", "totalIters", "totalSteps"] as const;

/** The length a schedule was made for; null when it has none. */
function horizonOf(scheduler: object): number | null {
  const fields = scheduler as Record<string, unknown>;
  for (const name of HORIZONS) if (typeof fields[name] === "number") return fields[name];
  const { schedulers, milestones } = fields as { schedulers?: object[]; milestones?: number[] };
  if (schedulers === undefined || schedulers.length === 0) return null;
  const last = horizonOf(schedulers[schedulers.length - 1] as object);
  return last === null ? null : last + (milestones?.[milestones.length - 1] ?? 0);
}

/** A schedule of another length than the training: annealed to nothing halfway, or never. */
export function checkSchedule(trainer: { options: CommonOptions; settings: Settings }, loader: unknown): CheckFinding {
  const { scheduler } = trainer.options;
  const { settings } = trainer;
  if (scheduler === undefined) return finding("schedule", "skip", "no schedule");
  const horizon = horizonOf(scheduler);
  const each = stepsAnEpoch(loader, settings);
  const { epochs, maxSteps } = settings;
  const bySteps = settings.schedulerEvery === "step";
  const planned = bySteps
    ? Math.min(maxSteps ?? Infinity, epochs === null || each === null ? Infinity : epochs * each)
    : Math.min(epochs ?? Infinity, maxSteps === null || each === null ? Infinity : Math.ceil(maxSteps / each));
  const unit = bySteps ? "steps" : "epochs";
  if (horizon === null || !Number.isFinite(planned))
    return finding("schedule", "skip", "its length, or the training's, is not known");
  const said = `the schedule is made for ${horizon} ${unit}, ${planned} are planned`;
  // Warmups and decays that end early are meant; annealing that never gets there is not.
  const isWarmup = /Linear|Constant/.test(scheduler.constructor.name);
  if (isWarmup ? horizon <= planned : Math.abs(horizon - planned) <= Math.max(1, planned / 10)) {
    return finding("schedule", "ok", said);
  }
  return finding(
    "schedule",
    "warn",
    said,
    bySteps || horizon <= 2 * planned
      ? `Make it for ${planned} ${unit}.`
      : `Make it for ${planned} ${unit}; or was it meant to go by step (schedulerEvery: "step")?`,
  );
}
