import type { View } from "../storage.ts";
import type { UpdateRule } from "../updates.ts";
import { load, store } from "./strided.ts";
import { adafactor } from "./update-adafactor.ts";
import { adadelta, adagrad, adamax, adamLike, rmsprop } from "./updates-adaptive.ts";
import { asgd, lerp, lion, rprop } from "./updates-direct.ts";
import { at, finiteFor, saturatorFor, storeFlushed } from "./updates-limits.ts";

type Update = (parameter: View, grad: View, state: readonly View[], hyper: readonly number[]) => void;

export const UPDATE: Record<UpdateRule, Update> = {
  sgd,
  adam,
  adamLike,
  adamax,
  adagrad,
  adadelta,
  rmsprop,
  rprop,
  asgd,
  lion,
  lerp,
  adafactor,
};

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
  const saturated = saturatorFor(parameter);
  const finite = finiteFor(parameter);
  for (let i = 0; i < p.length; i++) {
    let slope = maximize ? -at(g, i) : at(g, i);
    if (decoupled) p[i] = at(p, i) * (1 - lr * weightDecay);
    else slope += weightDecay * at(p, i);
    slope = saturated(slope);
    m[i] = beta1 * at(m, i) + (1 - beta1) * slope;
    v[i] = finite(beta2 * at(v, i) + (1 - beta2) * slope * slope);
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
