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
 */
export const UPDATE_RULES = ["sgd", "adam"] as const;
export type UpdateRule = (typeof UPDATE_RULES)[number];
