import type { View } from "../storage.ts";
import { load, store } from "./strided.ts";
import { at, flusherFor, storeFlushed } from "./updates-limits.ts";

// The rules that need no measure of the gradient's size. Hyper-parameters: engine/updates.ts.

type Hyper = readonly number[];
type Five = readonly [number, number, number, number, number];

/** The step grows where the gradient's sign stays, and shrinks (without a step) where it turns. */
export function rprop(parameter: View, grad: View, state: readonly View[], hyper: Hyper): void {
  const [etaMinus, etaPlus, least, most, maximize] = hyper as Five;
  const [prevView, sizeView] = state as [View, View];
  const [p, prev, size] = [load(parameter), load(prevView), load(sizeView)];
  const g = load(grad).map(flusherFor(grad));
  for (let i = 0; i < p.length; i++) {
    let slope = maximize ? -at(g, i) : at(g, i);
    const agree = Math.sign(slope) * Math.sign(at(prev, i));
    const factor = agree > 0 ? etaPlus : agree < 0 ? etaMinus : 1;
    size[i] = Math.min(most, Math.max(least, at(size, i) * factor));
    if (agree < 0) slope = 0;
    p[i] = at(p, i) - Math.sign(slope) * at(size, i);
    prev[i] = slope;
  }
  store(parameter, p);
  storeFlushed(prevView, prev);
  store(sizeView, size);
}

/** `p ← shrink·p - eta·g`, `ax ← ax + mu·(p - ax)`. */
export function asgd(parameter: View, grad: View, state: readonly View[], hyper: Hyper): void {
  const [eta, shrink, mu, weightDecay, maximize] = hyper as Five;
  const [averageView] = state as [View];
  const [p, g, average] = [load(parameter), load(grad), load(averageView)];
  for (let i = 0; i < p.length; i++) {
    const slope = (maximize ? -at(g, i) : at(g, i)) + weightDecay * at(p, i);
    p[i] = shrink * at(p, i) - eta * slope;
    average[i] = mu === 1 ? at(p, i) : at(average, i) + mu * (at(p, i) - at(average, i));
  }
  store(parameter, p);
  storeFlushed(averageView, average);
}

/** `p ← shrink·p - lr · sign(β1·m + (1 - β1)·g)`, `m ← β2·m + (1 - β2)·g`. */
export function lion(parameter: View, grad: View, state: readonly View[], hyper: Hyper): void {
  const [lr, beta1, beta2, shrink, maximize] = hyper as Five;
  const [meanView] = state as [View];
  const [p, m] = [load(parameter), load(meanView)];
  const g = load(grad).map(flusherFor(grad));
  for (let i = 0; i < p.length; i++) {
    const slope = maximize ? -at(g, i) : at(g, i);
    p[i] = shrink * at(p, i) - lr * Math.sign(beta1 * at(m, i) + (1 - beta1) * slope);
    m[i] = beta2 * at(m, i) + (1 - beta2) * slope;
  }
  store(parameter, p);
  storeFlushed(meanView, m);
}

/** `p ← p + weight · (g - p)`, from the nearer end. */
export function lerp(parameter: View, grad: View, _state: readonly View[], hyper: Hyper): void {
  const [weight, maximize] = hyper as Five;
  const [p, g] = [load(parameter), load(grad)];
  for (let i = 0; i < p.length; i++) {
    const to = maximize ? -at(g, i) : at(g, i);
    const way = to - at(p, i);
    p[i] = weight < 0.5 ? at(p, i) + weight * way : to - (1 - weight) * way;
  }
  storeFlushed(parameter, p);
}
