export { Adam, type AdamGroupOptions, type AdamOptions, AdamW } from "./adam.ts";
export * as lrScheduler from "./lr-scheduler/index.ts";
export { Optimizer, type OptimizerOptions, type ZeroGradOptions } from "./optimizer.ts";
export type { GroupOptions, ParamGroup, ParamGroupInput, Params } from "./param-groups.ts";
export { SGD, type SGDGroupOptions, type SGDOptions } from "./sgd.ts";
export type { Slot } from "./slot.ts";
export type { GroupState, OptimizerState, ParameterState } from "./state-dict.ts";
