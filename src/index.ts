/**
 * innerloop: the training loop for TypeScript.
 *
 * @packageDocumentation
 */
export * as data from "./data/index.ts";
export type { BackendName, DType, MemoryInfo, TypedArray } from "./engine/index.ts";
export { defaultGenerator, Generator, getRngState, initialSeed, manualSeed, setRngState } from "./engine/index.ts";
export * as engine from "./engine/public.ts";
export * as nn from "./nn/index.ts";
export { functional as F } from "./nn/index.ts";
export * from "./ops/public.ts";
export * as optim from "./optim/index.ts";
export {
  type BackwardOptions,
  backward,
  type GradHook,
  isGradEnabled,
  Parameter,
  scope,
  Tensor,
} from "./tensor/index.ts";
export * as train from "./train/index.ts";
export * from "./util/errors.ts";
export type { Shape } from "./util/shape.ts";
