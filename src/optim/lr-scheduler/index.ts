export { ChainedScheduler } from "./chained-scheduler.ts";
export { CompositeLR } from "./composite.ts";
export { ConstantLR, type ConstantLROptions } from "./constant-lr.ts";
export { CosineAnnealingLR, type CosineAnnealingLROptions } from "./cosine-annealing-lr.ts";
export {
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from "./cosine-annealing-warm-restarts.ts";
export { CyclicLR, type CyclicLROptions } from "./cyclic-lr.ts";
export { ExponentialLR } from "./exponential-lr.ts";
export { InverseSqrtLR } from "./inverse-sqrt-lr.ts";
export { LambdaLR, type LRLambda } from "./lambda-lr.ts";
export { LinearLR, type LinearLROptions } from "./linear-lr.ts";
export { LRScheduler, type Metric, type Schedulable, type SchedulerOptions } from "./lr-scheduler.ts";
export { MultiStepLR, type MultiStepLROptions } from "./multi-step-lr.ts";
export { MultiplicativeLR } from "./multiplicative-lr.ts";
export { OneCycleLR, type OneCycleLROptions } from "./one-cycle-lr.ts";
export { PolynomialLR, type PolynomialLROptions } from "./polynomial-lr.ts";
export { previewLr } from "./preview-lr.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./reduce-lr-on-plateau.ts";
export { SequentialLR } from "./sequential-lr.ts";
export type { SavedValue, SchedulerState } from "./state.ts";
export { StepLR, type StepLROptions } from "./step-lr.ts";
export { WarmupLR, type WarmupOptions, warmup } from "./warmup-lr.ts";
export { WarmupStableDecayLR, type WarmupStableDecayLROptions } from "./warmup-stable-decay-lr.ts";
