import type { DType } from "../dtype.ts";
import type { View } from "../storage.ts";
import type { UpdateRule } from "../updates.ts";
import { load, store } from "./strided.ts";

type Update = (parameter: View, grad: View, state: readonly View[], hyper: readonly number[]) => void;

export const UPDATE: Record<UpdateRule, Update> = { sgd, adam };

/** `b ← μ b + (1 - τ) g`, `p ← p - lr · b`; with Nesterov `p ← p - lr · (g + μ b)`. */
function sgd(parameter: View, grad: View, state: readonly View[], hyper: readonly number[]): void {
  const [lr, momentum, dampening, weightDecay, nesterov, maximize, first] = hyper as SgdHyper;
  const p = load(parameter);
  const g = load(grad);
  const buffer = state[0] ? load(state[0]) : null;
  for (let i = 0; i < p.length; i++) {
    let step = (maximize ? -at(g, i) : at(g, i)) + weightDecay * at(p, i);
    if (buffer) {
      buffer[i] = first ? step : momentum * at(buffer, i) + (1 - dampening) * step;
      step = nesterov ? step + momentum * at(buffer, i) : at(buffer, i);
    }
    p[i] = at(p, i) - lr * step;
  }
  store(parameter, p);
  if (state[0] && buffer) storeFlushed(state[0], buffer);
}

/** `m ← β1 m + (1 - β1) g`, `v ← β2 v + (1 - β2) g²`, `p ← p - lr / (1 - β1ᵗ) · m / (√v / √(1 - β2ᵗ) + ε)`. */
function adam(parameter: View, grad: View, state: readonly View[], hyper: readonly number[]): void {
  const [lr, beta1, beta2, eps, weightDecay, decoupled, maximize, step] = hyper as AdamHyper;
  const correction1 = 1 - beta1 ** step;
  const correction2 = Math.sqrt(1 - beta2 ** step);
  const [meanView, squareView, mostView] = state as [View, View, View?];
  const p = load(parameter);
  const g = load(grad);
  const m = load(meanView);
  const v = load(squareView);
  const most = mostView ? load(mostView) : null;
  for (let i = 0; i < p.length; i++) {
    let slope = maximize ? -at(g, i) : at(g, i);
    if (decoupled) p[i] = at(p, i) * (1 - lr * weightDecay);
    else slope += weightDecay * at(p, i);
    m[i] = beta1 * at(m, i) + (1 - beta1) * slope;
    v[i] = beta2 * at(v, i) + (1 - beta2) * slope * slope;
    if (most) most[i] = Math.max(at(most, i), at(v, i));
    const spread = Math.sqrt(most ? at(most, i) : at(v, i)) / correction2 + eps;
    p[i] = at(p, i) - ((lr / correction1) * at(m, i)) / spread;
  }
  store(parameter, p);
  storeFlushed(meanView, m);
  storeFlushed(squareView, v);
  if (mostView && most) storeFlushed(mostView, most);
}

type SgdHyper = [
  lr: number,
  momentum: number,
  dampening: number,
  weightDecay: number,
  nesterov: number,
  maximize: number,
  first: number,
];
type AdamHyper = [
  lr: number,
  beta1: number,
  beta2: number,
  eps: number,
  weightDecay: number,
  decoupled: number,
  maximize: number,
  step: number,
];

const SMALLEST_NORMAL: Partial<Record<DType, number>> = { float32: 2 ** -126, float64: 2 ** -1022 };

/** Stores with subnormals set to zero, as every backend does. */
function storeFlushed(view: View, values: Float64Array): void {
  const smallest = SMALLEST_NORMAL[view.dtype] as number;
  store(
    view,
    values.map((x) => (Math.abs(x) < smallest ? 0 : x)),
  );
}

function at(values: Float64Array, i: number): number {
  return values[i] as number;
}
