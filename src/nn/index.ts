export { Parameter } from "../tensor/index.ts";
export type { HookHandle } from "../util/index.ts";
export { Identity, ReLU, Sigmoid, Tanh } from "./activations.ts";
export { GLU, LogSoftmax, PReLU, type PReLUOptions, RReLU, Softmax, Softmin } from "./activations-gated.ts";
export {
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyReLU,
  ReLU6,
  Softshrink,
  Threshold,
} from "./activations-piecewise.ts";
export {
  CELU,
  ELU,
  GELU,
  LogSigmoid,
  Mish,
  SELU,
  SiLU,
  Softplus,
  Softsign,
  Tanhshrink,
} from "./activations-smooth.ts";
export { BatchNorm1d, BatchNorm2d, type BatchNormLayerOptions } from "./batch-norm.ts";
export { Bilinear } from "./bilinear.ts";
export { Dropout1d, Dropout2d } from "./channel-dropout.ts";
export { ModuleDict, ModuleList, ParameterDict, ParameterList } from "./containers.ts";
export { Conv1d, Conv2d, type ConvLayerOptions } from "./conv.ts";
export type { ConvLayerBase } from "./conv-layer.ts";
export { ConvTranspose1d, ConvTranspose2d, type ConvTransposeLayerOptions } from "./conv-transpose.ts";
export { CosineSimilarity, PairwiseDistance } from "./distance.ts";
export { Dropout, type DropoutLayerOptions } from "./dropout.ts";
export { Embedding, type EmbeddingOptions, type PretrainedOptions } from "./embedding.ts";
export { Flatten, Unflatten } from "./flatten.ts";
export type { ForwardHook, ForwardHookOptions, ForwardPreHook } from "./forward-hooks.ts";
export * as functional from "./functional/index.ts";
export * as init from "./init.ts";
export { Linear, type LinearOptions } from "./linear.ts";
export { CrossEntropyLoss, HuberLoss, L1Loss, Loss, MSELoss, NLLLoss, SmoothL1Loss } from "./losses.ts";
export { BCELoss, BCEWithLogitsLoss, GaussianNLLLoss, KLDivLoss, PoissonNLLLoss } from "./losses-likelihood.ts";
export {
  CosineEmbeddingLoss,
  HingeEmbeddingLoss,
  MarginRankingLoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  SoftMarginLoss,
  TripletMarginLoss,
  TripletMarginWithDistanceLoss,
} from "./losses-margin.ts";
export { type AnyModule, Module } from "./module.ts";
export {
  MultiheadAttention,
  type MultiheadAttentionOptions,
  type MultiheadForwardOptions,
} from "./multihead-attention.ts";
export {
  GroupNorm,
  type GroupNormOptions,
  InstanceNorm1d,
  InstanceNorm2d,
  LayerNorm,
  type LayerNormOptions,
  RMSNorm,
  type RMSNormOptions,
} from "./normalization.ts";
export type { PaddingMode } from "./pad-mode.ts";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AvgPool1d,
  AvgPool2d,
  MaxPool1d,
  MaxPool2d,
} from "./pool.ts";
export type { BufferOptions } from "./registry.ts";
export { GRU, LSTM, RNN } from "./rnn.ts";
export { GRUCell, LSTMCell, RNNCell } from "./rnn-cells.ts";
export type { CellOptions, RecurrentOptions, RNNOptions } from "./rnn-options.ts";
export { Sequential } from "./sequential.ts";
export type { Chain, Layer, SameSize, SizeMismatch, Sizes } from "./sizes.ts";
export type { LoadOptions, LoadResult, StateDict } from "./state-dict.ts";
export { type Summary, type SummaryOptions, type SummaryRow, summary } from "./summary.ts";
export {
  type EncoderForwardOptions,
  type EncoderLayerForwardOptions,
  TransformerEncoder,
  TransformerEncoderLayer,
  type TransformerEncoderLayerOptions,
  type TransformerEncoderOptions,
} from "./transformer.ts";
export * as utils from "./utils/index.ts";
