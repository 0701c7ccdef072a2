import type { PointwiseLoss } from "../opcodes.ts";
import type { View } from "../storage.ts";
import { load, store } from "./strided.ts";

/** A loss of the difference `d = input - target`, and its derivative by `d`. */
interface LossOfDifference {
  value(d: number, parameter: number): number;
  slope(d: number, parameter: number): number;
}

const LOSSES: Record<PointwiseLoss, LossOfDifference> = {
  mse: {
    value: (d) => d * d,
    slope: (d) => 2 * d,
  },
  l1: {
    value: Math.abs,
    slope: Math.sign,
  },
  huber: {
    value: (d, delta) => (Math.abs(d) <= delta ? 0.5 * d * d : delta * (Math.abs(d) - 0.5 * delta)),
    slope: (d, delta) => (Math.abs(d) <= delta ? d : delta * Math.sign(d)),
  },
  smoothL1: {
    value: (d, beta) => (Math.abs(d) < beta ? (0.5 * d * d) / beta : Math.abs(d) - 0.5 * beta),
    slope: (d, beta) => (Math.abs(d) < beta ? d / beta : Math.sign(d)),
  },
};

export function pointwiseLoss(
  kind: PointwiseLoss,
  input: View,
  target: View,
  parameter: number,
  scale: number,
  out: View,
  grad: View | null,
): void {
  const loss = LOSSES[kind];
  const wanted = load(target);
  const differences = load(input).map((x, i) => x - (wanted[i] as number));
  store(out, [scale * differences.reduce((total, d) => total + loss.value(d, parameter), 0)]);
  if (grad)
    store(
      grad,
      differences.map((d) => scale * loss.slope(d, parameter)),
    );
}

export function firstNonfinite(input: View): number {
  return load(input).findIndex((x) => !Number.isFinite(x));
}

export function clipNorm(views: readonly View[], maxNorm: number, p: number, out: View): void {
  const norm = pNorm(views.map(load), p);
  store(out, [norm]);
  if (!Number.isFinite(load(out)[0])) return; // as written: a float32 norm may have overflowed
  const factor = Math.min(1, maxNorm / (norm + 1e-6));
  if (factor === 1) return;
  for (const view of views)
    store(
      view,
      load(view).map((x) => x * factor),
    );
}

/** `(Σ |x|^p)^(1/p)` with the largest |x| taken out, so that no power overflows or vanishes. */
function pNorm(arrays: readonly Float64Array[], p: number): number {
  let most = 0;
  for (const values of arrays) for (const x of values) most = Math.max(most, Math.abs(x)); // keeps NaN
  if (p === Number.POSITIVE_INFINITY || most === 0 || !Number.isFinite(most)) return most;
  let total = 0;
  for (const values of arrays) for (const x of values) total += (Math.abs(x) / most) ** p;
  return most * total ** (1 / p);
}
