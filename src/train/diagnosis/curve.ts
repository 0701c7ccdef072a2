import type { DiagnosisInput } from "./verdict.ts";

/** A series of figures at epochs, which need not follow each other closely. */
export interface Curve {
  readonly epochs: readonly number[];
  readonly values: readonly number[];
}

/** What the detectors look at; the epochs up to the first loss that is not finite. */
export interface Picture {
  readonly input: DiagnosisInput;
  readonly train: Curve;
  /** Null with fewer than two validation losses. */
  readonly val: Curve | null;
  /** Before training: the first batch's loss, else the first epoch's. */
  readonly start: number;
  /** The best constant prediction's loss: what there was to learn; null when unknown. */
  readonly constant: number | null;
  /** The training loss at the end (mean of the last tenth). */
  readonly end: number;
  /** Learning rate at the end by the highest; null when unknown. */
  readonly annealedTo: number | null;
  /** All planned epochs are done; null when nobody said how many there are. */
  readonly complete: boolean | null;
}

/** A quarter of the values lie below it; NaN for none. */
export function lowerQuartile(values: readonly number[]): number {
  return Float64Array.from(values).sort()[values.length >> 2] ?? NaN;
}

/** The median; NaN for none. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value at an epoch, on straight lines between those known. */
export function at({ epochs, values }: Curve, epoch: number): number {
  const right = epochs.findIndex((each) => each >= epoch);
  if (right < 0) return values.at(-1) as number;
  if (right === 0) return values[0] as number;
  const from = epochs[right - 1] as number;
  const to = epochs[right] as number;
  const share = (epoch - from) / (to - from);
  return (values[right - 1] as number) * (1 - share) + (values[right] as number) * share;
}

/** The values in the last share of the epochs (at least `least` of them). */
export function tail({ epochs, values }: Curve, share: number, least: number): number[] {
  const last = epochs.at(-1) as number;
  const from = last - (last - (epochs[0] as number)) * share;
  const first = Math.min(
    epochs.findIndex((each) => each >= from),
    Math.max(0, values.length - least),
  );
  return values.slice(first);
}

/** Mean size of the steps between neighbours. */
export function roughness(values: readonly number[]): number {
  if (values.length < 2) return 0;
  let sum = 0;
  for (let i = 1; i < values.length; i++) sum += Math.abs((values[i] as number) - (values[i - 1] as number));
  return sum / (values.length - 1);
}

/** How far the last third fell, as a share of the fall of the first third; 0 when nothing fell first. */
export function lateFall(curve: Curve): number {
  const first = curve.epochs[0] as number;
  const last = curve.epochs.at(-1) as number;
  const third = (last - first) / 3;
  const early = (curve.values[0] as number) - at(curve, first + third);
  const late = at(curve, last - third) - (curve.values.at(-1) as number);
  return early <= 0 ? (late > 0 ? Infinity : 0) : late / early;
}

/** Prepares a run; null when not one loss is finite. */
export function picture(input: DiagnosisInput): Picture | null {
  const broken = input.epochs.findIndex(({ trainLoss }) => !Number.isFinite(trainLoss));
  const epochs = broken < 0 ? input.epochs : input.epochs.slice(0, broken);
  if (epochs.length === 0) return null;
  // One walk for all: during a run this is done after every epoch.
  const train = { epochs: [] as number[], values: [] as number[] };
  const validated = { epochs: [] as number[], values: [] as number[] };
  let highest = -Infinity;
  let rate: number | null = null;
  for (const { epoch, trainLoss, valLoss, lr } of epochs) {
    train.epochs.push(epoch);
    train.values.push(trainLoss);
    if (typeof valLoss === "number" && Number.isFinite(valLoss)) {
      validated.epochs.push(epoch);
      validated.values.push(valLoss);
    }
    if (typeof lr === "number") {
      rate = lr;
      highest = Math.max(highest, lr);
    }
  }
  const val: Curve | null = validated.values.length < 2 ? null : validated;
  const initial = input.initialLoss ?? NaN;
  const constant = input.constantLoss ?? NaN;
  const planned = input.plannedEpochs ?? null;
  const done = (train.epochs.at(-1) as number) + 1;
  return {
    input,
    train,
    val,
    start: Number.isFinite(initial) ? initial : (train.values[0] as number),
    constant: constant > 0 && Number.isFinite(constant) ? constant : null,
    end: mean(tail(train, 0.1, 1)),
    annealedTo: rate === null ? null : rate / highest,
    complete: planned === null ? null : done >= planned,
  };
}
