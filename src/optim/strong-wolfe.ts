/** The objective at a step size along a direction: its value, its slope along the direction, and a handle. */
export interface Trial<T> {
  /** Step size. */
  t: number;
  loss: number;
  slope: number;
  /** Whatever the caller wants back for the step that is taken: the gradient. */
  point: T;
}

/** What a line search needs to know. */
export interface LineSearch<T> {
  /** The objective at step size 0; its slope is negative. */
  start: Trial<T>;
  /** The first step size to try. */
  first: number;
  /** The largest |element| of the direction. */
  reach: number;
  /** Shortest bracket worth searching, as a change of the parameters. */
  toleranceChange: number;
  evaluate(t: number): Trial<T>;
}

const ARMIJO = 1e-4;
const CURVATURE = 0.9;
const MOST_TRIALS = 25;

/**
 * Looks for a step that satisfies the strong Wolfe conditions `f(t) ≤ f(0) + 1e-4·t·f'(0)`, `|f'(t)| ≤ 0.9·|f'(0)|`:
 * widens until they are bracketed, then narrows by cubic interpolation. PyTorch's search, step for step.
 *
 * A trial whose value is not finite counts as too far.
 *
 * @returns the trial to take, and the number of evaluations
 */
export function strongWolfe<T>(search: LineSearch<T>): { best: Trial<T>; evaluations: number } {
  const { start, evaluate } = search;
  const tooHigh = (trial: Trial<T>): boolean =>
    !Number.isFinite(trial.loss) || trial.loss > start.loss + ARMIJO * trial.t * start.slope;
  const flat = (trial: Trial<T>): boolean => Math.abs(trial.slope) <= -CURVATURE * start.slope;

  let before = start;
  let now = evaluate(search.first);
  let evaluations = 1;
  let trials = 0;
  let bracket: [Trial<T>, Trial<T>] | null = null;
  while (trials < MOST_TRIALS) {
    if (tooHigh(now) || (trials > 1 && now.loss >= before.loss)) {
      bracket = [before, now];
      break;
    }
    if (flat(now)) return { best: now, evaluations };
    if (now.slope >= 0) {
      bracket = [before, now];
      break;
    }
    const t = interpolate(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
    before = now;
    now = evaluate(t);
    evaluations++;
    trials++;
  }
  bracket ??= [start, now];

  let stuck = false;
  let low = bracket[0].loss <= bracket[1].loss || Number.isNaN(bracket[1].loss) ? 0 : 1;
  while (trials < MOST_TRIALS) {
    const [a, b] = bracket;
    if (Math.abs(b.t - a.t) * search.reach < search.toleranceChange) break;
    const [least, most] = [Math.min(a.t, b.t), Math.max(a.t, b.t)];
    let t = interpolate(a, b, least, most);
    // Too near an end twice, or on it: a tenth of the bracket away from it.
    const margin = 0.1 * (most - least);
    if (Math.min(most - t, t - least) < margin) {
      if (stuck || t >= most || t <= least) {
        t = Math.abs(t - most) < Math.abs(t - least) ? most - margin : least + margin;
        stuck = false;
      } else {
        stuck = true;
      }
    } else {
      stuck = false;
    }
    const trial = evaluate(t);
    evaluations++;
    trials++;
    const high = 1 - low;
    const lowest = bracket[low] as Trial<T>;
    if (tooHigh(trial) || trial.loss >= lowest.loss) {
      bracket[high] = trial;
      low = bracket[0].loss <= bracket[1].loss || Number.isNaN(bracket[1].loss) ? 0 : 1;
      continue;
    }
    const done = flat(trial);
    if (!done && trial.slope * ((bracket[high] as Trial<T>).t - lowest.t) >= 0) bracket[high] = lowest;
    bracket[low] = trial;
    if (done) break;
  }
  return { best: bracket[low] as Trial<T>, evaluations };
}

/** The minimum in `[least, most]` of the cubic through two trials; the middle where there is none. */
function interpolate<T>(a: Trial<T>, b: Trial<T>, least: number, most: number): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  if (square >= 0) {
    const d2 = Math.sqrt(square);
    const [near, far] = a.t <= b.t ? [a, b] : [b, a];
    const t = far.t - (far.t - near.t) * ((far.slope + d2 - d1) / (far.slope - near.slope + 2 * d2));
    if (!Number.isNaN(t)) return Math.min(Math.max(t, least), most);
  }
  return (least + most) / 2;
}
