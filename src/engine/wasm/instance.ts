import { base64Decode, enableRelaxedSimd } from "../../util/platform/index.ts";
import type { BlasProducts } from "./blas-products.ts";
import type { KernelExports } from "./kernel-exports.ts";
import { relaxedKernels, strictKernels } from "./kernels.gen.ts";
import { type Memory, SCRATCH, SCRATCH_BYTES } from "./memory.ts";
import { webAssembly } from "./web-assembly.ts";

/** The two builds of the kernels: with relaxed multiply-add, or fully specified. */
export type KernelBuild = "relaxed" | "strict";

// (module (func (result v128) i8x16.relaxed_swizzle …)): valid only where relaxed SIMD is.
const RELAXED_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15,
  253, 128, 2, 11,
];

/** Whether this JavaScript engine has relaxed SIMD, switched on first where it is behind a flag. */
export function hasRelaxedSimd(): boolean {
  const probe = new Uint8Array(RELAXED_PROBE);
  if (webAssembly.validate(probe)) return true;
  enableRelaxedSimd();
  return webAssembly.validate(probe);
}

/** A compiled build of the kernels, and the main thread's instance of it. */
export interface KernelInstance {
  readonly module: object;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly kernels: KernelExports;
}

/** What kernels call where a BLAS library is to multiply: `BlasProducts.sgemm`. */
export type Sgemm = (...values: Parameters<BlasProducts["sgemm"]>) => void;

/**
 * Compiles and instantiates one build of the kernels on `memory`.
 *
 * @param work address of the area where products pack their operands
 */
export function instantiate(build: KernelBuild, memory: Memory, work: number, sgemm: Sgemm): KernelInstance {
  const bytes = base64Decode(build === "relaxed" ? relaxedKernels : strictKernels);
  if (memory.shared) declareShared(bytes);
  const module = new webAssembly.Module(bytes);
  const { exports } = new webAssembly.Instance(module, {
    env: { ...areasOf(0, work), sgemm, memory: memory.handle },
  });
  return { module, exports, kernels: tableOf(exports as unknown as KernelExports) };
}

/** What the kernels' instance of a thread imports besides the memory: where it may write (kernels/scratch.ts). */
export function areasOf(thread: number, work: number): { scratch: number; work: number } {
  return { scratch: SCRATCH + thread * SCRATCH_BYTES, work };
}

// "env" "memory", a memory: then its limits, of which bit 1 says that it is shared. Whether it is differs from one
// runtime to the next, and a second pair of binaries would double the package for the sake of this bit.
const MEMORY_IMPORT = [3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2];

function declareShared(bytes: Uint8Array): void {
  let at = 0;
  while (!MEMORY_IMPORT.every((byte, i) => bytes[at + i] === byte)) at++;
  at += MEMORY_IMPORT.length;
  bytes[at] = (bytes[at] as number) | 2;
}

// V8 keeps `exports` as a dictionary. A literal has a fixed layout, from which calls are inlined.
function tableOf(e: KernelExports): KernelExports {
  return {
    gemm: e.gemm,
    product: e.product,
    gemmWorkBytes: e.gemmWorkBytes,
    packWeight: e.packWeight,
    unary: e.unary,
    unaryStrided: e.unaryStrided,
    unaryI32: e.unaryI32,
    unaryI32Strided: e.unaryI32Strided,
    binary: e.binary,
    binaryStrided: e.binaryStrided,
    binaryI32: e.binaryI32,
    binaryI32Strided: e.binaryI32Strided,
    compare: e.compare,
    compareStrided: e.compareStrided,
    compareI32: e.compareI32,
    compareI32Strided: e.compareI32Strided,
    compareU8: e.compareU8,
    compareU8Strided: e.compareU8Strided,
    logical: e.logical,
    logicalStrided: e.logicalStrided,
    logicalNot: e.logicalNot,
    test: e.test,
    where4: e.where4,
    where4Strided: e.where4Strided,
    where1: e.where1,
    where1Strided: e.where1Strided,
    clamp: e.clamp,
    clampI32: e.clampI32,
    copy4Strided: e.copy4Strided,
    copy1Strided: e.copy1Strided,
    castF32ToI32: e.castF32ToI32,
    castI32ToF32: e.castI32ToF32,
    castF32ToBool: e.castF32ToBool,
    castI32ToBool: e.castI32ToBool,
    castBoolToF32: e.castBoolToF32,
    castBoolToI32: e.castBoolToI32,
    fill4: e.fill4,
    fill4Strided: e.fill4Strided,
    fill1: e.fill1,
    fill1Strided: e.fill1Strided,
    reduceRows: e.reduceRows,
    reduceRowsI32: e.reduceRowsI32,
    reduceRowsBool: e.reduceRowsBool,
    argReduce: e.argReduce,
    argReduceI32: e.argReduceI32,
    cumsum: e.cumsum,
    cumsumI32: e.cumsumI32,
    sortRows: e.sortRows,
    sortWorkWords: e.sortWorkWords,
    softmax: e.softmax,
    softmaxGrad: e.softmaxGrad,
    logSumExp: e.logSumExp,
    indexSelect4: e.indexSelect4,
    indexSelect1: e.indexSelect1,
    indexAdd: e.indexAdd,
    indexAddI32: e.indexAddI32,
    gather4: e.gather4,
    gather1: e.gather1,
    scatter4: e.scatter4,
    scatter1: e.scatter1,
    scatterAdd: e.scatterAdd,
    scatterAddI32: e.scatterAddI32,
    firstOutOfRange: e.firstOutOfRange,
    addRow: e.addRow,
    attention: e.attention,
    attentionGrad: e.attentionGrad,
    recurrent: e.recurrent,
    recurrentGrad: e.recurrentGrad,
    pointwiseLoss: e.pointwiseLoss,
    im2col: e.im2col,
    col2im: e.col2im,
    fillPlanes: e.fillPlanes,
    movePlanes: e.movePlanes,
    sumPlanes: e.sumPlanes,
    winogradScratch: e.winogradScratch,
    winogradForward: e.winogradForward,
    winogradBackward: e.winogradBackward,
    winogradWeight: e.winogradWeight,
    winogradWeightGrad: e.winogradWeightGrad,
    maxPool2d: e.maxPool2d,
    maxPool2dGrad: e.maxPool2dGrad,
    avgPool2d: e.avgPool2d,
    avgPool2dGrad: e.avgPool2dGrad,
    normalizeRows: e.normalizeRows,
    normalizeRowsGrad: e.normalizeRowsGrad,
    normalizeRowsParams: e.normalizeRowsParams,
    batchMoments: e.batchMoments,
    batchNorm: e.batchNorm,
    batchNormGrad: e.batchNormGrad,
    firstNonfinite: e.firstNonfinite,
    copyBytes: e.copyBytes,
    sumF64: e.sumF64,
    sumSquaresF64: e.sumSquaresF64,
    sumAbsPowF64: e.sumAbsPowF64,
    maxAbs: e.maxAbs,
    scaleInPlace: e.scaleInPlace,
    sgdUpdate: e.sgdUpdate,
    adamUpdate: e.adamUpdate,
    adamLikeUpdate: e.adamLikeUpdate,
    adamaxUpdate: e.adamaxUpdate,
    adagradUpdate: e.adagradUpdate,
    adadeltaUpdate: e.adadeltaUpdate,
    rmspropUpdate: e.rmspropUpdate,
    rpropUpdate: e.rpropUpdate,
    lionUpdate: e.lionUpdate,
    asgdUpdate: e.asgdUpdate,
    lerpUpdate: e.lerpUpdate,
    adafactorUpdate: e.adafactorUpdate,
  };
}
