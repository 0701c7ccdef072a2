/**
 * The fused optimizer updates: one kernel call a parameter. For each rule, what `state` and `hyper`
 * hold, in order. All views are contiguous, of one shape and dtype. `maximize` is 0 or 1. Products
 * that fall below the smallest normal float32 are flushed to zero in the state (see docs/decisions).
 *
 * - `sgd`: state `[momentumBuffer]` or none; hyper
 *   `[lr, momentum, dampening, weightDecay, nesterov, maximize, first]`. With `first` the buffer is
 *   set to the gradient instead of averaged, as PyTorch does on a parameter's first step.
 * - `adam`: state `[expAvg, expAvgSq]` or `[expAvg, expAvgSq, maxExpAvgSq]` (amsgrad); hyper
 *   `[lr, beta1, beta2, eps, weightDecay, decoupled, maximize, step]`; `decoupled` 1 is AdamW,
 *   `step` counts from 1. Bias corrections are computed in float64:
 *   `p -= lr / (1 - β1^t) · m / (√v / √(1 - β2^t) + eps)`.
 * - `adamLike` (NAdam, RAdam): state `[expAvg, expAvgSq]`; hyper
 *   `[beta1, beta2, gradRate, meanRate, rootFactor, eps, weightDecay, shrink, maximize]`:
 *   `p ← shrink·p - (gradRate·g + meanRate·m) / (rootFactor·√v + eps)`.
 * - `adamax`: state `[expAvg, expInf]`; hyper `[rate, beta1, beta2, eps, weightDecay, maximize]`:
 *   `u = max(β2·u, |g| + eps)`, `p -= rate · m / u`.
 * - `adagrad`: state `[sum]`; hyper `[rate, eps, weightDecay, maximize]`: `p -= rate · g / (√sum + eps)`.
 * - `adadelta`: state `[squareAvg, accDelta]`; hyper `[lr, rho, eps, weightDecay, maximize]`.
 * - `rmsprop`: state `[squareAvg]`, then `momentumBuffer` if `momentum > 0`, then `gradAvg` if `centered`;
 *   hyper `[lr, alpha, eps, weightDecay, momentum, centered, maximize]`.
 * - `rprop`: state `[prev, stepSize]`; hyper `[etaMinus, etaPlus, stepMin, stepMax, maximize]`.
 * - `asgd`: state `[ax]`; hyper `[eta, shrink, mu, weightDecay, maximize]`:
 *   `p ← shrink·p - eta·g`, `ax += mu·(p - ax)`.
 * - `lion`: state `[expAvg]`; hyper `[lr, beta1, beta2, shrink, maximize]`.
 * - `lerp`: no state; hyper `[weight, maximize]`: `p += weight · (g - p)`, g negated by `maximize`. A running
 *   average: momentum buffers and averaged weights.
 * - `adafactor`: state `[rowVar, colVar]` (of `rows` and `cols` elements each for every one of `blocks` matrices),
 *   or `[variance]` of the parameter's shape; hyper
 *   `[fresh, rho, eps1, eps2, d, shrink, maximize, blocks, rows, cols]`, `fresh` being `1 - β2ₜ`.
 *
 * Rules that square the gradient take it (weight decay included) as at most `√max` in size and hold second
 * moments at most `max`, the largest finite number of the dtype: docs/decisions/0005-saturating-second-moments.md.
 */
export const UPDATE_RULES = [
  "sgd",
  "adam",
  "adamLike",
  "adamax",
  "adagrad",
  "adadelta",
  "rmsprop",
  "rprop",
  "asgd",
  "lion",
  "lerp",
  "adafactor",
] as const;
export type UpdateRule = (typeof UPDATE_RULES)[number];
