import { type Curve, lateFall, mean, median, type Picture, roughness, tail } from "./curve.ts";
import { percent, show, type Verdict, verdict } from "./verdict.ts";

const HIGH = 0.57; // of the first epoch's loss: little has been learnt
const HIGH_BY_CONSTANT = 0.6; // of the best constant's loss, where it is known; sound runs end below 0.4
const HIGH_BY_START = 0.2; // of the first batch's loss, which a quick first epoch leaves far behind
const STILL_FALLING = 0.25; // fall of the last third by that of the first third
const SLOW_LEFT = 0.25; // of the first epoch's loss (and of the first batch's): much is left to learn
const RISEN = 0.15; // of the lowest validation loss
const RISEN_BY_START = 0.01;
const GAP_BY_CONSTANT = 0.25; // share of the target's spread that training explains and validation does not
const GAP = 1.35; // validation by training, beside that
const NOT_ANNEALED = 0.5; // of the highest learning rate
const FLAT = 0.15; // gain of the last third of the epochs, by the third before
const NEARLY_FLAT = 0.33; // enough when it is also little of what there was to learn:
const LITTLE = 0.04; // of the best constant's loss, else of the loss at the beginning
const LEFT = 0.01; // of the same: below it nearly all has been learnt, and sound runs slow down
const UNLOWERED = 0.99; // of the highest learning rate
const JITTER = 0.05; // mean step between epochs by the loss itself, over the last third
const JITTER_BY_START = 4e-4; // below it there is nothing to gain

/** Validation has risen from its lowest while training went on falling, or lies far above a training loss that fell. */
export function overfitting({ train, val, start, constant }: Picture): Verdict | null {
  if (val === null || val.values.length < 3) return null;
  const best = val.values.indexOf(Math.min(...val.values));
  const epoch = val.epochs[best] as number;
  const lowest = Math.min(...smooth(val.values)); // a single lucky epoch is no standard
  const now = Math.max(lowest, endOf(val));
  const trainNow = endOf(train);
  const trainThen = train.values[train.epochs.indexOf(epoch)] ?? trainNow;
  const after = val.values.length - 1 - best;
  const noise = roughness(tail(val, 0.3, 3).map((value, i, all) => value - linear(all, i)));
  const rise = now - lowest;
  const rose = after >= 2 && rise > RISEN * lowest && rise > RISEN_BY_START * start && rise > 1.5 * noise;
  const fell = trainNow < 0.85 * trainThen && now > 1.3 * trainNow;
  const gap = now - trainNow;
  const stuck = lowest > 0.9 * Math.min(...val.values.slice(0, Math.ceil(val.values.length / 2)));
  const apart = after >= 0 && stuck && now > 2 * trainNow && gap > 0.25 * start && trainNow < 0.5 * start;
  const wide = constant !== null && gap > GAP_BY_CONSTANT * constant && now > GAP * trainNow && trainNow < constant;
  if (!(rose && fell && gap > 0) && !apart && !wide) return null;
  const evidence =
    `validation loss was lowest in epoch ${epoch} (${show(lowest)}) and is now ${show(now)} (${percent(now / lowest - 1)} above), ` +
    `while training went from ${show(trainThen)} to ${show(trainNow)}; the gap is ${show(gap)}`;
  return { ...verdict("overfitting", "warning", evidence), bestEpoch: epoch, gap };
}

/** The median of each value and its neighbours: 3 of 8 or more, 5 of 25 or more. */
function smooth(values: readonly number[]): number[] {
  const reach = values.length >= 25 ? 2 : values.length >= 8 ? 1 : 0;
  return values.map((_, i) => median(values.slice(Math.max(0, i - reach), i + reach + 1)));
}

/** The last value, or the mean of the last tenth where there are many. */
function endOf(curve: Curve): number {
  return mean(tail(curve, 0.1, 1));
}

/** The straight line from the first value to the last. */
function linear(values: readonly number[], i: number): number {
  const first = values[0] as number;
  return first + (((values.at(-1) as number) - first) * i) / Math.max(1, values.length - 1);
}

/** Much is left to learn, and the loss falls about as fast as at the beginning. */
export function tooSlow({ train, start }: Picture): Verdict | null {
  const first = train.values[0] as number;
  const last = train.values.at(-1) as number;
  const late = lateFall(train);
  if (train.values.length < 4 || last < SLOW_LEFT * Math.max(first, start) || last >= first || late < STILL_FALLING)
    return null;
  if (first - last < 2 * roughness(detrended(train.values))) return null;
  const evidence =
    `after ${(train.epochs.at(-1) as number) + 1} epochs the training loss is ${show(last)}, ${percent(last / first)} of the first epoch's, ` +
    `and its last third fell ${percent(Math.min(late, 9.99))} as far as the first third`;
  return verdict("tooSlow", "warning", evidence);
}

function detrended(values: readonly number[]): number[] {
  return values.map((value, i) => value - linear(values, i));
}

/** Training and validation are both high and have stopped falling. */
export function underfitting({ train, val, start, constant, end }: Picture): Verdict | null {
  const first = Math.min(train.values[0] as number, start); // a first epoch may overshoot
  const low =
    constant === null ? end < Math.max(HIGH * first, HIGH_BY_START * start) : end < HIGH_BY_CONSTANT * constant;
  if (train.values.length < 3 || low || lateFall(train) >= STILL_FALLING) return null;
  const validation = val === null ? "" : `, validation at ${show(endOf(val))}`;
  if (constant !== null) {
    return verdict(
      "underfitting",
      "warning",
      `the training loss has flattened at ${show(end)}, ${percent(end / constant)} of the ${show(constant)} that a constant prediction gives${validation}`,
    );
  }
  return verdict(
    "underfitting",
    "warning",
    `the training loss has flattened at ${show(end)}, ${percent(end / first)} of ${show(first)} at the beginning${validation}`,
  );
}

/** How much lower the last third is than the middle one: in units of the loss, and as a share. */
function recentGain(curve: Curve): { drop: number; gain: number } {
  const third = Math.floor(curve.values.length / 3);
  const last = mean(curve.values.slice(-third));
  const middle = mean(curve.values.slice(-2 * third, -third));
  return { drop: middle - last, gain: 1 - last / middle };
}

/** Flat with training still to go, at a learning rate that has not been lowered. */
export function plateau(run: Picture): Verdict | null {
  const { train, start, end, annealedTo, complete } = run;
  if (complete === true || annealedTo === null || annealedTo < UNLOWERED || train.values.length < 9) return null;
  const { drop, gain } = recentGain(train);
  const flat = gain <= FLAT || (gain <= NEARLY_FLAT && drop <= LITTLE * (run.constant ?? start));
  if (!flat || end < LEFT * (run.constant ?? start)) return null;
  return verdict(
    "plateau",
    "warning",
    `the last third of the epochs is ${percent(Math.max(0, gain))} lower than the third before, at ${show(end)}, with the learning rate at ${percent(annealedTo)} of its highest`,
  );
}

/** The run has ended with a high learning rate, and its losses still jump. */
export function notAnnealed(run: Picture): Verdict | null {
  const { train, annealedTo, complete } = run;
  if (complete === false || annealedTo === null || annealedTo <= NOT_ANNEALED || train.values.length < 6) return null;
  const last = tail(train, 1 / 3, 4);
  const jitter = roughness(last) / mean(last);
  if (jitter < JITTER || roughness(last) < JITTER_BY_START * run.start) return null;
  return verdict(
    "notAnnealed",
    "info",
    `the learning rate ends at ${percent(annealedTo)} of its highest, and the training loss still moves by ${percent(jitter)} from epoch to epoch`,
  );
}
