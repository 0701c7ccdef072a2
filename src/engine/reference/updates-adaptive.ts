import type { View } from "../storage.ts";
import { load, store } from "./strided.ts";
import { at, finiteFor, saturatorFor, storeFlushed } from "./updates-limits.ts";

// The rules that divide by a measure of the gradient's size. Hyper-parameters: engine/updates.ts.

type Hyper = readonly number[];

/** NAdam and RAdam: `p ← shrink·p - (gradRate·g + meanRate·m) / (rootFactor·√v + eps)`. */
export function adamLike(parameter: View, grad: View, state: readonly View[], hyper: Hyper): void {
  const [beta1, beta2, gradRate, meanRate, rootFactor, eps, weightDecay, shrink, maximize] = hyper as Nine;
  const [meanView, squareView] = state as [View, View];
  const [p, m, v] = [load(parameter), load(meanView), load(squareView)];
  const g = slopes(parameter, grad, p, weightDecay, maximize);
  const finite = finiteFor(parameter);
  for (let i = 0; i < p.length; i++) {
    const slope = at(g, i);
    m[i] = beta1 * at(m, i) + (1 - beta1) * slope;
    v[i] = finite(beta2 * at(v, i) + (1 - beta2) * slope * slope);
    const step = gradRate * slope + meanRate * at(m, i);
    p[i] = shrink * at(p, i) - step / (rootFactor * Math.sqrt(at(v, i)) + eps);
  }
  store(parameter, p);
  storeFlushed(meanView, m);
  storeFlushed(squareView, v);
}

/** `m ← β1·m + (1 - β1)·g`, `u ← max(β2·u, |g| + eps)`, `p ← p - rate · m / u`. */
export function adamax(parameter: View, grad: View, state: readonly View[], hyper: Hyper): void {
  const [rate, beta1, beta2, eps, weightDecay, maximize] = hyper as Nine;
  const [meanView, mostView] = state as [View, View];
  const [p, g, m, u] = [load(parameter), load(grad), load(meanView), load(mostView)];
  const finite = finiteFor(parameter);
  for (let i = 0; i < p.length; i++) {
    const slope = (maximize ? -at(g, i) : at(g, i)) + weightDecay * at(p, i);
    m[i] = beta1 * at(m, i) + (1 - beta1) * slope;
    u[i] = finite(Math.max(beta2 * at(u, i), Math.abs(slope) + eps));
    p[i] = at(p, i) - (rate * at(m, i)) / at(u, i);
  }
  store(parameter, p);
  storeFlushed(meanView, m);
  storeFlushed(mostView, u);
}

/** `s ← s + g²`, `p ← p - rate · g / (√s + eps)`. */
export function adagrad(parameter: View, grad: View, state: readonly View[], hyper: Hyper): void {
  const [rate, eps, weightDecay, maximize] = hyper as Nine;
  const [sumView] = state as [View];
  const [p, sum] = [load(parameter), load(sumView)];
  const g = slopes(parameter, grad, p, weightDecay, maximize);
  const finite = finiteFor(parameter);
  for (let i = 0; i < p.length; i++) {
    sum[i] = finite(at(sum, i) + at(g, i) ** 2);
    p[i] = at(p, i) - (rate * at(g, i)) / (Math.sqrt(at(sum, i)) + eps);
  }
  store(parameter, p);
  storeFlushed(sumView, sum);
}

/** `v ← ρ·v + (1 - ρ)·g²`, `Δ = √(a + eps) / √(v + eps) · g`, `a ← ρ·a + (1 - ρ)·Δ²`, `p ← p - lr·Δ`. */
export function adadelta(parameter: View, grad: View, state: readonly View[], hyper: Hyper): void {
  const [lr, rho, eps, weightDecay, maximize] = hyper as Nine;
  const [squareView, movedView] = state as [View, View];
  const [p, v, moved] = [load(parameter), load(squareView), load(movedView)];
  const g = slopes(parameter, grad, p, weightDecay, maximize);
  const finite = finiteFor(parameter);
  const saturated = saturatorFor(parameter);
  for (let i = 0; i < p.length; i++) {
    v[i] = finite(rho * at(v, i) + (1 - rho) * at(g, i) * at(g, i));
    const delta = saturated((Math.sqrt(at(moved, i) + eps) / Math.sqrt(at(v, i) + eps)) * at(g, i));
    moved[i] = finite(rho * at(moved, i) + (1 - rho) * delta * delta);
    p[i] = at(p, i) - lr * delta;
  }
  store(parameter, p);
  storeFlushed(squareView, v);
  storeFlushed(movedView, moved);
}

/** `v ← α·v + (1 - α)·g²`, `p ← p - lr · g / (√v + eps)`; centered takes the mean's square off, momentum sums. */
export function rmsprop(parameter: View, grad: View, state: readonly View[], hyper: Hyper): void {
  const [lr, alpha, eps, weightDecay, momentum, centered, maximize] = hyper as Nine;
  const squareView = state[0] as View;
  const bufferView = momentum > 0 ? (state[1] as View) : null;
  const meanView = centered ? (state[momentum > 0 ? 2 : 1] as View) : null;
  const [p, v] = [load(parameter), load(squareView)];
  const buffer = bufferView ? load(bufferView) : null;
  const mean = meanView ? load(meanView) : null;
  const g = slopes(parameter, grad, p, weightDecay, maximize);
  const finite = finiteFor(parameter);
  for (let i = 0; i < p.length; i++) {
    const slope = at(g, i);
    v[i] = finite(alpha * at(v, i) + (1 - alpha) * slope * slope);
    let spread = at(v, i);
    if (mean) {
      mean[i] = alpha * at(mean, i) + (1 - alpha) * slope;
      spread = Math.max(0, spread - at(mean, i) ** 2); // rounding must not make it negative
    }
    let step = slope / (Math.sqrt(spread) + eps);
    if (buffer) {
      buffer[i] = momentum * at(buffer, i) + step;
      step = at(buffer, i);
    }
    p[i] = at(p, i) - lr * step;
  }
  store(parameter, p);
  storeFlushed(squareView, v);
  if (bufferView && buffer) storeFlushed(bufferView, buffer);
  if (meanView && mean) storeFlushed(meanView, mean);
}

/** The gradients with sign and penalty, as large as the dtype can square. */
function slopes(parameter: View, grad: View, p: Float64Array, weightDecay: number, maximize: number): Float64Array {
  const saturated = saturatorFor(parameter);
  const decaying = weightDecay !== 0;
  return load(grad).map((x, i) => {
    const slope = maximize ? -x : x;
    return saturated(decaying ? slope + weightDecay * at(p, i) : slope);
  });
}

type Nine = readonly [number, number, number, number, number, number, number, number, number];
