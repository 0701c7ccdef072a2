export { ConstantLR, type ConstantLROptions } from "./constant-lr.ts";
export { CosineAnnealingLR, type CosineAnnealingLROptions } from "./cosine-annealing-lr.ts";
export { ExponentialLR } from "./exponential-lr.ts";
export { LambdaLR, type LRLambda } from "./lambda-lr.ts";
export { LinearLR, type LinearLROptions } from "./linear-lr.ts";
export { LRScheduler, type Schedulable, type SchedulerOptions } from "./lr-scheduler.ts";
export { SequentialLR } from "./sequential-lr.ts";
export type { SavedValue, SchedulerState } from "./state.ts";
export { StepLR, type StepLROptions } from "./step-lr.ts";
