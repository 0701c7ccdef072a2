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
export { glu, prelu, type RReLUOptions, rrelu, softmin } from "./activations-gated.ts";
export {
  type HardtanhOptions,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  type LeakyReLUOptions,
  leakyRelu,
  relu6,
  type ShrinkOptions,
  softshrink,
  threshold,
} from "./activations-piecewise.ts";
export {
  celu,
  type ELUOptions,
  elu,
  type GELUOptions,
  gelu,
  logsigmoid,
  mish,
  type SoftplusOptions,
  selu,
  silu,
  softplus,
  softsign,
  tanhshrink,
} from "./activations-smooth.ts";
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
export { type GumbelSoftmaxOptions, gumbelSoftmax } from "./gumbel-softmax.ts";
export { type InterpolateOptions, interpolate } from "./interpolate.ts";
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
export { type NormalizeOptions, normalize } from "./normalize.ts";
export { type PadOptions, pad } from "./padding.ts";
export {
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "./pointwise-losses.ts";
export type { Reduction, ReductionOptions } from "./reduction.ts";
