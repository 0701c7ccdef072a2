export { linear, logSoftmax, relu, sigmoid, softmax, softplus, tanh } from "../../ops/index.ts";
export { type CrossEntropyOptions, crossEntropy, type NLLLossOptions, nllLoss } from "./class-losses.ts";
export { type DropoutOptions, dropout } from "./dropout.ts";
export {
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "./pointwise-losses.ts";
export type { Reduction, ReductionOptions } from "./reduction.ts";
