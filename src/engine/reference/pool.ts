import type { View } from "../storage.ts";
import type { AverageOver, Window2d } from "../windows.ts";
import { load, store } from "./strided.ts";

/** The elements one window sees, as positions `y·W + x` in a plane, and what "padded" divides by. */
interface Seen {
  readonly positions: readonly number[];
  readonly padded: number;
}

/** What each window of a plane sees, in row-major order of the output. */
function windowsOf(input: View, out: View, window: Window2d | null): Seen[] {
  const [height, width] = input.shape.slice(2) as [number, number];
  const [outHeight, outWidth] = out.shape.slice(2) as [number, number];
  const along = (dim: 0 | 1, size: number, n: number, i: number): { inside: number[]; padded: number } => {
    if (window === null) {
      const first = Math.floor((i * size) / n);
      const end = Math.ceil(((i + 1) * size) / n);
      return { inside: Array.from({ length: end - first }, (_, k) => first + k), padded: end - first };
    }
    const start = i * window.stride[dim] - window.padding[dim];
    const all = Array.from({ length: window.kernel[dim] }, (_, k) => start + k * window.dilation[dim]);
    const end = Math.min(start + window.kernel[dim], size + window.padding[dim]);
    return { inside: all.filter((at) => at >= 0 && at < size), padded: end - start };
  };
  const seen: Seen[] = [];
  for (let r = 0; r < outHeight; r++) {
    const rows = along(0, height, outHeight, r);
    for (let q = 0; q < outWidth; q++) {
      const columns = along(1, width, outWidth, q);
      const positions = rows.inside.flatMap((y) => columns.inside.map((x) => y * width + x));
      seen.push({ positions, padded: rows.padded * columns.padded });
    }
  }
  return seen;
}

function planeSize(view: View): number {
  return (view.shape[2] as number) * (view.shape[3] as number);
}

export function maxPool2d(input: View, window: Window2d | null, out: View, index: View): void {
  const x = load(input);
  const size = planeSize(input);
  const windows = windowsOf(input, out, window);
  const best = new Float64Array(out.length).fill(Number.NEGATIVE_INFINITY);
  const at = new Float64Array(out.length).fill(-1);
  for (let i = 0; i < out.length; i++) {
    const plane = Math.floor(i / windows.length) * size;
    for (const position of (windows[i % windows.length] as Seen).positions) {
      const value = x[plane + position] as number;
      if (at[i] !== -1 && !(value > (best[i] as number)) && !Number.isNaN(value)) continue;
      best[i] = value;
      at[i] = position;
    }
  }
  store(out, best);
  store(index, at);
}

export function maxPool2dGrad(grad: View, index: View, out: View): void {
  const [g, at, result] = [load(grad), load(index), new Float64Array(out.length)];
  const [size, outputs] = [planeSize(out), planeSize(grad)];
  for (let i = 0; i < g.length; i++) {
    if ((at[i] as number) < 0) continue;
    const to = Math.floor(i / outputs) * size + (at[i] as number);
    result[to] = (result[to] as number) + (g[i] as number);
  }
  store(out, result);
}

function divisor({ positions, padded }: Seen, over: AverageOver): number {
  return over === "inside" ? positions.length : over === "padded" ? padded : over;
}

export function avgPool2d(input: View, window: Window2d | null, over: AverageOver, out: View): void {
  const x = load(input);
  const size = planeSize(input);
  const windows = windowsOf(input, out, window);
  const result = Float64Array.from({ length: out.length }, (_, i) => {
    const seen = windows[i % windows.length] as Seen;
    const plane = Math.floor(i / windows.length) * size;
    return seen.positions.reduce((sum, at) => sum + (x[plane + at] as number), 0) / divisor(seen, over);
  });
  store(out, result);
}

export function avgPool2dGrad(grad: View, window: Window2d | null, over: AverageOver, out: View): void {
  const [g, result] = [load(grad), new Float64Array(out.length)];
  const size = planeSize(out);
  const windows = windowsOf(out, grad, window);
  for (let i = 0; i < g.length; i++) {
    const seen = windows[i % windows.length] as Seen;
    const plane = Math.floor(i / windows.length) * size;
    for (const at of seen.positions) {
      result[plane + at] = (result[plane + at] as number) + (g[i] as number) / divisor(seen, over);
    }
  }
  store(out, result);
}
