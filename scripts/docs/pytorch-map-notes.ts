// What docs/pytorch-map.md says about names of PyTorch that are not simply the same here. A name that exists here
// and has no note is "same"; one that does not exist needs a reason.

/** How a name differs, or why it is not here. */
export interface Note {
  /** What it is called here, when not as the rule says. */
  readonly ours?: string;
  readonly differs?: string;
  readonly notHere?: string;
}

const IN_PLACE = "in place: use the one without underscore";
const THREE_D = "volumes: too slow on a CPU to be worth the kernels";
const LAZY = "sizes are given, so that types can compare neighbours";
const INDICES = "the positions of the maxima; only unpooling needs them";
const LONG_TAIL = "rarely used; compose it from ops";
const DISTRIBUTED = "for several devices";
const QUANTIZED = "quantisation is not the training loop's";
const OPTIONS = "options in one object";
const CLIPPED = "use";

/** Reasons for whole families of names that are not here. */
export const FAMILIES: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^Lazy|^Uninitialized/, LAZY],
  [/3d(_with_indices)?$/, THREE_D],
  [/_with_indices$/, INDICES],
  [/_$/, IN_PLACE],
  [/^(DataParallel|SyncBatchNorm|parallel)$/, DISTRIBUTED],
  [/^(quantized|quantizable|qat|intrinsic)$/, QUANTIZED],
  [/^(Max|max_)[Uu]npool/, "needs the positions of the maxima, which pooling does not give"],
  [/^(Reflection|Replication|Constant|Zero)Pad/, "F.pad pads, with a constant, mirrored, repeated or around"],
  [/^(Fractional|fractional_)/, LONG_TAIL],
  [/^(LPPool|lp_pool)/, LONG_TAIL],
  [/^(upsample|Upsampl)/, "F.interpolate does it"],
  [/^(grid_sample|affine_grid)/, "resampling along a grid is not here"],
  [
    /^(PixelShuffle|PixelUnshuffle|pixel_|ChannelShuffle|channel_shuffle|native_channel_shuffle)/,
    "reshape and permute do it",
  ],
  [/^(Fold|Unfold|fold|unfold)$/, "im2col is inside the convolutions"],
  [/^(EmbeddingBag|embedding_bag)$/, "an Embedding followed by a sum or mean"],
  [/^(CTCLoss|ctc_loss)$/, "speech alignment is out of scope"],
  [/^(AdaptiveLogSoftmaxWithLoss)$/, "for vocabularies beyond a CPU's reach"],
  [/^(AlphaDropout|FeatureAlphaDropout|alpha_dropout|feature_alpha_dropout)$/, "goes with SELU; rarely used"],
  [/^(LocalResponseNorm|CrossMapLRN2d|local_response_norm)$/, "replaced by batch norm since 2015"],
  [
    /^(Transformer|TransformerDecoder|TransformerDecoderLayer)$/,
    "the encoder is here; a decoder is MultiheadAttention twice",
  ],
  [/^(Container|NLLLoss2d|RNNBase|RNNCellBase|attention|conv_tbc|Buffer)$/, "internal or deprecated in PyTorch"],
  [/^(adaptive_max_pool|AdaptiveMaxPool)/, LONG_TAIL],
];

/** Notes on single names, by PyTorch's name. */
export const NOTES: Readonly<Record<string, Readonly<Record<string, Note>>>> = {
  "torch.optim": {
    SparseAdam: { notHere: "there are no sparse gradients" },
    LBFGS: { differs: "the closure is an argument of step(), as in PyTorch; options in one object" },
    Optimizer: { differs: "step() says whether it was applied; a non-finite gradient changes nothing; state by name" },
  },
  "torch.optim.lr_scheduler": {
    CyclicLR: { differs: OPTIONS },
  },
  "torch.nn": {
    AdaptiveAvgPool1d: { notHere: "average over the dimension instead" },
    Embedding: {
      differs: "no maxNorm (it changes weights in forward), no scaleGradByFreq, no sparse; indices are int32",
    },
    GRU: { differs: "no packed sequences" },
    LSTM: { differs: "no projSize, no packed sequences" },
    RNN: { differs: "no packed sequences" },
    MultiheadAttention: { differs: "no addBiasKv, no addZeroAttn; isCausal needs no mask" },
    Module: {
      differs:
        "call forward(); forward hooks, and registerHook of tensors for backward ones; buffers and parameters as properties",
    },
    ModuleDict: { differs: "get, set, has and keys as a Map" },
    ParameterDict: { differs: "get, set, has and keys as a Map" },
    ModuleList: { differs: "append and extend; at(i) for [i]" },
    ParameterList: { differs: "append and extend; at(i) for [i]" },
    Parameter: { differs: "a root: it lives until nobody holds it" },
    Sequential: { differs: "at(i) for [i]; sizes of neighbours are compared by the compiler" },
    Softmax: { differs: "dim is required" },
    Softmin: { differs: "dim is required" },
    LogSoftmax: { differs: "dim is required" },
    Softmax2d: { notHere: "new nn.Softmax(1)" },
    PReLU: { differs: "numParameters in the options" },
    TransformerEncoder: { differs: "no nested tensors; the layer is copied with its clone()" },
    Unflatten: { differs: "sizes only, no named dimensions" },
    CosineSimilarity: { notHere: "F.cosineSimilarity() is there" },
    PairwiseDistance: { notHere: "F.pairwiseDistance() is there" },
    GroupNorm: {},
    init: {},
    utils: { differs: "clipGradNorm_, clipGradValue_, parametersToVector, vectorToParameters" },
  },
  "torch.nn.functional": {
    dropout: { differs: "p stays positional; training in the options, default true" },
    embedding: { differs: "no maxNorm, no sparse; indices are int32" },
    glu: { differs: "dim stays positional" },
    one_hot: { differs: "int32; numClasses optional" },
    pad: { differs: "any dimensions in every mode" },
    interpolate: { differs: "nearest, linear and bilinear; no antialias" },
    softmax: { differs: "dim is required; no dtype" },
    log_softmax: { differs: "dim is required; no dtype" },
    softmin: { differs: "dim is required; no dtype" },
    scaled_dot_product_attention: { differs: "a position that may see nothing gets NaN, as before PyTorch 2.5" },
    multi_head_attention_forward: { notHere: "internal in PyTorch; use nn.MultiheadAttention" },
    gumbel_softmax: { differs: OPTIONS },
    pdist: { notHere: LONG_TAIL },
    adaptive_avg_pool1d: { notHere: "average over the dimension instead" },
    cosine_similarity: {},
    pairwise_distance: {},
    dropout1d: { notHere: `${CLIPPED} F.dropout2d` },
    rms_norm: {},
  },
};
