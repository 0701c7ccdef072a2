import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import type { GradientCase, OpCases } from "./harness.ts";
import type { Input } from "./inputs.ts";

const SPREAD = { low: -3, high: 3 };

/** Inputs in every layout, with a weight and a bias of `affine`, with one of them, and with neither. */
function cases(
  inputs: readonly (readonly [input: number[], affine: number[]])[],
  run: (x: Tensor, affine: { weight?: Tensor | null; bias?: Tensor | null }) => Tensor,
  bias = true,
): GradientCase[] {
  return inputs.flatMap(([shape, affine], i) => {
    const layout = [{}, { reversed: true }, { columns: true }][i % 3] as Partial<Input>;
    const x: Input = { shape, domain: SPREAD, ...layout };
    const parameter: Input = { shape: affine, ...([{}, {}, { reversed: true }][i % 3] as Partial<Input>) };
    const title = `[${shape}]`;
    return [
      { title: `${title} alone`, inputs: [x], run: ([input]) => run(input as Tensor, {}) },
      {
        title: `${title} with a weight`,
        inputs: [x, parameter],
        run: ([input, weight]) => run(input as Tensor, { weight: weight as Tensor }),
      },
      ...(bias
        ? [
            {
              title: `${title} with weight and bias`,
              inputs: [x, parameter, parameter],
              run: ([input, w, b]: Tensor[]) => run(input as Tensor, { weight: w as Tensor, bias: b as Tensor }),
            },
            {
              title: `${title} with a bias`,
              inputs: [x, parameter],
              run: ([input, b]: Tensor[]) => run(input as Tensor, { bias: b as Tensor }),
            },
          ]
        : []),
    ];
  });
}

const moments = (channels: number): [Tensor, Tensor] => [
  ops.linspace(-1, 1, channels, { dtype: "float64" }),
  ops.linspace(0.5, 2, channels, { dtype: "float64" }),
];

export const NORMALIZE_CASES: readonly OpCases[] = [
  {
    op: "layerNorm",
    cases: [
      ...cases(
        [
          [[2, 4], [4]],
          [[3, 2], [2]],
          [[2, 1, 3], [3]],
        ],
        (x, affine) => ops.layerNorm(x, x.shape.at(-1) as number, affine),
      ),
      ...cases(
        [
          [
            [2, 2, 3],
            [2, 3],
          ],
        ],
        (x, affine) => ops.layerNorm(x, [2, 3], { ...affine, eps: 0.1 }),
      ),
    ],
  },
  {
    op: "rmsNorm",
    cases: [
      ...cases(
        [
          [[2, 4], [4]],
          [[3, 2], [2]],
        ],
        (x, affine) => ops.rmsNorm(x, x.shape.at(-1) as number, affine),
        false,
      ),
      ...cases(
        [
          [
            [2, 2, 3],
            [2, 3],
          ],
        ],
        (x, affine) => ops.rmsNorm(x, [2, 3], { ...affine, eps: 0.1 }),
        false,
      ),
    ],
  },
  {
    op: "groupNorm",
    cases: [
      ...cases(
        [
          [[2, 4, 2], [4]],
          [[2, 4, 3], [4]],
          [[2, 4, 1, 2], [4]],
        ],
        (x, affine) => ops.groupNorm(x, 2, affine),
      ),
      ...cases([[[3, 6], [6]]], (x, affine) => ops.groupNorm(x, 2, affine)),
    ],
  },
  {
    op: "instanceNorm",
    cases: cases(
      [
        [[2, 2, 3], [2]],
        [[1, 2, 2, 2], [2]],
      ],
      (x, affine) => ops.instanceNorm(x, affine),
    ),
  },
  {
    op: "batchNorm",
    cases: [
      ...cases(
        [
          [[4, 2], [2]],
          [[3, 2, 2], [2]],
          [[2, 2, 2, 2], [2]],
        ],
        (x, affine) => ops.batchNorm(x, null, null, { ...affine, training: true }),
      ),
      ...cases(
        [
          [[3, 2], [2]],
          [[2, 3, 2], [3]],
        ],
        (x, affine) => ops.batchNorm(x, ...moments(x.shape[1] as number), affine),
      ),
    ],
  },
];
