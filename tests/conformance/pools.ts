import type { AverageOver, Pair, Window2d } from "../../src/engine/windows.ts";
import { expectClose, expectOutput } from "./check.ts";
import type { Suite } from "./suite.ts";
import { coordinatesOf, flatIndex, type Kind } from "./views.ts";

interface Case {
  title: string;
  input: [number, number, number, number];
  out: Pair;
  window: Window2d | null;
  kind?: Kind;
}

function window(kernel: Pair, stride: Pair, padding: Pair = [0, 0], dilation: Pair = [1, 1]): Window2d {
  return { kernel, stride, padding, dilation };
}

const CASES: readonly Case[] = [
  { title: "2×2 of even sizes", input: [2, 3, 4, 6], out: [2, 3], window: window([2, 2], [2, 2]) },
  { title: "2×2 of odd sizes", input: [2, 1, 5, 7], out: [2, 3], window: window([2, 2], [2, 2]) },
  { title: "a last window cut off", input: [1, 2, 5, 6], out: [3, 3], window: window([2, 2], [2, 2]) },
  { title: "overlapping, with padding", input: [1, 2, 5, 4], out: [5, 4], window: window([3, 3], [1, 1], [1, 1]) },
  { title: "padding and a cut off window", input: [1, 1, 6, 5], out: [4, 3], window: window([3, 2], [2, 2], [1, 1]) },
  { title: "wide rows", input: [1, 1, 5, 21], out: [2, 10], window: window([2, 2], [2, 2]) },
  { title: "wide rows with padding", input: [1, 1, 4, 13], out: [4, 13], window: window([3, 3], [1, 1], [1, 1]) },
  { title: "wide rows, stride 3", input: [1, 1, 4, 30], out: [2, 9], window: window([2, 4], [2, 3]) },
  { title: "whole plane", input: [2, 2, 3, 4], out: [1, 1], window: window([3, 4], [1, 1]) },
  { title: "height 1", input: [2, 2, 1, 9], out: [1, 4], window: window([1, 3], [1, 2]) },
  { title: "adaptive, sizes that divide", input: [1, 2, 6, 4], out: [3, 2], window: null },
  { title: "adaptive, others", input: [2, 1, 5, 7], out: [3, 4], window: null },
  { title: "adaptive, larger", input: [1, 1, 2, 3], out: [3, 5], window: null },
  { title: "strided", input: [2, 2, 5, 4], out: [2, 2], window: window([2, 2], [2, 2]), kind: "shuffled" },
  { title: "nothing", input: [0, 2, 4, 4], out: [2, 2], window: window([2, 2], [2, 2]) },
];
const DILATED: readonly Case[] = [
  { title: "dilated", input: [1, 2, 7, 8], out: [3, 4], window: window([3, 2], [1, 2], [0, 0], [2, 1]) },
  { title: "dilated, with padding", input: [1, 1, 6, 5], out: [4, 2], window: window([3, 2], [1, 3], [1, 1], [2, 3]) },
];

/** First and past-the-end position of window i of n over `size`, before any clipping. */
function span(test: Case, dim: 0 | 1, i: number): [number, number] {
  const size = test.input[2 + dim] as number;
  const { window: w } = test;
  if (w === null) return [Math.floor((i * size) / test.out[dim]), Math.ceil(((i + 1) * size) / test.out[dim])];
  const start = i * w.stride[dim] - w.padding[dim];
  return [start, start + w.dilation[dim] * (w.kernel[dim] - 1) + 1];
}

function seen(test: Case, dim: 0 | 1, i: number): number[] {
  const [start, end] = span(test, dim, i);
  const all: number[] = [];
  for (let at = start; at < end; at += test.window?.dilation[dim] ?? 1) all.push(at);
  return all.filter((at) => at >= 0 && at < (test.input[2 + dim] as number));
}

function padded(test: Case, dim: 0 | 1, i: number): number {
  const [start, end] = span(test, dim, i);
  return Math.min(end, (test.input[2 + dim] as number) + (test.window?.padding[dim] ?? 0)) - start;
}

/** For each output element the flat positions it sees in the input, row by row. */
function windows(test: Case): { at: readonly number[]; inside: readonly number[] }[] {
  return coordinatesOf([test.input[0], test.input[1], ...test.out]).map((place) => {
    const [n, c, r, q] = place as [number, number, number, number];
    const inside = seen(test, 0, r).flatMap((y) => seen(test, 1, q).map((x) => flatIndex(test.input, [n, c, y, x])));
    return { at: place, inside };
  });
}

export function poolTests(suite: Suite): void {
  const { backend } = suite;
  for (const dtype of suite.floats) {
    for (const test of [...CASES, ...DILATED]) {
      suite.it(`maxPool2d ${dtype}: ${test.title}`, (scratch) => {
        const x = scratch.input(dtype, test.input, test.kind, () => scratch.whole(-2, 2));
        const shape = [test.input[0], test.input[1], ...test.out];
        const plane = test.input[2] * test.input[3];
        const best = windows(test).map(({ inside }) =>
          inside.reduce((a, b) => ((x.values[b] as number) > (x.values[a] as number) ? b : a)),
        );
        const out = scratch.output(dtype, shape);
        const index = scratch.output("int32", shape);
        backend.maxPool2d(x.view, test.window, out, index);
        expectOutput(
          scratch,
          out,
          best.map((at) => x.values[at] as number),
          "values",
        );
        expectOutput(
          scratch,
          index,
          best.map((at) => at % plane),
          "positions",
        );

        const grad = scratch.input(dtype, shape, test.kind);
        const expected = new Array<number>(x.view.length).fill(0);
        best.forEach((at, i) => {
          expected[at] = (expected[at] as number) + (grad.values[i] as number);
        });
        const back = scratch.output(dtype, test.input);
        backend.maxPool2dGrad(grad.view, index, back);
        expectOutput(scratch, back, expected, "gradient");
      });
    }

    suite.it(`maxPool2d ${dtype}: NaN and infinities`, (scratch) => {
      const low = Number.NEGATIVE_INFINITY;
      const x = scratch.given(dtype, [1, 1, 2, 4], [1, Number.NaN, low, low, 3, 2, low, low]);
      const out = scratch.output(dtype, [1, 1, 1, 2]);
      const index = scratch.output("int32", [1, 1, 1, 2]);
      backend.maxPool2d(x.view, window([2, 2], [2, 2]), out, index);
      expectOutput(scratch, out, [Number.NaN, low], "values");
      expectOutput(scratch, index, [1, 2], "positions");
    });

    for (const test of CASES) {
      suite.it(`avgPool2d ${dtype}: ${test.title}`, (scratch) => {
        const x = scratch.input(dtype, test.input, test.kind);
        const shape = [test.input[0], test.input[1], ...test.out];
        for (const over of ["inside", "padded", 5] as const) {
          const divisor = ({ at, inside }: { at: readonly number[]; inside: readonly number[] }): number => {
            const [, , r, q] = at as [number, number, number, number];
            return divide(over, inside.length, padded(test, 0, r) * padded(test, 1, q));
          };
          const seenBy = windows(test);
          const out = scratch.output(dtype, shape);
          backend.avgPool2d(x.view, test.window, over, out);
          const means = seenBy.map((w) => w.inside.reduce((sum, i) => sum + (x.values[i] as number), 0) / divisor(w));
          expectOutput(scratch, out, means, `over ${over}`);

          const grad = scratch.input(dtype, shape, test.kind);
          const expected = new Array<number>(x.view.length).fill(0);
          seenBy.forEach((w, i) => {
            for (const at of w.inside)
              expected[at] = (expected[at] as number) + (grad.values[i] as number) / divisor(w);
          });
          const back = scratch.output(dtype, test.input);
          backend.avgPool2dGrad(grad.view, test.window, over, back);
          expectClose(scratch.outputValues(back), expected, dtype, `gradient over ${over}`);
        }
      });
    }
  }
}

function divide(over: AverageOver, inside: number, withPadding: number): number {
  return over === "inside" ? inside : over === "padded" ? withPadding : over;
}
