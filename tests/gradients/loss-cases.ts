import { functional as F } from "../../src/nn/index.ts";
import { tensor } from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import type { GradientCase, OpCases } from "./harness.ts";
import { type Domain, type Input, POSITIVE, SIGNED, valuesOf } from "./inputs.ts";

// Every loss with its options, by every input that has a derivative, for all three reductions.

type Loss = (inputs: Tensor[], reduction: F.Reduction) => Tensor;
type Options = Record<string, unknown>;
type Plain = (input: Tensor, target: Tensor, options: never) => Tensor;

const PROBABILITY: Domain = { low: 0.1, high: 0.9 };
const UNIT: Domain = { low: 0, high: 1 };

const float = (shape: readonly number[], values: readonly number[]): Tensor =>
  tensor(Float64Array.from(values)).reshape(shape);
const drawn = (shape: readonly number[], domain: Domain, seed: number): Tensor =>
  float(
    shape,
    valuesOf(
      shape.reduce((a, b) => a * b, 1),
      domain,
      seed,
    ),
  );
const ints = (shape: readonly number[], values: readonly number[]): Tensor =>
  tensor(values as number[], { dtype: "int32" }).reshape(shape);

const REDUCTIONS: readonly F.Reduction[] = ["none", "mean", "sum"];

function over(title: string, inputs: readonly Input[], loss: Loss, reductions = REDUCTIONS): GradientCase[] {
  return reductions.map((reduction) => ({
    title: `${title}, ${reduction}`,
    inputs,
    run: (all) => loss(all, reduction),
  }));
}

const LAYOUTS: readonly [string, Input][] = [
  ["plain", { shape: [2, 3] }],
  ["columns", { shape: [2, 3], columns: true }],
  ["reversed", { shape: [2, 3], reversed: true }],
  ["transposed", { shape: [3, 2], view: (x) => x.t() }],
];

// Input and target both leaves, in several layouts; then each set of options.
function pairs(fn: Plain, a: Domain, b: Domain, more: readonly Options[] = [{}]): GradientCase[] {
  const call = (options: Options): Loss => {
    return ([x, y], reduction) => fn(x as Tensor, y as Tensor, { ...options, reduction } as never);
  };
  return [
    ...LAYOUTS.flatMap(([title, input]) =>
      over(
        title,
        [
          { ...input, domain: a },
          { shape: [2, 3], domain: b },
        ],
        call({}),
        title === "plain" ? REDUCTIONS : ["mean"],
      ),
    ),
    ...more.flatMap((options) =>
      over(
        JSON.stringify(Object.keys(options)),
        [
          { shape: [4], domain: a },
          { shape: [4], domain: b },
        ],
        call(options),
      ),
    ),
  ];
}

// Only the input a leaf, against a target made here.
function against(
  fn: Plain,
  shape: readonly number[],
  target: () => Tensor,
  more: readonly (() => Options)[],
  domain: Domain = SIGNED,
): GradientCase[] {
  return [() => ({}), ...more].flatMap((options, i) =>
    (i === 0 ? [false, true] : [false]).flatMap((columns) =>
      over(
        `options ${i}${columns ? ", columns" : ""}`,
        [{ shape, columns, domain }],
        ([x], reduction) => fn(x as Tensor, target(), { ...options(), reduction } as never),
        columns ? ["mean"] : REDUCTIONS,
      ),
    ),
  );
}

const labels = (): Tensor => ints([4], [2, 0, 1, 2]);
const deep = (): Tensor => ints([2, 2], [2, -100, 1, 0]);
const perClass = (): Tensor => float([3], [0.5, 1.5, 2]);
const signs = (): Tensor => float([4], [1, -1, -1, 1]);
const bits = (): Tensor => float([2, 3], [1, 0, 0, 1, 1, 0]);
const rows = (columns = false): Input => ({ shape: [4, 3], columns });
const all = <T>(list: readonly (readonly T[])[]): T[] => list.flat();

export const LOSS_CASES: readonly OpCases[] = [
  { op: "mseLoss", cases: pairs(F.mseLoss, SIGNED, POSITIVE) },
  { op: "l1Loss", cases: pairs(F.l1Loss, { low: -2, high: 0 }, POSITIVE) },
  { op: "smoothL1Loss", cases: pairs(F.smoothL1Loss, SIGNED, POSITIVE, [{ beta: 0.4 }, { beta: 9 }]) },
  { op: "huberLoss", cases: pairs(F.huberLoss, SIGNED, POSITIVE, [{ delta: 0.4 }, { delta: 9 }]) },
  {
    op: "crossEntropy",
    cases: all([
      against(F.crossEntropy, [4, 3], labels, [
        () => ({ weight: perClass() }),
        () => ({ ignoreIndex: 2 }),
        () => ({ labelSmoothing: 0.3 }),
        () => ({ labelSmoothing: 0.3, weight: perClass(), ignoreIndex: 0 }),
      ]),
      against(F.crossEntropy, [2, 3, 2], deep, [() => ({ weight: perClass(), labelSmoothing: 0.1 })]),
      pairs(F.crossEntropy, SIGNED, PROBABILITY, [{ labelSmoothing: 0.2 }]),
      against(F.crossEntropy, [4, 3], () => drawn([4, 3], PROBABILITY, 5), [() => ({ weight: perClass() })]),
    ]),
  },
  {
    op: "nllLoss",
    cases: all([
      against(F.nllLoss, [4, 3], labels, [() => ({ weight: perClass() }), () => ({ ignoreIndex: 2 })]),
      against(F.nllLoss, [2, 3, 2], deep, [() => ({ weight: perClass() })]),
    ]),
  },
  {
    op: "binaryCrossEntropy",
    cases: all([
      pairs(F.binaryCrossEntropy, PROBABILITY, UNIT),
      against(F.binaryCrossEntropy, [2, 3], bits, [() => ({ weight: perClass() })], PROBABILITY),
    ]),
  },
  {
    op: "binaryCrossEntropyWithLogits",
    cases: all([
      pairs(F.binaryCrossEntropyWithLogits, SIGNED, UNIT),
      against(F.binaryCrossEntropyWithLogits, [2, 3], bits, [
        () => ({ weight: perClass() }),
        () => ({ posWeight: perClass() }),
        () => ({ posWeight: perClass(), weight: drawn([2, 3], POSITIVE, 3) }),
      ]),
      over("posWeight, both leaves", [{ shape: [2, 3] }, { shape: [2, 3], domain: UNIT }], ([x, y], reduction) =>
        F.binaryCrossEntropyWithLogits(x as Tensor, y as Tensor, { posWeight: perClass(), reduction }),
      ),
      // Where a scale starts from 0 the parts have kinks that the whole has not.
      over("at 0", [{ shape: [3], domain: { low: 0, high: 0 } }], ([x], reduction) =>
        F.binaryCrossEntropyWithLogits(x as Tensor, float([3], [0, 1, 0.3]), { reduction }),
      ),
    ]),
  },
  {
    op: "klDiv",
    cases: all([
      pairs(F.klDiv, SIGNED, PROBABILITY),
      over("logTarget", [rows(), rows()], ([x, y], reduction) =>
        F.klDiv(x as Tensor, y as Tensor, { logTarget: true, reduction }),
      ),
      over("batchmean", [rows(), { ...rows(true), domain: PROBABILITY }], ([x, y]) =>
        F.klDiv(x as Tensor, y as Tensor, { reduction: "batchmean" }),
      ),
      against(F.klDiv, [2, 3], bits, []),
    ]),
  },
  {
    op: "gaussianNllLoss",
    cases: [[4, 3], [4, 1], [4]].flatMap((shape) =>
      [false, true].flatMap((full) =>
        over(
          `variance [${shape.join()}], full ${full}`,
          [rows(), rows(true), { shape, domain: POSITIVE }],
          (x, reduction) => F.gaussianNllLoss(x[0] as Tensor, x[1] as Tensor, x[2] as Tensor, { full, reduction }),
        ),
      ),
    ),
  },
  {
    op: "poissonNllLoss",
    cases: all([
      pairs(F.poissonNllLoss, SIGNED, { low: 0.1, high: 3, avoid: (y) => Math.abs(y - 1) < 0.1 }, [{ full: false }]),
      pairs(F.poissonNllLoss, POSITIVE, POSITIVE, [{ logInput: false }, { logInput: false, eps: 0.1 }]),
      over("full", [{ shape: [5] }, { shape: [5], domain: { low: 1.2, high: 4 } }], ([x, y], reduction) =>
        F.poissonNllLoss(x as Tensor, y as Tensor, { full: true, reduction }),
      ),
    ]),
  },
  {
    op: "cosineEmbeddingLoss",
    cases: [-0.9, 0.03, 0.4].flatMap((margin) =>
      over(`margin ${margin}`, [rows(), rows(true)], ([a, b], reduction) =>
        F.cosineEmbeddingLoss(a as Tensor, b as Tensor, signs(), { margin, reduction }),
      ),
    ),
  },
  {
    op: "marginRankingLoss",
    cases: [0, 0.45, -0.35].flatMap((margin) =>
      over(`margin ${margin}`, [{ shape: [4] }, { shape: [4], reversed: true }], ([a, b], reduction) =>
        F.marginRankingLoss(a as Tensor, b as Tensor, signs(), { margin, reduction }),
      ),
    ),
  },
  {
    op: "hingeEmbeddingLoss",
    cases: [1.03, 0.33].flatMap((margin) =>
      over(`margin ${margin}`, [{ shape: [4] }], ([x], reduction) =>
        F.hingeEmbeddingLoss(x as Tensor, signs(), { margin, reduction }),
      ),
    ),
  },
  { op: "softMarginLoss", cases: pairs(F.softMarginLoss, SIGNED, SIGNED) },
  {
    op: "multilabelSoftMarginLoss",
    cases: all([
      pairs(F.multilabelSoftMarginLoss, SIGNED, UNIT),
      against(F.multilabelSoftMarginLoss, [2, 3], bits, [() => ({ weight: perClass() })]),
    ]),
  },
  {
    op: "multiMarginLoss",
    cases: against(F.multiMarginLoss, [4, 3], labels, [
      () => ({ p: 2 }),
      () => ({ margin: 0.4 }),
      () => ({ p: 2, margin: 2, weight: perClass() }),
    ]),
  },
  {
    op: "multilabelMarginLoss",
    cases: against(F.multilabelMarginLoss, [2, 3], () => ints([2, 3], [1, -1, 0, 2, 0, -1]), []),
  },
  {
    op: "tripletMarginLoss",
    cases: [
      { margin: 2.5 },
      { p: 1, margin: 3 },
      { p: 3, swap: true },
      { p: Infinity, margin: 1.37 },
      { eps: 0.01 },
    ].flatMap((options) =>
      over(JSON.stringify(options), [rows(), rows(true), { shape: [4, 3], reversed: true }], (x, reduction) =>
        F.tripletMarginLoss(x[0] as Tensor, x[1] as Tensor, x[2] as Tensor, { ...options, reduction }),
      ),
    ),
  },
  {
    op: "tripletMarginWithDistanceLoss",
    cases: [false, true].flatMap((swap) =>
      over(`swap ${swap}`, [rows(), rows(true), rows()], (x, reduction) =>
        F.tripletMarginWithDistanceLoss(x[0] as Tensor, x[1] as Tensor, x[2] as Tensor, {
          distanceFunction: (a, b) => F.cosineSimilarity(a, b).neg().add(1),
          swap,
          reduction,
        }),
      ),
    ),
  },
];
