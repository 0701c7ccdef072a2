import "./fluent-math.ts";
import "./fluent-names.ts";
import "./fluent-shape.ts";
import "./fluent-torch.ts";

export { type BatchNormOptions, batchNorm } from "./batch-norm.ts";
export { binaryRaw, scalarRaw } from "./binary.ts";
export { checkFloat, checkIndexDtype, checkSameBackend, empty as emptyRaw, promote } from "./common.ts";
export { type ConvOptions, conv1d, conv2d } from "./conv.ts";
export { type ConvTransposeOptions, convTranspose1d, convTranspose2d } from "./conv-transpose.ts";
export { byteLength } from "./create.ts";
export { linearRelu } from "./linear.ts";
export {
  type AffineOptions,
  groupNorm,
  instanceNorm,
  layerNorm,
  type NormalizedShape,
  type RmsNormOptions,
  rmsNorm,
} from "./normalize.ts";
export * from "./pool.ts";
export * from "./public.ts";
export { data } from "./read.ts";
export { unaryRaw } from "./unary.ts";
export type { SpatialSizes } from "./windows.ts";
