import type { Storage, View } from "../storage.ts";
import type { Window2d } from "../windows.ts";
import { gemm } from "./gemm.ts";
import { onPacked } from "./packed.ts";
import { address4, type Runtime } from "./runtime.ts";

// A convolution is a product of the weights [O, C·kh·kw] with what the windows see (im2col). That matrix is
// made for a few output rows of one image at a time, so that it stays in the cache and scratch stays small.

/** Bytes of im2col's matrix that stay in the second-level cache beside the weights. */
const PIECE_BYTES = 1 << 19;

/** Sizes of one convolution from `image` [N, C, H, W] to `result` [N, O, OH, OW], for one group at a time. */
interface Geometry {
  readonly images: number;
  readonly groups: number;
  /** Channels of a group. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Output channels of a group. */
  readonly filters: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Elements that one output element sees: C·kh·kw. */
  readonly depth: number;
  /** Output rows of a piece. */
  readonly rows: number;
  /** Every output sees one pixel, its own: the image is its own matrix. */
  readonly direct: boolean;
  readonly window: Window2d;
}

function geometryOf(image: View, result: View, window: Window2d, groups: number): Geometry {
  const [images, allChannels, height, width] = image.shape as [number, number, number, number];
  const [, allFilters, outHeight, outWidth] = result.shape as [number, number, number, number];
  const { kernel, stride, padding } = window;
  const channels = allChannels / groups;
  const depth = channels * kernel[0] * kernel[1];
  const unit = (pair: readonly [number, number], value: number): boolean => pair[0] === value && pair[1] === value;
  const direct = unit(kernel, 1) && unit(stride, 1) && unit(padding, 0) && height === outHeight && width === outWidth;
  const wanted = Math.floor(PIECE_BYTES / 4 / Math.max(depth * outWidth, 1));
  const rows = direct ? outHeight : Math.min(Math.max(wanted, 1), outHeight);
  const filters = allFilters / groups;
  return { images, groups, channels, height, width, filters, outHeight, outWidth, depth, rows, direct, window };
}

/** Calls `visit` for each group of each image: byte offsets of its channels, its weights and its results. */
function forEachGroup(g: Geometry, visit: (image: number, weight: number, result: number, bias: number) => void): void {
  const imageBytes = g.channels * g.height * g.width * 4;
  const resultBytes = g.filters * g.outHeight * g.outWidth * 4;
  for (let n = 0; n < g.images; n++) {
    for (let group = 0; group < g.groups; group++) {
      const at = n * g.groups + group;
      visit(at * imageBytes, group * g.filters * g.depth * 4, at * resultBytes, n);
    }
  }
}

/** Scratch for one piece of im2col's matrix, given back when `run` is done. */
function withScratch(runtime: Runtime, g: Geometry, operation: string, run: (scratch: number) => void): void {
  let storage: Storage | null = null;
  try {
    let scratch = 0;
    if (!g.direct) {
      const view = runtime.temporary("float32", [g.depth * g.rows * g.outWidth], operation);
      storage = view.storage;
      scratch = address4(runtime, view, operation);
    }
    run(scratch);
  } finally {
    if (storage !== null) runtime.release(storage);
  }
}

// Both directions between an image and its matrix take the same arguments in the same order.
function move(
  kernel: Runtime["kernels"]["im2col"],
  g: Geometry,
  from: number,
  first: number,
  rows: number,
  to: number,
): void {
  const { kernel: size, stride, padding, dilation } = g.window;
  kernel(
    from,
    g.channels,
    g.height,
    g.width,
    size[0],
    size[1],
    stride[0],
    stride[1],
    padding[0],
    padding[1],
    dilation[0],
    dilation[1],
    first,
    rows,
    g.outWidth,
    to,
  );
}

/** `[N, C, H, W]` with `[O, C / groups, kh, kw]` to `[N, O, H', W']`. */
export function conv2d(
  runtime: Runtime,
  input: View,
  weight: View,
  bias: View | null,
  window: Window2d,
  groups: number,
  out: View,
): void {
  if (out.length === 0) return;
  const g = geometryOf(input, out, window, groups);
  const columns = g.outHeight * g.outWidth;
  onPacked(runtime, "conv2d", [input, weight, bias, out], ([x = 0, w = 0, b = 0, to = 0]) => {
    withScratch(runtime, g, "conv2d", (scratch) => {
      const { kernels } = runtime;
      if (b !== 0) kernels.fillPlanes(to, b, g.images * g.groups * g.filters, g.groups * g.filters, columns);
      const add = b !== 0 ? 1 : 0;
      forEachGroup(g, (image, weights, result) => {
        for (let first = 0; first < g.outHeight; first += g.rows) {
          const rows = Math.min(g.rows, g.outHeight - first);
          const n = rows * g.outWidth;
          if (!g.direct) move(kernels.im2col, g, x + image, first, rows, scratch);
          const matrix = g.direct ? x + image : scratch;
          const target = to + result + first * g.outWidth * 4;
          gemm(runtime, 0, 0, g.filters, n, g.depth, w + weights, g.depth, matrix, n, target, columns, add, 0);
        }
      });
    });
  });
}

/** The gradient by the image; `out` has its shape. */
export function conv2dGradInput(
  runtime: Runtime,
  grad: View,
  weight: View,
  bias: View | null,
  window: Window2d,
  groups: number,
  out: View,
): void {
  if (out.length === 0) return;
  const g = geometryOf(out, grad, window, groups);
  const columns = g.outHeight * g.outWidth;
  onPacked(runtime, "conv2dGradInput", [grad, weight, bias, out], ([from = 0, w = 0, b = 0, to = 0]) => {
    withScratch(runtime, g, "conv2dGradInput", (scratch) => {
      const { kernels } = runtime;
      const pixels = g.height * g.width;
      if (b !== 0) kernels.fillPlanes(to, b, g.images * g.groups * g.channels, g.groups * g.channels, pixels);
      else if (!g.direct || grad.length === 0) kernels.fill4(to, 0, out.length);
      forEachGroup(g, (image, weights, result) => {
        const add = g.direct && b !== 0 ? 1 : 0;
        for (let first = 0; first < g.outHeight; first += g.rows) {
          const rows = Math.min(g.rows, g.outHeight - first);
          const n = rows * g.outWidth;
          const source = from + result + first * g.outWidth * 4;
          const matrix = g.direct ? to + image : scratch;
          gemm(runtime, 1, 0, g.depth, n, g.filters, w + weights, g.depth, source, columns, matrix, n, add, 0);
          if (!g.direct) move(kernels.col2im, g, scratch, first, rows, to + image);
        }
      });
    });
  });
}

/** The gradient by the weights, summed over the images. */
export function conv2dGradWeight(
  runtime: Runtime,
  grad: View,
  input: View,
  window: Window2d,
  groups: number,
  out: View,
): void {
  if (out.length === 0) return;
  const g = geometryOf(input, grad, window, groups);
  const columns = g.outHeight * g.outWidth;
  onPacked(runtime, "conv2dGradWeight", [grad, input, out], ([from = 0, x = 0, to = 0]) => {
    withScratch(runtime, g, "conv2dGradWeight", (scratch) => {
      const { kernels } = runtime;
      if (g.images === 0 || columns === 0) kernels.fill4(to, 0, out.length);
      forEachGroup(g, (image, weights, result, n) => {
        for (let first = 0; first < g.outHeight; first += g.rows) {
          const rows = Math.min(g.rows, g.outHeight - first);
          const k = rows * g.outWidth;
          if (!g.direct) move(kernels.im2col, g, x + image, first, rows, scratch);
          const matrix = g.direct ? x + image : scratch;
          const source = from + result + first * g.outWidth * 4;
          const add = n > 0 || first > 0 ? 1 : 0;
          gemm(runtime, 0, 1, g.filters, g.depth, k, source, columns, matrix, k, to + weights, g.depth, add, 0);
        }
      });
    });
  });
}
