import { lowerQuartile, mean, median, type Picture, roughness, tail } from "./curve.ts";
import { unitsDied } from "./gradients.ts";
import { type DiagnosisInput, show, type Verdict, verdict } from "./verdict.ts";

const GROWN = 3; // times the first loss: no sound run gets there
const STILL_BAD = 0.5; // of the first loss: below it, a bad start was made good
const BOUNDED = 200; // times the first loss
const BAD_BATCHES = 0.01; // validation by training: below it, a few bad batches make the training loss
const STEEP = 50; // gradient norm, 50 times the default clip
const STEEP_BY_LOSS = 3; // (the constant's, where it is known) targets in large units make the loss large too; exploding gradients are larger than it
const SPIKE = 100; // times what is usual around it; sound runs stay below 60
const WILD = 0.02; // mean step between epochs by the first loss, without what serves the fall
const CALM = 0.04; // mean step by the loss in the last third: below it, the run has settled

/** The loss is not finite, or far above where it began. */
export function divergence(input: DiagnosisInput, run: Picture | null): Verdict | null {
  const broken = input.epochs.find(({ trainLoss }) => !Number.isFinite(trainLoss));
  if (broken !== undefined || run === null) {
    const epoch = broken?.epoch ?? 0;
    return verdict("divergence", "critical", `the training loss is ${broken?.trainLoss ?? NaN} in epoch ${epoch}`);
  }
  const step = input.steps?.find(({ loss }) => !Number.isFinite(loss));
  if (step !== undefined) return verdict("divergence", "critical", `the loss is ${step.loss} in step ${step.step}`);
  const { train, start } = run;
  const highest = Math.max(...train.values);
  const level = median(train.values.slice(-3));
  const peak = train.values.indexOf(highest);
  const rose = highest > GROWN * start && level > STILL_BAD * start;
  const higher = train.values.length >= 3 && level > 1.5 * Math.max(start, train.values[0] as number);
  if (!rose && !higher) return null;
  // Up and down again, within bounds, is oscillation; a first epoch far up is where divergence begins.
  if (peak > 1 && highest < BOUNDED * start && oscillation(run) !== null && !unitsDied(input)) return null;
  if (run.val !== null && median(run.val.values.slice(-3)) < Math.min(start, BAD_BATCHES * level)) return null;
  const epoch = train.epochs[peak] as number;
  return verdict(
    "divergence",
    "critical",
    `the training loss began at ${show(start)}, reached ${show(highest)} in epoch ${epoch} and is now ${show(level)}`,
  );
}

/** The largest norm by what is usual around it, where that is a spike. */
function spikeOf(
  norms: readonly number[],
  largest: readonly number[],
  reach: number,
  usualOf: (around: readonly number[]) => number,
): { at: number; times: number } {
  let found = { at: -1, times: SPIKE };
  // (the first tenth is left out: training begins with large gradients)
  for (let i = Math.ceil(norms.length / 10); i < norms.length; i++) {
    const around = norms.slice(Math.max(0, i - reach), i + reach + 1);
    if (!((largest[i] as number) > found.times * Math.min(...around))) continue; // (sorting costs the most)
    const usual = usualOf(around);
    const times = usual > 0 ? (largest[i] as number) / usual : 0;
    if (around.length >= 5 && times > found.times) found = { at: i, times };
  }
  return found;
}

/** Gradient norms that are huge from the start, or spikes far above those around them. */
export function explodingGradients(input: DiagnosisInput, run: Picture | null): Verdict | null {
  const known = input.epochs.filter(({ gradNorm }) => typeof gradNorm === "number");
  const broken = known.find(({ gradNorm }) => !Number.isFinite(gradNorm));
  if (broken !== undefined && Number.isFinite(broken.trainLoss)) {
    return verdict(
      "explodingGradients",
      "critical",
      `the gradient norm is ${broken.gradNorm} in epoch ${broken.epoch}`,
    );
  }
  if (run === null) return null;
  const finite = known.filter(({ gradNorm }) => Number.isFinite(gradNorm));
  const norms = finite.map(({ gradNorm }) => gradNorm as number);
  const first = norms[0] ?? 0; // later ones have been brought down by training
  if (
    first > STEEP &&
    first > STEEP_BY_LOSS * (run.constant ?? run.start) &&
    Math.max(...run.train.values) <= GROWN * run.start
  ) {
    return verdict(
      "explodingGradients",
      "critical",
      `the gradient norm begins at ${show(first)} with a loss of ${show(run.start)}`,
    );
  }
  const largest = finite.map(({ gradNormMax, gradNorm }) => gradNormMax ?? (gradNorm as number));
  const spike = spikeOf(norms, largest, 4, lowerQuartile); // spikes may be in the means of most epochs
  if (spike.times > SPIKE) {
    const epoch = finite[spike.at]?.epoch;
    const evidence = `a gradient norm of ${show(largest[spike.at] as number)} in epoch ${epoch} is ${show(spike.times)} times what is usual around it`;
    return verdict("explodingGradients", "warning", evidence);
  }
  const steps = (input.steps ?? []).filter(({ gradNorm }) => Number.isFinite(gradNorm ?? NaN));
  const byStep = steps.map(({ gradNorm }) => gradNorm as number);
  const stepSpike = spikeOf(byStep, byStep, 16, median);
  if (stepSpike.times <= SPIKE) return null;
  return verdict(
    "explodingGradients",
    "warning",
    `the gradient norm of step ${steps[stepSpike.at]?.step} (${show(byStep[stepSpike.at] as number)}) is ${show(stepSpike.times)} times the median around it`,
  );
}

/** The training loss goes up and down by a good part of its whole range. */
export function oscillation(run: Picture): Verdict | null {
  const { values } = run.train;
  if (values.length < 5) return null;
  let turns = 0;
  for (let i = 2; i < values.length; i++) {
    const before = (values[i - 1] as number) - (values[i - 2] as number);
    const after = (values[i] as number) - (values[i - 1] as number);
    if (before * after < 0) turns++;
  }
  const share = turns / (values.length - 2);
  const later = values.slice(1);
  const fall = Math.abs((later[0] as number) - (later.at(-1) as number)) / (later.length - 1);
  const step = (roughness(later) - fall) / run.start;
  const last = tail(run.train, 1 / 3, 4);
  if (share < 0.35 || step < WILD || roughness(last) < CALM * mean(last)) return null;
  return verdict(
    "oscillation",
    "warning",
    `the training loss turns in ${Math.round(share * 100)} % of the epochs, and moves by ${show(step * run.start)} from one to the next (it began at ${show(run.start)})`,
  );
}
