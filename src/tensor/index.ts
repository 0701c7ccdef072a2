export { beginStep, markStep, promoteAmbient, releaseRoot } from "./ambient.ts";
export { type BackwardOptions, backward, isInitialGradient } from "./backward.ts";
export {
  adopt,
  allocate,
  closeGeneration,
  discardGeneration,
  Generation,
  insideBatch,
  MOVED_LENGTH,
  openGeneration,
  runScope,
  scope,
} from "./generation.ts";
export { isGradEnabled, setGradEnabled } from "./grad-mode.ts";
export { type Backward, type GradHook, Node, needsGrad, record } from "./node.ts";
export { Parameter, Tensor } from "./tensor.ts";
