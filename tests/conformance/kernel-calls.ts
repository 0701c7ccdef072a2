import type { Backend } from "../../src/engine/backend.ts";
import type { DType } from "../../src/engine/dtype.ts";
import type { RecurrentRun } from "../../src/engine/recurrent.ts";
import type { View } from "../../src/engine/storage.ts";
import type { RowNorm, Window2d } from "../../src/engine/windows.ts";

/** Every method of the contract that computes. */
export type KernelName = Exclude<
  keyof Backend,
  "name" | "dtypes" | "alloc" | "release" | "moveToHost" | "read" | "readInto" | "write" | "memory"
>;

type Operand = readonly [dtype: DType, shape: readonly number[]];

export interface KernelCall {
  /** Inputs and outputs, in the order `run` takes them. All values are valid indices too. */
  operands: readonly Operand[];
  run(backend: Backend, views: readonly View[]): unknown;
}

const F: Operand = ["float32", [2, 3]];
const B: Operand = ["bool", [2, 3]];
const ROW: Operand = ["float32", [2]];
const ONE: Operand = ["float32", []];
const ONES: Operand = ["float32", [1]];
const COLUMNS: Operand = ["float32", [3]];
const IMAGE: Operand = ["float32", [1, 1, 3, 3]];
const FILTER: Operand = ["float32", [2, 1, 2, 2]];
const POOLED: Operand = ["float32", [1, 1, 2, 2]];
const WINDOW: Window2d = { kernel: [2, 2], stride: [1, 1], padding: [0, 0], dilation: [1, 1] };
const ROW_NORM: RowNorm = { size: 3, groups: 1, inner: 1, eps: 1, centered: true };
const INDEX: Operand = ["int32", [2]];
const ROWS: Operand = ["float32", [2, 3]];
/** Two steps of an LSTM on two samples. */
const GATES4: Operand = ["float32", [4, 12]];
const RECURRENT: readonly Operand[] = [
  ["float32", [12, 3]],
  ROWS,
  ROWS,
  GATES4,
  ["float32", [4, 3]],
  ["float32", [6, 3]],
];

function recurrentOf(views: readonly View[]): RecurrentRun {
  const [weight, h0, c0, gates, cells, out] = views as [View, View, View, View, View, View];
  return { mode: "lstm", reverse: false, weight, h0, c0, gates, hidden: null, cells, out };
}
const HEAD: Operand = ["float32", [1, 1, 3, 2]];
const INDICES: Operand = ["int32", [2, 3]];

/** One small call of each kernel, to test what all kernels do with their operands' memory. */
export const KERNEL_CALLS: Record<KernelName, KernelCall> = {
  fill: call([F], (k, [out]) => k.fill(out, 2)),
  copy: call([F, F], (k, [x, out]) => k.copy(x, out)),
  unary: call([F, F], (k, [x, out]) => k.unary("exp", x, out)),
  binary: call([F, F, F], (k, [a, b, out]) => k.binary("add", a, b, out)),
  binaryScalar: call([F, F], (k, [a, out]) => k.binaryScalar("mul", a, 3, false, out)),
  compare: call([F, F, B], (k, [a, b, out]) => k.compare("lt", a, b, out)),
  compareScalar: call([F, B], (k, [a, out]) => k.compareScalar("gt", a, 0, out)),
  logical: call([B, B, B], (k, [a, b, out]) => k.logical("and", a, b, out)),
  logicalNot: call([B, B], (k, [x, out]) => k.logicalNot(x, out)),
  test: call([F, B], (k, [x, out]) => k.test("isnan", x, out)),
  where: call([B, F, F, F], (k, [c, a, b, out]) => k.where(c, a, b, out)),
  clamp: call([F, F], (k, [x, out]) => k.clamp(x, 0, 1, out)),
  reduce: call([F, ROW], (k, [x, out]) => k.reduce("sum", x, [1], out)),
  argReduce: call([F, INDEX], (k, [x, out]) => k.argReduce("max", x, 1, out)),
  cumsum: call([F, F], (k, [x, out]) => k.cumsum(x, 1, false, out)),
  sort: call([F, F, INDICES], (k, [x, values, at]) => k.sort(x, 1, false, values, at)),
  logSumExp: call([F, ROW], (k, [x, out]) => k.logSumExp(x, [1], out)),
  softmax: call([F, F], (k, [x, out]) => k.softmax(x, 1, false, out)),
  softmaxGrad: call([F, F, F], (k, [g, y, out]) => k.softmaxGrad(g, y, 1, false, out)),
  matmul: call([F, ["float32", [3, 2]], ["float32", [2, 2]], ROW], (k, [a, b, out, bias]) =>
    k.matmul(a, b, out, { bias }),
  ),
  linear: call([ROWS, ["float32", [4, 3]], ["float32", [4]], ["float32", [2, 4]]], (k, [x, weight, bias, out]) =>
    k.linear(x, weight, bias, true, out),
  ),
  linearGrad: {
    operands: [
      ["float32", [2, 4]],
      ["float32", [2, 4]],
      ROWS,
      ["float32", [4, 3]],
      ROWS,
      ["float32", [4, 3]],
      ["float32", [4]],
    ],
    run: (k, views) => k.linearGrad(...(views as unknown as [View, View, View, View, View, View, View])),
  },
  firstOutOfRange: call([INDEX], (k, [index]) => k.firstOutOfRange(index, 2)),
  indexSelect: call([F, INDEX, F], (k, [x, index, out]) => k.indexSelect(x, 0, index, out)),
  indexAdd: call([F, INDEX, F], (k, [out, index, source]) => k.indexAdd(out, 0, index, source)),
  gather: call([F, INDICES, F], (k, [x, index, out]) => k.gather(x, 0, index, out)),
  scatter: call([F, INDICES, F], (k, [out, index, source]) => k.scatter(out, 0, index, source, false)),
  attention: call([HEAD, HEAD, HEAD, ["float32", [1, 1, 3, 3]], HEAD], (k, [query, key, value, weights, out]) =>
    k.attention({ query, key, value, mask: null, scale: 1 }, weights, out),
  ),
  attentionGrad: call(
    [HEAD, HEAD, HEAD, ["float32", [1, 1, 3, 3]], HEAD, HEAD, HEAD, HEAD],
    (k, [query, key, value, weights, grad, dq, dk, dv]) =>
      k.attentionGrad({ query, key, value, mask: null, scale: 1 }, weights, grad, dq, dk, dv),
  ),
  recurrent: {
    operands: RECURRENT,
    run: (k, views) => k.recurrent(recurrentOf(views), null),
  },
  recurrentGrad: {
    operands: [...RECURRENT, ["float32", [6, 3]], GATES4, ROWS, ROWS],
    run: (k, views) => {
      const [grad, gates, h0, c0] = views.slice(RECURRENT.length) as [View, View, View, View];
      return k.recurrentGrad(recurrentOf(views), grad, { gates, hidden: null, h0, c0 }, true);
    },
  },
  conv2d: call([IMAGE, FILTER, ["float32", [2]], ["float32", [1, 2, 2, 2]]], (k, [x, w, b, out]) =>
    k.conv2d(x, w, b, WINDOW, 1, out),
  ),
  conv2dGradInput: call([["float32", [1, 2, 2, 2]], FILTER, ONES, IMAGE], (k, [g, w, b, out]) =>
    k.conv2dGradInput(g, w, b, WINDOW, 1, out),
  ),
  conv2dGrad: call(
    [["float32", [1, 2, 2, 2]], IMAGE, FILTER, IMAGE, FILTER, ["float32", [2]]],
    (k, [g, x, w, dx, dw, db]) => k.conv2dGrad(g, x, w, WINDOW, 1, dx, dw, db),
  ),
  maxPool2d: call([IMAGE, POOLED, ["int32", [1, 1, 2, 2]]], (k, [x, out, at]) => k.maxPool2d(x, WINDOW, out, at)),
  maxPool2dGrad: call([POOLED, ["int32", [1, 1, 2, 2]], IMAGE], (k, [g, at, out]) => k.maxPool2dGrad(g, at, out)),
  avgPool2d: call([IMAGE, POOLED], (k, [x, out]) => k.avgPool2d(x, WINDOW, "inside", out)),
  avgPool2dGrad: call([POOLED, IMAGE], (k, [g, out]) => k.avgPool2dGrad(g, WINDOW, "inside", out)),
  normalizeRows: call([F, COLUMNS, COLUMNS, F, ROW, ROW], (k, [x, w, b, out, mean, rstd]) =>
    k.normalizeRows(x, w, b, ROW_NORM, out, mean, rstd),
  ),
  normalizeRowsGrad: call([F, F, COLUMNS, ROW, ROW, F, COLUMNS, COLUMNS], (k, [g, x, w, mean, rstd, dx, dw, db]) =>
    k.normalizeRowsGrad(g, x, w, ROW_NORM, mean, rstd, dx, dw, db),
  ),
  batchMoments: call([F, COLUMNS, COLUMNS], (k, [x, mean, variance]) => k.batchMoments(x, mean, variance)),
  batchNorm: call([F, COLUMNS, COLUMNS, COLUMNS, COLUMNS, F], (k, [x, mean, variance, w, b, out]) =>
    k.batchNorm(x, mean, variance, w, b, 1, out),
  ),
  batchNormGrad: call(
    [F, F, COLUMNS, COLUMNS, COLUMNS, F, COLUMNS, COLUMNS],
    (k, [g, x, mean, variance, w, dx, dw, db]) => k.batchNormGrad(g, x, mean, variance, w, 1, true, dx, dw, db),
  ),
  pointwiseLoss: call([F, F, ONE, F], (k, [x, y, out, grad]) => k.pointwiseLoss("mse", x, y, 1, 1, out, grad)),
  firstNonfinite: call([F], (k, [x]) => k.firstNonfinite(x)),
  clipNorm: call([F, ROW, ONE], (k, [a, b, out]) => k.clipNorm([a, b], 0.5, 2, out)),
  update: call([F, F, F, F], (k, [p, g, m, v]) => k.update("adam", p, g, [m, v], [0.1, 0.9, 0.99, 1e-8, 0, 0, 0, 1])),
};

type Views = readonly [View, View, View, View, View, View, View, View];

function call(operands: readonly Operand[], run: (backend: Backend, views: Views) => unknown): KernelCall {
  return { operands, run: (backend, views) => run(backend, views as unknown as Views) };
}
