import {
  add,
  binaryRaw,
  div,
  gather,
  logSoftmax,
  maskedFill,
  mul,
  neg,
  reshape,
  scalarRaw,
  sum,
  zerosLike,
} from "../../ops/index.ts";
import { record, type Tensor } from "../../tensor/index.ts";
import {
  ConfigError,
  checkedOptions,
  DtypeError,
  formatShape,
  type OptionKinds,
  ShapeError,
  sameShape,
} from "../../util/index.ts";
import { asRows, classWeights, type Rows, readTargets, type Targets } from "./class-targets.ts";
import { checkReduction, REDUCTION_OPTIONS, type Reduction, type ReductionOptions } from "./reduction.ts";

/** Options of `nllLoss`. */
export interface NLLLossOptions extends ReductionOptions {
  /** `[C]`: a factor for each class; the mean divides by the sum of the factors used. */
  weight?: Tensor;
  /** Targets of this value do not count; default −100. */
  ignoreIndex?: number;
}

/** What each holds. */
export const NLL_LOSS_OPTIONS: OptionKinds<NLLLossOptions> = {
  ...REDUCTION_OPTIONS,
  weight: "object",
  ignoreIndex: "number",
};

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends NLLLossOptions {
  /** Share of each target spread evenly over all classes, 0 … 1; default 0. */
  labelSmoothing?: number;
}

/** What each holds. */
export const CROSS_ENTROPY_OPTIONS: OptionKinds<CrossEntropyOptions> = {
  ...NLL_LOSS_OPTIONS,
  labelSmoothing: "number",
};

// −w·logp at each row's target, [N, 1].
function picked(logProbabilities: Tensor, targets: Targets): Tensor {
  const { index, weight, ignored } = targets;
  const factor = scalarRaw("mul", weight, -1);
  const value = binaryRaw("mul", gather(logProbabilities.detach(), 1, index), factor);
  // An ignored row may hold −∞, and 0·∞ is NaN.
  const losses = ignored === null ? value : maskedFill(value, ignored, 0);
  return record("nllLoss", losses, [logProbabilities], null, (grad) => {
    const back = zerosLike(logProbabilities);
    const part = binaryRaw("mul", grad, factor);
    back.storage.backend.scatter(back, 1, index, ignored === null ? part : maskedFill(part, ignored, 0), false);
    return back;
  });
}

function reduceRows(losses: Tensor, total: number, reduction: Reduction, shape: readonly number[]): Tensor {
  if (reduction === "none") return reshape(losses, shape);
  const all = sum(losses);
  return reduction === "sum" ? all : div(all, total);
}

function nll(logRows: Rows, targets: Targets, reduction: Reduction): Tensor {
  return reduceRows(picked(logRows.rows, targets), targets.total, reduction, logRows.shape);
}

/**
 * Negative log likelihood: `−w[t]·input[t]`, averaged with the weights.
 *
 * @param input log probabilities `[C]`, `[N, C]` or `[N, C, …]`
 * @param target int32 class indices `[]`, `[N]` or `[N, …]`
 * @throws {DataError} for a class that does not exist
 * @example
 * const out = F.nllLoss(tensor([[2, 0, 0], [0, 1, 3]]).logSoftmax(1), tensor([0, 2], { dtype: "int32" })); // 0.2047
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 */
export function nllLoss(input: Tensor, target: Tensor, options: NLLLossOptions = {}): Tensor {
  checkedOptions("nllLoss", options, NLL_LOSS_OPTIONS);
  const reduction = checkReduction("nllLoss", options.reduction);
  const all = asRows("nllLoss", input);
  const weight = classWeights("nllLoss", options.weight, all.rows);
  return nll(all, readTargets("nllLoss", all, target, weight, options.ignoreIndex ?? -100), reduction);
}

/**
 * Cross-entropy of scores: `−ln softmax(input)[t]`, averaged over the targets.
 *
 * When every target is ignored, the mean is NaN, as in PyTorch.
 *
 * @param input scores before softmax, `[C]`, `[N, C]` or `[N, C, …]`
 * @param target int32 class indices `[]`, `[N]` or `[N, …]`, or probabilities of the input's shape and dtype
 * @throws {DataError} for a class that does not exist
 * @throws {ShapeError} when the target fits neither way
 * @example
 * const scores = tensor([[2, 0, 0], [0, 1, 3]]);
 * const out = F.crossEntropy(scores, tensor([0, 2], { dtype: "int32" }), { labelSmoothing: 0.1 }); // 0.3547
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  checkedOptions("crossEntropy", options, CROSS_ENTROPY_OPTIONS);
  const name = "crossEntropy";
  const reduction = checkReduction(name, options.reduction);
  const smoothing = options.labelSmoothing ?? 0;
  if (!(smoothing >= 0 && smoothing <= 1)) {
    throw new ConfigError(name, `labelSmoothing is ${smoothing}`, "expected 0 … 1", "Pass a share, e.g. 0.1.");
  }
  const scores = asRows(name, input);
  const weight = classWeights(name, options.weight, scores.rows);
  if (target.dtype !== "int32") return ofProbabilities(input, target, scores, weight, smoothing, reduction);
  const targets = readTargets(name, scores, target, weight, options.ignoreIndex ?? -100);
  const logs: Rows = { rows: logSoftmax(scores.rows, 1), shape: scores.shape };
  const loss = nll(logs, targets, reduction);
  if (smoothing === 0) return loss;
  // Every class counts as a target, with its own weight; the mean divides as above.
  const classes = scores.rows.shape[1] as number;
  const weighted = weight === null ? logs.rows : mul(logs.rows, weight);
  const spread = neg(sum(weighted, 1, { keepdim: true }));
  const counted = targets.ignored === null ? spread : maskedFill(spread, targets.ignored, 0);
  const even = reduceRows(counted, targets.total, reduction, scores.shape);
  return add(mul(loss, 1 - smoothing), mul(even, smoothing / classes));
}

// −Σ w·q·ln softmax for targets that are probabilities; the mean is over rows, weights or not.
function ofProbabilities(
  input: Tensor,
  target: Tensor,
  scores: Rows,
  weight: Tensor | null,
  smoothing: number,
  reduction: Reduction,
): Tensor {
  if (!sameShape(input.shape, target.shape)) {
    throw new ShapeError(
      "crossEntropy",
      `target is ${target.dtype} ${formatShape(target.shape)}, input ${formatShape(input.shape)}`,
      `expected int32 ${formatShape(scores.shape)}, or probabilities of the input's shape`,
      'Convert class indices: target.to("int32").',
    );
  }
  if (target.dtype !== input.dtype) {
    throw new DtypeError(
      "crossEntropy",
      `target is ${target.dtype}`,
      `expected ${input.dtype} probabilities, or int32 class indices`,
      `Convert it: target.to("${input.dtype}").`,
    );
  }
  const classes = scores.rows.shape[1] as number;
  const plain = asRows("crossEntropy", target).rows;
  const wanted = smoothing === 0 ? plain : add(mul(plain, 1 - smoothing), smoothing / classes);
  const terms = mul(logSoftmax(scores.rows, 1), wanted);
  const losses = neg(sum(weight === null ? terms : mul(terms, weight), 1));
  return reduceRows(losses, losses.length, reduction, scores.shape);
}
