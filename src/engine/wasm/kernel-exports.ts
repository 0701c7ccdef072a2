// The functions that the AssemblyScript kernels export. Pointers are byte addresses; counts and
// strides are in elements; `op` is the position in a list of opcodes.ts; `desc` points at int32s
// [ndim, shape…, stridesA…, stridesB…, …], ndim from 1 to 8.

import type { UpdateKernels } from "./kernel-exports-updates.ts";

type UnaryFlat = (op: number, x: number, sx: number, out: number, n: number) => void;
type UnaryStrided = (op: number, desc: number, x: number, out: number) => void;
type BinaryFlat = (op: number, a: number, sa: number, b: number, sb: number, out: number, n: number) => void;
type BinaryStrided = (op: number, desc: number, a: number, b: number, out: number) => void;
type WhereFlat = (c: number, sc: number, a: number, sa: number, b: number, sb: number, out: number, n: number) => void;
type WhereStrided = (desc: number, c: number, a: number, b: number, out: number) => void;
type Clamp = (x: number, sx: number, min: number, max: number, out: number, n: number) => void;
type CopyStrided = (desc: number, source: number, target: number) => void;
type Cast = (source: number, target: number, n: number) => void;
type Fill = (target: number, value: number, n: number) => void;
type FillStrided = (desc: number, target: number, value: number) => void;
type ReduceRows = (
  op: number,
  x: number,
  out: number,
  rows: number,
  cols: number,
  rowStride: number,
  colStride: number,
) => void;
type Cumsum = (
  x: number,
  out: number,
  outer: number,
  n: number,
  inner: number,
  columns: number,
  reverse: number,
) => void;
type IndexSelect = (
  x: number,
  index: number,
  out: number,
  outer: number,
  n: number,
  inner: number,
  count: number,
) => void;
type IndexAdd = (
  out: number,
  index: number,
  source: number,
  outer: number,
  n: number,
  inner: number,
  count: number,
) => void;
type Gather = (desc: number, x: number, index: number, out: number) => void;
type Scatter = (desc: number, out: number, index: number, source: number) => void;

/** `from` and `to` are the image and the matrix, or (col2im) the matrix and the image. */
type Im2col = (
  from: number,
  channels: number,
  h: number,
  w: number,
  kh: number,
  kw: number,
  sh: number,
  sw: number,
  ph: number,
  pw: number,
  dh: number,
  dw: number,
  first: number,
  rows: number,
  ow: number,
  to: number,
  pitch: number,
) => void;
type AvgPool = (
  from: number,
  to: number,
  planes: number,
  h: number,
  w: number,
  oh: number,
  ow: number,
  kh: number,
  kw: number,
  sh: number,
  sw: number,
  ph: number,
  pw: number,
  over: number,
) => void;

export interface KernelExports extends UpdateKernels {
  gemm(
    transA: number,
    transB: number,
    m: number,
    n: number,
    k: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    c: number,
    ldc: number,
    accumulate: number,
    bias: number,
  ): void;
  product(
    transA: number,
    transB: number,
    m: number,
    n: number,
    k: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    beta: number,
    c: number,
    ldc: number,
    bias: number,
    positive: number,
  ): void;
  gemmWorkBytes(): number;
  packWeight(transB: number, n: number, k: number, b: number, ldb: number, to: number): void;
  unary: UnaryFlat;
  unaryStrided: UnaryStrided;
  unaryI32: UnaryFlat;
  unaryI32Strided: UnaryStrided;
  binary: BinaryFlat;
  binaryStrided: BinaryStrided;
  binaryI32: BinaryFlat;
  binaryI32Strided: BinaryStrided;
  compare: BinaryFlat;
  compareStrided: BinaryStrided;
  compareI32: BinaryFlat;
  compareI32Strided: BinaryStrided;
  compareU8: BinaryFlat;
  compareU8Strided: BinaryStrided;
  logical: BinaryFlat;
  logicalStrided: BinaryStrided;
  logicalNot(x: number, sx: number, out: number, n: number): void;
  test: UnaryFlat;
  where4: WhereFlat;
  where4Strided: WhereStrided;
  where1: WhereFlat;
  where1Strided: WhereStrided;
  clamp: Clamp;
  clampI32: Clamp;
  copy4Strided: CopyStrided;
  copy1Strided: CopyStrided;
  castF32ToI32: Cast;
  castI32ToF32: Cast;
  castF32ToBool: Cast;
  castI32ToBool: Cast;
  castBoolToF32: Cast;
  castBoolToI32: Cast;
  fill4: Fill;
  fill4Strided: FillStrided;
  fill1: Fill;
  fill1Strided: FillStrided;
  reduceRows: ReduceRows;
  reduceRowsI32: ReduceRows;
  reduceRowsBool: ReduceRows;
  argReduce: ReduceRows;
  argReduceI32: ReduceRows;
  cumsum: Cumsum;
  cumsumI32: Cumsum;
  sortRows(
    x: number,
    values: number,
    indices: number,
    work: number,
    workBytes: number,
    first: number,
    lines: number,
    n: number,
    inner: number,
    count: number,
    descending: number,
    float: number,
  ): void;
  sortWorkWords(n: number): number;
  softmax(x: number, out: number, outer: number, n: number, inner: number, log: number): void;
  softmaxGrad(grad: number, y: number, out: number, outer: number, n: number, inner: number, log: number): void;
  logSumExp(x: number, out: number, rows: number, cols: number, rowStride: number, colStride: number): void;
  indexSelect4: IndexSelect;
  indexSelect1: IndexSelect;
  indexAdd: IndexAdd;
  indexAddI32: IndexAdd;
  gather4: Gather;
  gather1: Gather;
  scatter4: Scatter;
  scatter1: Scatter;
  scatterAdd: Scatter;
  scatterAddI32: Scatter;
  firstOutOfRange(index: number, n: number, size: number): number;
  pointwiseLoss(
    kind: number,
    input: number,
    target: number,
    grad: number,
    n: number,
    parameter: number,
    scale: number,
  ): number;
  im2col: Im2col;
  col2im: Im2col;
  winogradScratch(th: number, tw: number, h: number, w: number): number;
  winogradForward(call: number, x: number, bias: number, y: number, from: number, to: number): void;
  winogradBackward(
    call: number,
    grad: number,
    x: number,
    bias: number,
    gradImage: number,
    gradWeight: number,
    from: number,
    to: number,
  ): void;
  winogradWeight(w: number, count: number, out: number, plane: number): void;
  winogradWeightGrad(from: number, plane: number, parts: number, step: number, count: number, out: number): void;
  fillPlanes(out: number, values: number, planes: number, channels: number, size: number): void;
  movePlanes(
    from: number,
    fromImage: number,
    fromChannel: number,
    to: number,
    toImage: number,
    toChannel: number,
    images: number,
    channels: number,
    size: number,
    bias: number,
  ): void;
  sumPlanes(x: number, images: number, channels: number, size: number, out: number, first: number, end: number): void;
  maxPool2d(
    x: number,
    out: number,
    index: number,
    planes: number,
    h: number,
    w: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    ph: number,
    pw: number,
    dh: number,
    dw: number,
  ): void;
  maxPool2dGrad(grad: number, index: number, out: number, planes: number, size: number, outputs: number): void;
  avgPool2d: AvgPool;
  avgPool2dGrad: AvgPool;
  normalizeRows(
    x: number,
    w: number,
    b: number,
    out: number,
    means: number,
    rstds: number,
    rows: number,
    size: number,
    groups: number,
    inner: number,
    eps: number,
    centered: number,
  ): void;
  normalizeRowsGrad(
    grad: number,
    x: number,
    w: number,
    means: number,
    rstds: number,
    dx: number,
    rows: number,
    size: number,
    groups: number,
    inner: number,
  ): void;
  normalizeRowsParams(
    grad: number,
    x: number,
    means: number,
    rstds: number,
    dw: number,
    db: number,
    rows: number,
    size: number,
    groups: number,
    inner: number,
    first: number,
    end: number,
  ): void;
  batchMoments(
    x: number,
    means: number,
    variances: number,
    n: number,
    channels: number,
    inner: number,
    first: number,
    end: number,
  ): void;
  batchNorm(
    x: number,
    means: number,
    variances: number,
    w: number,
    b: number,
    out: number,
    n: number,
    channels: number,
    inner: number,
    eps: number,
    first: number,
    end: number,
  ): void;
  batchNormGrad(
    grad: number,
    x: number,
    means: number,
    variances: number,
    w: number,
    dx: number,
    dw: number,
    db: number,
    n: number,
    channels: number,
    inner: number,
    eps: number,
    training: number,
    first: number,
    end: number,
  ): void;
  recurrent(call: number, first: number, rows: number): void;
  recurrentGrad(call: number, first: number, rows: number): void;
  addRow(x: number, c: number, rows: number, columns: number, step: number, positive: number): void;
  attention(descriptor: number, first: number, count: number): void;
  attentionGrad(descriptor: number, first: number, count: number, work: number): void;
  firstNonfinite(x: number, n: number): number;
  copyBytes(to: number, from: number, bytes: number): void;
  sumF64(x: number, n: number): number;
  sumSquaresF64(x: number, n: number): number;
  sumAbsPowF64(x: number, n: number, p: number): number;
  maxAbs(x: number, n: number): number;
  scaleInPlace(x: number, n: number, factor: number): void;
}
