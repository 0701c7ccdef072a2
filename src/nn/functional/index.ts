export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  batchNorm,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  groupNorm,
  instanceNorm,
  layerNorm,
  linear,
  logSoftmax,
  maxPool1d,
  maxPool2d,
  oneHot,
  relu,
  rmsNorm,
  sigmoid,
  softmax,
  tanh,
} from "../../ops/index.ts";
export * from "./activations-gated.ts";
export * from "./activations-piecewise.ts";
export * from "./activations-smooth.ts";
export { type AttentionOptions, scaledDotProductAttention } from "./attention.ts";
export { bilinear } from "./bilinear.ts";
export {
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
} from "./binary-losses.ts";
export { dropout1d, dropout2d } from "./channel-dropout.ts";
export { type CrossEntropyOptions, crossEntropy, type NLLLossOptions, nllLoss } from "./class-losses.ts";
export {
  type CosineSimilarityOptions,
  cosineSimilarity,
  type PairwiseDistanceOptions,
  pairwiseDistance,
} from "./distance.ts";
export { type DropoutOptions, dropout } from "./dropout.ts";
export { type EmbeddingFunctionOptions, embedding } from "./embedding.ts";
export {
  cosineEmbeddingLoss,
  type TripletMarginLossOptions,
  type TripletMarginWithDistanceLossOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from "./embedding-losses.ts";
export {
  type GaussianNLLLossOptions,
  gaussianNllLoss,
  type KLDivOptions,
  klDiv,
  type PoissonNLLLossOptions,
  poissonNllLoss,
} from "./likelihood-losses.ts";
export {
  hingeEmbeddingLoss,
  type MarginOptions,
  type MultilabelSoftMarginLossOptions,
  type MultiMarginLossOptions,
  marginRankingLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
  softMarginLoss,
} from "./margin-losses.ts";
export {
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "./pointwise-losses.ts";
export type { Reduction, ReductionOptions } from "./reduction.ts";
