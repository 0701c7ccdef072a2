import { nn, ones, tensor } from "../../src/index.ts";

// Every class and function of nn that takes options, called right but for these. What takes none stands in NN_WITHOUT.

/** Options as they come from a program that no compiler has seen. */
// biome-ignore lint/suspicious/noExplicitAny: they are wrong on purpose
export type Given = any;
export type Call = (options: Given) => unknown;

/** Options that a call needs with those that are tried. */
export function withNeeded(needed: object, given: Given): Given {
  const plain = given === undefined || given?.constructor === Object;
  return plain ? { ...needed, ...given } : given;
}

const x = ones([2, 3]);
const image = ones([1, 2, 4, 4]);
const classes = tensor([0, 2], { dtype: "int32" });
const half = x.mul(0.5);
const F = nn.functional;
const encoderLayer = (): nn.TransformerEncoderLayer => new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 4 });

/** By the name under which it is exported from `nn`. */
export const NN_CALLS: Readonly<Record<string, Call>> = {
  AvgPool1d: (o) => new nn.AvgPool1d(2, o).forward(image.select(0, 0)),
  AvgPool2d: (o) => new nn.AvgPool2d(2, o).forward(image),
  BCELoss: (o) => new nn.BCELoss(o),
  BCEWithLogitsLoss: (o) => new nn.BCEWithLogitsLoss(o),
  BatchNorm1d: (o) => new nn.BatchNorm1d(3, o),
  BatchNorm2d: (o) => new nn.BatchNorm2d(3, o),
  Bilinear: (o) => new nn.Bilinear(2, 3, 4, o),
  CELU: (o) => new nn.CELU(o),
  Conv1d: (o) => new nn.Conv1d(2, 4, 3, o),
  Conv2d: (o) => new nn.Conv2d(2, 4, 3, o),
  ConvTranspose1d: (o) => new nn.ConvTranspose1d(2, 4, 3, o),
  ConvTranspose2d: (o) => new nn.ConvTranspose2d(2, 4, 3, o),
  CosineEmbeddingLoss: (o) => new nn.CosineEmbeddingLoss(o),
  CosineSimilarity: (o) => new nn.CosineSimilarity(o),
  CrossEntropyLoss: (o) => new nn.CrossEntropyLoss(o),
  Dropout: (o) => new nn.Dropout(0.5, o),
  Dropout1d: (o) => new nn.Dropout1d(0.5, o),
  Dropout2d: (o) => new nn.Dropout2d(0.5, o),
  ELU: (o) => new nn.ELU(o),
  Embedding: (o) => new nn.Embedding(5, 2, o),
  "Embedding.fromPretrained": (o) => nn.Embedding.fromPretrained(ones([3, 2]), o),
  GELU: (o) => new nn.GELU(o).forward(x),
  GRU: (o) => new nn.GRU(3, 2, o),
  GRUCell: (o) => new nn.GRUCell(3, 2, o),
  GaussianNLLLoss: (o) => new nn.GaussianNLLLoss(o),
  GroupNorm: (o) => new nn.GroupNorm(1, 3, o),
  Hardshrink: (o) => new nn.Hardshrink(o),
  Hardtanh: (o) => new nn.Hardtanh(o),
  HingeEmbeddingLoss: (o) => new nn.HingeEmbeddingLoss(o),
  HuberLoss: (o) => new nn.HuberLoss(o),
  InstanceNorm1d: (o) => new nn.InstanceNorm1d(3, withNeeded({ affine: true }, o)),
  InstanceNorm2d: (o) => new nn.InstanceNorm2d(3, withNeeded({ affine: true }, o)),
  KLDivLoss: (o) => new nn.KLDivLoss(o),
  L1Loss: (o) => new nn.L1Loss(o),
  LSTM: (o) => new nn.LSTM(3, 2, o),
  LSTMCell: (o) => new nn.LSTMCell(3, 2, o),
  LayerNorm: (o) => new nn.LayerNorm(3, o),
  LeakyReLU: (o) => new nn.LeakyReLU(o),
  Linear: (o) => new nn.Linear(3, 2, o),
  MSELoss: (o) => new nn.MSELoss(o),
  MarginRankingLoss: (o) => new nn.MarginRankingLoss(o),
  MaxPool1d: (o) => new nn.MaxPool1d(2, o).forward(image.select(0, 0)),
  MaxPool2d: (o) => new nn.MaxPool2d(2, o).forward(image),
  "Module.registerBuffer": (o) => new nn.ReLU().registerBuffer("mean", x, o),
  "Module.registerForwardHook": (o) => new nn.ReLU().registerForwardHook(() => {}, o),
  "Module.registerForwardPreHook": (o) => new nn.ReLU().registerForwardPreHook(() => {}, o),
  "Module.loadStateDict": (o) => new nn.ReLU().loadStateDict({}, o),
  MultiLabelMarginLoss: (o) => new nn.MultiLabelMarginLoss(o),
  MultiLabelSoftMarginLoss: (o) => new nn.MultiLabelSoftMarginLoss(o),
  MultiMarginLoss: (o) => new nn.MultiMarginLoss(o).forward(x, classes),
  MultiheadAttention: (o) => new nn.MultiheadAttention(4, 2, o),
  "MultiheadAttention.forward": (o) => new nn.MultiheadAttention(3, 1).forward(x, x, x, o),
  NLLLoss: (o) => new nn.NLLLoss(o),
  PReLU: (o) => new nn.PReLU(o),
  PairwiseDistance: (o) => new nn.PairwiseDistance(o),
  PoissonNLLLoss: (o) => new nn.PoissonNLLLoss(o),
  RMSNorm: (o) => new nn.RMSNorm(3, o),
  RNN: (o) => new nn.RNN(3, 2, o),
  RNNCell: (o) => new nn.RNNCell(3, 2, o),
  RReLU: (o) => new nn.RReLU(o),
  SmoothL1Loss: (o) => new nn.SmoothL1Loss(o),
  SoftMarginLoss: (o) => new nn.SoftMarginLoss(o),
  Softplus: (o) => new nn.Softplus(o),
  Softshrink: (o) => new nn.Softshrink(o),
  TransformerEncoder: (o) => new nn.TransformerEncoder(encoderLayer(), 1, o),
  "TransformerEncoder.forward": (o) => new nn.TransformerEncoder(encoderLayer(), 1).forward(ones([2, 4]), o),
  TransformerEncoderLayer: (o) => new nn.TransformerEncoderLayer(4, 2, o),
  "TransformerEncoderLayer.forward": (o) => encoderLayer().forward(ones([2, 4]), o),
  TripletMarginLoss: (o) => new nn.TripletMarginLoss(o),
  TripletMarginWithDistanceLoss: (o) => new nn.TripletMarginWithDistanceLoss(o),
  summary: (o) => nn.summary(new nn.Linear(3, 2), [1, 3], o),
  "functional.binaryCrossEntropy": (o) => F.binaryCrossEntropy(half, half, o),
  "functional.binaryCrossEntropyWithLogits": (o) => F.binaryCrossEntropyWithLogits(x, half, o),
  "functional.celu": (o) => F.celu(x, o),
  "functional.cosineEmbeddingLoss": (o) => F.cosineEmbeddingLoss(x, x, ones([2]), o),
  "functional.cosineSimilarity": (o) => F.cosineSimilarity(x, x, o),
  "functional.crossEntropy": (o) => F.crossEntropy(x, classes, o),
  "functional.dropout": (o) => F.dropout(x, 0.5, o),
  "functional.dropout1d": (o) => F.dropout1d(x, 0.5, o),
  "functional.dropout2d": (o) => F.dropout2d(image, 0.5, o),
  "functional.elu": (o) => F.elu(x, o),
  "functional.embedding": (o) => F.embedding(classes, ones([3, 2]), o),
  "functional.gaussianNllLoss": (o) => F.gaussianNllLoss(x, x, x, o),
  "functional.gelu": (o) => F.gelu(x, o),
  "functional.gumbelSoftmax": (o) => F.gumbelSoftmax(x, o),
  "functional.hardshrink": (o) => F.hardshrink(x, o),
  "functional.hardtanh": (o) => F.hardtanh(x, o),
  "functional.hingeEmbeddingLoss": (o) => F.hingeEmbeddingLoss(x, x, o),
  "functional.huberLoss": (o) => F.huberLoss(x, x, o),
  "functional.interpolate": (o) => F.interpolate(image, o?.scaleFactor ? o : withNeeded({ size: 2 }, o)),
  "functional.klDiv": (o) => F.klDiv(x, x, o),
  "functional.l1Loss": (o) => F.l1Loss(x, x, o),
  "functional.leakyRelu": (o) => F.leakyRelu(x, o),
  "functional.marginRankingLoss": (o) => F.marginRankingLoss(x, x, x, o),
  "functional.mseLoss": (o) => F.mseLoss(x, x, o),
  "functional.multiMarginLoss": (o) => F.multiMarginLoss(x, classes, o),
  "functional.multilabelMarginLoss": (o) => F.multilabelMarginLoss(x, x.to("int32"), o),
  "functional.multilabelSoftMarginLoss": (o) => F.multilabelSoftMarginLoss(x, half, o),
  "functional.nllLoss": (o) => F.nllLoss(x, classes, o),
  "functional.normalize": (o) => F.normalize(x, o),
  "functional.pad": (o) => F.pad(x, [1, 1], o),
  "functional.pairwiseDistance": (o) => F.pairwiseDistance(x, x, o),
  "functional.poissonNllLoss": (o) => F.poissonNllLoss(x, x, o),
  "functional.rrelu": (o) => F.rrelu(x, o),
  "functional.scaledDotProductAttention": (o) => F.scaledDotProductAttention(x, x, x, o),
  "functional.smoothL1Loss": (o) => F.smoothL1Loss(x, x, o),
  "functional.softMarginLoss": (o) => F.softMarginLoss(x, x, o),
  "functional.softplus": (o) => F.softplus(x, o),
  "functional.softshrink": (o) => F.softshrink(x, o),
  "functional.tripletMarginLoss": (o) => F.tripletMarginLoss(x, x, x, o),
  "functional.tripletMarginWithDistanceLoss": (o) => F.tripletMarginWithDistanceLoss(x, x, x, o),
  "init.dirac_": (o) => nn.init.dirac_(ones([2, 2, 3]), o),
  "init.kaimingNormal_": (o) => nn.init.kaimingNormal_(ones([2, 3]), o),
  "init.kaimingUniform_": (o) => nn.init.kaimingUniform_(ones([2, 3]), o),
  "init.normal_": (o) => nn.init.normal_(ones([2]), o),
  "init.orthogonal_": (o) => nn.init.orthogonal_(ones([2, 2]), o),
  "init.sparse_": (o) => nn.init.sparse_(ones([2, 2]), 0.5, o),
  "init.truncNormal_": (o) => nn.init.truncNormal_(ones([2]), o),
  "init.uniform_": (o) => nn.init.uniform_(ones([2]), o),
  "init.xavierNormal_": (o) => nn.init.xavierNormal_(ones([2, 2]), o),
  "init.xavierUniform_": (o) => nn.init.xavierUniform_(ones([2, 2]), o),
  "utils.clipGradNorm_": (o) => nn.utils.clipGradNorm_([], 1, o),
  "utils.gradNorms": (o) => nn.utils.gradNorms([], o),
};

/** What takes no options. */
export const NN_WITHOUT: readonly string[] = [
  ..."AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveMaxPool1d AdaptiveMaxPool2d Flatten GLU Hardsigmoid Hardswish".split(
    " ",
  ),
  ..."Identity LogSigmoid LogSoftmax Loss Mish Module ModuleDict ModuleList Parameter ParameterDict".split(" "),
  ..."ParameterList ReLU ReLU6 SELU Sequential SiLU Sigmoid Softmax Softmin Softsign Tanh Tanhshrink Threshold".split(
    " ",
  ),
  "Unflatten",
  ..."bilinear glu hardsigmoid hardswish logsigmoid mish prelu relu6 selu silu softmin softsign tanhshrink threshold"
    .split(" ")
    .map((name) => `functional.${name}`),
  ..."calculateGain constant_ eye_ ones_ zeros_".split(" ").map((name) => `init.${name}`),
  ..."clipGradValue_ parametersToVector vectorToParameters".split(" ").map((name) => `utils.${name}`),
];
