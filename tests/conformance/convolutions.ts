import type { Pair, Window2d } from "../../src/engine/windows.ts";
import { expectOutput } from "./check.ts";
import type { Suite } from "./suite.ts";
import { coordinatesOf, type Kind } from "./views.ts";

interface Case {
  title: string;
  input: [number, number, number, number];
  filters: number;
  window: Window2d;
  groups?: number;
  /** Size of the output, where padding behind the last row and column differs from that before the first. */
  outSize?: Pair;
  kinds?: [Kind, Kind, Kind];
}

function window(kernel: Pair, stride: Pair = [1, 1], padding: Pair = [0, 0], dilation: Pair = [1, 1]): Window2d {
  return { kernel, stride, padding, dilation };
}

const CASES: readonly Case[] = [
  { title: "1×1", input: [2, 3, 4, 5], filters: 2, window: window([1, 1]) },
  { title: "1×1 with stride", input: [2, 3, 5, 5], filters: 2, window: window([1, 1], [2, 3]) },
  { title: "3×3 with padding", input: [2, 2, 5, 6], filters: 3, window: window([3, 3], [1, 1], [1, 1]) },
  {
    title: "odd sizes, stride and dilation",
    input: [1, 2, 9, 8],
    filters: 3,
    window: window([2, 3], [2, 1], [1, 2], [3, 2]),
  },
  { title: "stride 3, kernel 2", input: [2, 1, 8, 7], filters: 2, window: window([2, 2], [3, 3]) },
  { title: "padding wider than the image", input: [1, 1, 2, 1], filters: 2, window: window([3, 3], [1, 2], [3, 4]) },
  { title: "groups", input: [2, 4, 5, 4], filters: 6, window: window([3, 2], [1, 1], [1, 0]), groups: 2 },
  { title: "depthwise", input: [2, 3, 4, 4], filters: 6, window: window([3, 3], [1, 1], [1, 1]), groups: 3 },
  { title: "grouped 1×1", input: [2, 4, 3, 3], filters: 4, window: window([1, 1]), groups: 2 },
  {
    title: "more padding behind",
    input: [1, 2, 4, 5],
    filters: 2,
    window: window([2, 4], [1, 1], [0, 1]),
    outSize: [4, 5],
  },
  { title: "many channels", input: [6, 8, 6, 7], filters: 8, window: window([3, 3], [1, 1], [1, 1]) },
  { title: "many channels, odd sizes", input: [8, 8, 3, 15], filters: 9, window: window([3, 3], [1, 1], [0, 2]) },
  {
    title: "many channels in groups, one tile across",
    input: [11, 16, 7, 1],
    filters: 18,
    window: window([3, 3], [1, 1], [3, 1]),
    groups: 2,
  },
  {
    title: "many channels, more padding behind",
    input: [4, 8, 8, 9],
    filters: 8,
    window: window([3, 3], [1, 1], [0, 1]),
    outSize: [8, 10],
  },
  { title: "5×5 that keeps the size", input: [4, 3, 6, 5], filters: 4, window: window([5, 5], [1, 1], [2, 2]) },
  { title: "height 1", input: [3, 2, 1, 11], filters: 2, window: window([1, 4], [1, 2], [0, 1]) },
  { title: "nothing", input: [0, 2, 4, 4], filters: 2, window: window([3, 3]) },
  { title: "wide rows in pieces", input: [1, 6, 5, 700], filters: 2, window: window([3, 3], [1, 1], [1, 1]) },
  {
    title: "strided operands",
    input: [2, 4, 5, 6],
    filters: 2,
    window: window([3, 3]),
    groups: 2,
    kinds: ["shuffled", "flipped", "stepped"],
  },
  {
    title: "broadcast operands",
    input: [2, 2, 4, 4],
    filters: 3,
    window: window([2, 2]),
    kinds: ["transposed", "broadcast", "offset"],
  },
];

function outShape({ input, filters, window: w, outSize }: Case): [number, number, number, number] {
  const size = (dim: 0 | 1): number =>
    Math.floor((input[2 + dim] as number) + 2 * w.padding[dim] - w.dilation[dim] * (w.kernel[dim] - 1) - 1) /
    w.stride[dim];
  const [h, wide] = outSize ?? [Math.floor(size(0)) + 1, Math.floor(size(1)) + 1];
  return [input[0], filters, h, wide];
}

/** Kept, for five sums of each case, dtype and backend go through them. */
const listed = new Map<Case, Int32Array>();

/** Elements of the image, the weight and the result that meet: three numbers for each product. */
function products(test: Case, shape: readonly number[]): Int32Array {
  const known = listed.get(test);
  if (known !== undefined) return known;
  const { input, filters, window: w, groups = 1 } = test;
  const weightShape = [filters, input[1] / groups, ...w.kernel];
  const taps = coordinatesOf(weightShape.slice(1));
  const met: number[] = [];
  for (const [at, [n, o, r, q]] of (coordinatesOf(shape) as [number, number, number, number][]).entries()) {
    for (const [tap, [c, i, j]] of (taps as [number, number, number][]).entries()) {
      const y = r * w.stride[0] + i * w.dilation[0] - w.padding[0];
      const x = q * w.stride[1] + j * w.dilation[1] - w.padding[1];
      if (y < 0 || x < 0 || y >= input[2] || x >= input[3]) continue;
      const channel = Math.floor((o * groups) / filters) * (input[1] / groups) + c;
      met.push(((n * input[1] + channel) * input[2] + y) * input[3] + x, o * taps.length + tap, at);
    }
  }
  const all = Int32Array.from(met);
  listed.set(test, all);
  return all;
}

interface Sums {
  sum: number[];
  scale: number[];
}

/** Σ a·b over all products into each element of one operand (0: image, 1: weight, 2: result), and Σ |a·b|. */
function summed(
  met: Int32Array,
  into: 0 | 1 | 2,
  operands: readonly (readonly number[])[],
  from: readonly number[],
): Sums {
  const sum = [...from];
  const scale = from.map(Math.abs);
  const [first, second] = ([0, 1, 2] as const).filter((each) => each !== into) as [0 | 1 | 2, 0 | 1 | 2];
  const [a, b] = [operands[first], operands[second]] as [readonly number[], readonly number[]];
  for (let i = 0; i < met.length; i += 3) {
    const at = met[i + into] as number;
    const value = (a[met[i + first] as number] as number) * (b[met[i + second] as number] as number);
    sum[at] = (sum[at] as number) + value;
    scale[at] = (scale[at] as number) + Math.abs(value);
  }
  return { sum, scale };
}

export function convolutionTests(suite: Suite): void {
  const { backend } = suite;
  for (const dtype of suite.floats) {
    for (const test of CASES) {
      suite.it(`convolution ${dtype}: ${test.title}`, (scratch) => {
        const { input, filters, window: w, groups = 1 } = test;
        const shape = outShape(test);
        const weightShape = [filters, input[1] / groups, ...w.kernel];
        const [a, b, c] = test.kinds ?? ["contiguous", "contiguous", "contiguous"];
        const x = scratch.input(dtype, input, a);
        const weight = scratch.input(dtype, weightShape, b);
        const grad = scratch.input(dtype, shape, c);
        const perFilter = scratch.input(dtype, [filters], c);
        const perChannel = scratch.input(dtype, [input[1]], c);
        const met = products(test, shape);
        const operands = [x.values, weight.values, grad.values];
        /** Each plane of an image filled with its channel's value. */
        const planes = ([n, channels, h, wide]: readonly number[], of: readonly number[]): number[] =>
          Array.from({ length: (n as number) * (channels as number) * (h as number) * (wide as number) }, (_, i) => {
            return of[Math.floor(i / ((h as number) * (wide as number))) % (channels as number)] as number;
          });

        const forward = summed(met, 2, operands, planes(shape, perFilter.values));
        const out = scratch.output(dtype, shape);
        backend.conv2d(x.view, weight.view, perFilter.view, w, groups, out);
        expectOutput(scratch, out, forward.sum, "forward", { scale: forward.scale });

        const byWeight = summed(met, 1, operands, new Array<number>(weight.view.length).fill(0));
        const gradWeight = scratch.output(dtype, weightShape);
        const alone = scratch.output(dtype, weightShape);
        backend.conv2dGrad(grad.view, x.view, weight.view, w, groups, null, alone, null);
        expectOutput(scratch, alone, byWeight.sum, "by the weight alone", { scale: byWeight.scale });

        const byBias: Sums = { sum: perFilter.values.map(() => 0), scale: perFilter.values.map(() => 0) };
        const plane = (shape[2] as number) * (shape[3] as number);
        for (const [i, value] of grad.values.entries()) {
          const filter = Math.floor(i / plane) % filters;
          byBias.sum[filter] = (byBias.sum[filter] as number) + value;
          byBias.scale[filter] = (byBias.scale[filter] as number) + Math.abs(value);
        }
        const byInput = summed(met, 0, operands, new Array<number>(x.view.length).fill(0));
        const gradX = scratch.output(dtype, input);
        const gradBias = scratch.output(dtype, [filters]);
        backend.conv2dGrad(grad.view, x.view, weight.view, w, groups, gradX, gradWeight, gradBias);
        expectOutput(scratch, gradX, byInput.sum, "by the input, together", { scale: byInput.scale });
        expectOutput(scratch, gradWeight, byWeight.sum, "by the weight", { scale: byWeight.scale });
        expectOutput(scratch, gradBias, byBias.sum, "by the bias", { scale: byBias.scale });

        for (const bias of [null, perChannel]) {
          const sums = bias === null ? byInput : summed(met, 0, operands, planes(input, bias.values));
          const gradInput = scratch.output(dtype, input);
          backend.conv2dGradInput(grad.view, weight.view, bias?.view ?? null, w, groups, gradInput);
          expectOutput(scratch, gradInput, sums.sum, "by the input", { scale: sums.scale });
        }
      });
    }
  }
}
