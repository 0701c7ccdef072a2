import { CheckpointError } from "../../util/index.ts";

/** A value in a saved schedule: what JSON can hold. */
export type SavedValue =
  | number
  | boolean
  | string
  | null
  | readonly SavedValue[]
  | { readonly [key: string]: SavedValue };

/** A saved schedule: its fields by name. */
export type SchedulerState = { readonly [key: string]: SavedValue };

function isPlain(value: unknown): value is number | boolean | string | null | readonly number[] {
  if (value === null || typeof value === "number" || typeof value === "boolean" || typeof value === "string")
    return true;
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}

// JSON has no infinities, and a plateau's best metric starts as one.
const NOT_FINITE: readonly string[] = ["Infinity", "-Infinity", "NaN"];

function encode(value: SavedValue): SavedValue {
  if (Array.isArray(value)) return value.map(encode);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function decode(value: SavedValue): SavedValue {
  if (Array.isArray(value)) return value.map(decode);
  return typeof value === "string" && NOT_FINITE.includes(value) ? Number(value) : value;
}

/** The fields of a schedule that are numbers, booleans, strings or lists of numbers; infinite numbers as strings. */
export function savedFields(schedule: object): SchedulerState {
  return Object.fromEntries(
    Object.entries(schedule)
      .filter(([, value]) => isPlain(value))
      .map(([key, value]) => [key, encode(value)]),
  );
}

/** Sets these fields. @throws {CheckpointError} unless they are all there, alone, and of the same kinds. */
export function restoreFields(schedule: object, saving: SchedulerState): void {
  const state = typeof saving === "object" && saving !== null ? saving : {}; // from a file, it may be anything
  const current = savedFields(schedule);
  const problems: string[] = [];
  for (const [key, value] of Object.entries(current)) {
    const saved = state[key];
    if (saved === undefined) problems.push(`"${key}" is missing`);
    else if (kindOf(saved) !== kindOf(value)) problems.push(`"${key}" is ${kindOf(saved)} instead of ${kindOf(value)}`);
  }
  for (const key of Object.keys(state)) if (!(key in current)) problems.push(`"${key}" is unexpected`);
  if (problems.length > 0) {
    throw new CheckpointError(
      `optim.lrScheduler.${schedule.constructor.name}.loadStateDict`,
      problems.join("; "),
      "expected what stateDict() of the same schedule gives",
      "Build the schedule as it was when the state was saved.",
    );
  }
  for (const key of Object.keys(current)) {
    (schedule as Record<string, unknown>)[key] = decode(state[key] as SavedValue);
  }
}

function kindOf(saved: SavedValue): string {
  const value = decode(saved);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return value === null ? "null" : typeof value;
}
