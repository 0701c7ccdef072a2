import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import type { GradientCase, OpCases } from "./harness.ts";
import type { Input } from "./inputs.ts";

type Options = Readonly<Record<string, unknown>>;
type Convolution = (input: Tensor, weight: Tensor, bias: Tensor | null, options: Options) => Tensor;

const show = (options: Options): string => JSON.stringify(options);
const plain = (...shape: number[]): Input => ({ shape });
const image = (...shape: number[]): Input => ({ shape, domain: { low: -2, high: 2 } });

/** A convolution of an input with a weight, with and without a bias of `filters` elements. */
function convolution(
  run: Convolution,
  input: Input,
  weight: Input,
  filters: number,
  options: Options = {},
): GradientCase {
  return {
    title: `[${input.shape}] with [${weight.shape}] ${show(options)}`,
    inputs: [input, weight, plain(filters)],
    run: ([x, w, b]) => run(x as Tensor, w as Tensor, b as Tensor, options),
  };
}

function withoutBias(run: Convolution, input: Input, weight: Input, options: Options = {}): GradientCase {
  return {
    title: `no bias, [${input.shape}] with [${weight.shape}] ${show(options)}`,
    inputs: [input, weight],
    run: ([x, w]) => run(x as Tensor, w as Tensor, null, options),
  };
}

function itself(run: Convolution, shape: number[]): GradientCase {
  return { title: "x with itself", inputs: [plain(...shape)], run: ([x]) => run(x as Tensor, x as Tensor, null, {}) };
}

const reversed = (...shape: number[]): Input => ({ shape, reversed: true });
const columns = (...shape: number[]): Input => ({ shape, columns: true });

const CONVOLUTIONS: OpCases[] = [
  {
    op: "conv1d",
    cases: [
      convolution(ops.conv1d, plain(2, 2, 4), plain(2, 2, 2), 2),
      convolution(ops.conv1d, plain(1, 2, 5), plain(2, 1, 2), 2, { groups: 2, stride: 2, padding: 1 }),
      convolution(ops.conv1d, plain(2, 4), plain(1, 2, 3), 1, { padding: "same" }),
      convolution(ops.conv1d, reversed(1, 2, 4), columns(2, 2, 1), 2),
      withoutBias(ops.conv1d, columns(2, 1, 5), reversed(2, 1, 2), { dilation: 2 }),
      itself(ops.conv1d, [1, 1, 3]),
    ],
  },
  {
    op: "conv2d",
    cases: [
      convolution(ops.conv2d, plain(2, 1, 3, 3), plain(2, 1, 2, 2), 2),
      convolution(ops.conv2d, plain(1, 2, 3, 4), plain(2, 1, 2, 3), 2, { groups: 2, padding: [1, 0] }),
      convolution(ops.conv2d, plain(1, 1, 5, 4), plain(1, 1, 2, 2), 1, { stride: [2, 1], dilation: [2, 1] }),
      convolution(ops.conv2d, plain(1, 1, 3, 3), plain(2, 1, 2, 2), 2, { padding: "same" }),
      convolution(ops.conv2d, plain(2, 2, 2, 2), plain(2, 2, 1, 1), 2),
      withoutBias(ops.conv2d, reversed(1, 2, 3, 3), columns(1, 2, 2, 2)),
      withoutBias(ops.conv2d, columns(1, 3, 3), reversed(2, 1, 3, 3), { padding: 1, stride: 2 }),
      itself(ops.conv2d, [1, 1, 2, 2]),
    ],
  },
  {
    op: "convTranspose1d",
    cases: [
      convolution(ops.convTranspose1d, plain(2, 2, 3), plain(2, 2, 2), 2),
      convolution(ops.convTranspose1d, plain(1, 2, 3), plain(2, 1, 3), 2, { groups: 2, stride: 2, padding: 1 }),
      convolution(ops.convTranspose1d, plain(2, 3), plain(2, 1, 2), 1, { stride: 3, outputPadding: 2 }),
      convolution(ops.convTranspose1d, reversed(1, 1, 3), columns(1, 2, 2), 2, { dilation: 2 }),
      withoutBias(ops.convTranspose1d, columns(2, 2, 2), reversed(2, 1, 2)),
    ],
  },
  {
    op: "convTranspose2d",
    cases: [
      convolution(ops.convTranspose2d, plain(1, 2, 2, 2), plain(2, 1, 2, 2), 1),
      convolution(ops.convTranspose2d, plain(1, 2, 2, 2), plain(2, 1, 3, 2), 2, {
        groups: 2,
        stride: 2,
        padding: [1, 0],
      }),
      convolution(ops.convTranspose2d, plain(1, 2, 2), plain(1, 2, 1, 1), 2, { stride: 2, outputPadding: 1 }),
      convolution(ops.convTranspose2d, reversed(1, 1, 2, 3), columns(1, 1, 2, 2), 1, { dilation: [1, 2] }),
      withoutBias(ops.convTranspose2d, columns(2, 1, 2, 2), reversed(1, 2, 1, 1)),
    ],
  },
];

type Pool = (input: Tensor, size: ops.SpatialSizes, options: Options) => Tensor;

function pools(run: Pool, rows: readonly (readonly [Input, ops.SpatialSizes, Options?])[]): GradientCase[] {
  return rows.map(([input, size, options = {}]) => ({
    title: `[${input.shape}] ${size} ${show(options)}${input.reversed ? " reversed" : ""}${input.columns ? " columns" : ""}`,
    inputs: [input],
    run: ([x]) => run(x as Tensor, size, options),
  }));
}

const LINES: readonly (readonly [Input, ops.SpatialSizes, Options?])[] = [
  [image(2, 2, 6), 2],
  [image(1, 2, 7), 3, { stride: 2, padding: 1 }],
  [image(2, 6), 4, { stride: 3, ceilMode: true }],
  [{ shape: [2, 1, 5], reversed: true }, 2],
  [{ shape: [2, 2, 5], columns: true }, 2, { stride: 1 }],
];
const IMAGES: readonly (readonly [Input, ops.SpatialSizes, Options?])[] = [
  [image(1, 2, 4, 4), 2],
  [image(1, 1, 5, 4), 3, { stride: 2, padding: 1 }],
  [image(1, 5, 5), [2, 3], { ceilMode: true }],
  [{ shape: [1, 2, 3, 4], reversed: true }, 2],
  [{ shape: [2, 1, 4, 3], columns: true }, 2, { stride: 1 }],
];
const ADAPTIVE_LINES: readonly (readonly [Input, ops.SpatialSizes])[] = [
  [image(2, 2, 6), 3],
  [image(1, 2, 5), 3],
  [image(2, 4), 1],
  [{ shape: [2, 1, 5], reversed: true }, 2],
  [{ shape: [2, 2, 3], columns: true }, 5],
];
const ADAPTIVE_IMAGES: readonly (readonly [Input, ops.SpatialSizes])[] = [
  [image(1, 2, 4, 4), 2],
  [image(1, 1, 5, 4), [2, 3]],
  [image(1, 3, 5), 1],
  [{ shape: [1, 2, 3, 4], reversed: true }, [3, 2]],
  [{ shape: [2, 1, 2, 3], columns: true }, 4],
];

const POOLS: OpCases[] = [
  { op: "maxPool1d", cases: pools(ops.maxPool1d, [...LINES, [image(1, 1, 7), 2, { dilation: 3 }]]) },
  { op: "maxPool2d", cases: pools(ops.maxPool2d, [...IMAGES, [image(1, 1, 4, 5), 2, { dilation: 2, stride: 1 }]]) },
  {
    op: "avgPool1d",
    cases: pools(ops.avgPool1d, [...LINES, [image(1, 1, 5), 3, { padding: 1, countIncludePad: false }]]),
  },
  {
    op: "avgPool2d",
    cases: pools(ops.avgPool2d, [
      ...IMAGES,
      [image(1, 1, 4, 4), 3, { padding: 1, countIncludePad: false }],
      [image(1, 1, 3, 3), 2, { divisorOverride: 3 }],
    ]),
  },
  { op: "adaptiveAvgPool1d", cases: pools(ops.adaptiveAvgPool1d, ADAPTIVE_LINES) },
  { op: "adaptiveAvgPool2d", cases: pools(ops.adaptiveAvgPool2d, ADAPTIVE_IMAGES) },
  { op: "adaptiveMaxPool1d", cases: pools(ops.adaptiveMaxPool1d, ADAPTIVE_LINES) },
  { op: "adaptiveMaxPool2d", cases: pools(ops.adaptiveMaxPool2d, ADAPTIVE_IMAGES) },
];

export const WINDOW_CASES: readonly OpCases[] = [...CONVOLUTIONS, ...POOLS];
