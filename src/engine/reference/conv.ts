import type { View } from "../storage.ts";
import type { Window2d } from "../windows.ts";
import { load, store } from "./strided.ts";

/** Positions of one product of a convolution, in row-major elements. */
type Visit = (image: number, weight: number, result: number) => void;

/** Visits every pair of an image's element and a weight that meets in a result. */
function forEachProduct(image: View, weight: View, result: View, window: Window2d, groups: number, visit: Visit): void {
  const [images, channels, height, width] = image.shape as [number, number, number, number];
  const [filters, depth, kh, kw] = weight.shape as [number, number, number, number];
  const [, , outHeight, outWidth] = result.shape as [number, number, number, number];
  const { stride, padding, dilation } = window;
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < filters; o++) {
      const firstChannel = Math.floor(o / (filters / groups)) * depth;
      for (let r = 0; r < outHeight; r++) {
        for (let q = 0; q < outWidth; q++) {
          const at = ((n * filters + o) * outHeight + r) * outWidth + q;
          for (let c = 0; c < depth; c++) {
            for (let i = 0; i < kh; i++) {
              const y = r * stride[0] - padding[0] + i * dilation[0];
              if (y < 0 || y >= height) continue;
              for (let j = 0; j < kw; j++) {
                const x = q * stride[1] - padding[1] + j * dilation[1];
                if (x < 0 || x >= width) continue;
                const pixel = ((n * channels + firstChannel + c) * height + y) * width + x;
                visit(pixel, ((o * depth + c) * kh + i) * kw + j, at);
              }
            }
          }
        }
      }
    }
  }
}

/** Each plane of `[N, C, H, W]` filled with its channel's bias, or 0. */
function startFrom(out: View, bias: View | null): Float64Array {
  const result = new Float64Array(out.length);
  if (bias === null) return result;
  const values = load(bias);
  const size = (out.shape[2] as number) * (out.shape[3] as number);
  return result.map((_, i) => values[Math.floor(i / size) % values.length] as number);
}

export function conv2d(
  input: View,
  weight: View,
  bias: View | null,
  window: Window2d,
  groups: number,
  out: View,
): void {
  const [x, w, result] = [load(input), load(weight), startFrom(out, bias)];
  forEachProduct(input, weight, out, window, groups, (i, k, r) => {
    result[r] = (result[r] as number) + (x[i] as number) * (w[k] as number);
  });
  store(out, result);
}

export function conv2dGradInput(
  grad: View,
  weight: View,
  bias: View | null,
  window: Window2d,
  groups: number,
  out: View,
): void {
  const [g, w, result] = [load(grad), load(weight), startFrom(out, bias)];
  forEachProduct(out, weight, grad, window, groups, (i, k, r) => {
    result[i] = (result[i] as number) + (g[r] as number) * (w[k] as number);
  });
  store(out, result);
}

export function conv2dGradWeight(grad: View, input: View, window: Window2d, groups: number, out: View): void {
  const [g, x, result] = [load(grad), load(input), new Float64Array(out.length)];
  forEachProduct(input, out, grad, window, groups, (i, k, r) => {
    result[k] = (result[k] as number) + (g[r] as number) * (x[i] as number);
  });
  store(out, result);
}
