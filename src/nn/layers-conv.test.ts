import { describe, expect, it } from "vitest";
import { Generator, manualSeed, withBackend } from "../engine/index.ts";
import { ones, rand, tensor, zeros } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import * as F from "./functional/index.ts";
import * as nn from "./index.ts";

const x = (...shape: number[]): Tensor => rand(shape);

/** Each refusal and what its message says. */
const REFUSED: readonly [title: string, run: () => unknown, message: string | RegExp][] = [
  [
    "a kernel larger than the padded input",
    () => new nn.Conv2d(1, 1, 5, { padding: 1 }).forward(x(1, 1, 2, 8)),
    "conv2d: the window spans 5 (kernelSize 5, dilation 1), the padded input 4, expected a window no larger",
  ],
  [
    "a dilated kernel larger than the input",
    () => new nn.Conv1d(1, 1, 3, { dilation: 4 }).forward(x(1, 1, 8)),
    "the window spans 9 (kernelSize 3, dilation 4), the padded input 8",
  ],
  ["a pool larger than the input", () => new nn.MaxPool2d(3).forward(x(1, 1, 2, 2)), "maxPool2d: the window spans 3"],
  ["padding over half a pool", () => F.avgPool2d(x(1, 1, 5, 5), 3, { padding: 2 }), "expected at most half the kernel"],
  [
    "groups that do not divide the input channels",
    () => new nn.Conv2d(3, 4, 3, { groups: 2 }),
    "nn.Conv2d: inChannels is 3, groups 2, expected groups that divide it",
  ],
  [
    "groups that do not divide the output channels",
    () => new nn.ConvTranspose2d(4, 3, 3, { groups: 2 }),
    "nn.ConvTranspose2d: outChannels is 3, groups 2",
  ],
  [
    "groups that do not divide filters",
    () => F.conv2d(x(1, 2, 3, 3), x(3, 1, 1, 1), null, { groups: 2 }),
    "conv2d: groups is 2, the weight's first dimension 3",
  ],
  [
    "wrong channels",
    () => new nn.Conv2d(3, 4, 3).forward(x(2, 1, 5, 5)),
    "conv2d: input has 1 channels, weight expects 3 (input [2, 1, 5, 5], weight [4, 3, 3, 3], groups 1)",
  ],
  [
    "a missing channel dimension",
    () => new nn.Conv2d(1, 4, 3).forward(x(28, 28)),
    "conv2d: input has shape [28, 28], expected [N, C, H, W] or [C, H, W]. Give it a dimension for the channels",
  ],
  ["a bias of another size", () => F.conv1d(x(1, 2, 5), x(3, 2, 3), x(2)), "conv1d: bias has shape [2], expected [3]"],
  ["same padding with a stride", () => new nn.Conv2d(1, 1, 3, { padding: "same", stride: 2 }), "expected stride 1"],
  [
    "another word for padding",
    () => F.conv2d(x(1, 1, 3, 3), x(1, 1, 1, 1), null, { padding: "full" as "same" }),
    'padding is "full"',
  ],
  ["a kernel of size 0", () => new nn.Conv2d(1, 1, 0), "nn.Conv2d: kernelSize is 0"],
  ["three kernel sizes", () => new nn.Conv2d(1, 1, [3, 3, 3]), "nn.Conv2d: kernelSize has 3 numbers"],
  ["a stride of 0", () => F.maxPool2d(x(1, 1, 4, 4), 2, { stride: 0 }), "maxPool2d: stride is 0"],
  ["integers", () => F.maxPool2d(ones([1, 1, 2, 2], { dtype: "int32" }), 2), "expected a floating-point tensor"],
  [
    "output padding as large as the stride",
    () => F.convTranspose2d(x(1, 1, 2, 2), x(1, 1, 2, 2), null, { outputPadding: 1 }),
    "convTranspose2d: outputPadding is 1, stride 1 and dilation 1",
  ],
  [
    "more padding than result",
    () => F.convTranspose1d(x(1, 1, 1), x(1, 1, 2), null, { padding: 1 }),
    "gives sizes [0]",
  ],
  [
    "reflection wider than the image",
    () => new nn.Conv1d(1, 1, 3, { padding: 3, paddingMode: "reflect" }).forward(x(1, 1, 3)),
    "pad: reflect padding of 3 on an input of shape [1, 1, 3], expected at most 2",
  ],
  ["another padding mode", () => new nn.Conv1d(1, 1, 3, { paddingMode: "edge" as "zeros" }), "expected zeros, reflect"],
  [
    "one value for each channel in training",
    () => new nn.BatchNorm1d(4).forward(x(1, 4)),
    "batchNorm: input has shape [1, 4], a single value for each channel, expected more than one when training",
  ],
  ["one pixel for each channel in training", () => new nn.BatchNorm2d(4).forward(x(1, 4, 1, 1)), "a single value"],
  [
    "other channels in batch norm",
    () => new nn.BatchNorm2d(4).forward(x(2, 3, 2, 2)),
    "nn.BatchNorm2d: input has shape [2, 3, 2, 2], expected [N, 4, H, W]",
  ],
  ["images in BatchNorm1d", () => new nn.BatchNorm1d(4).forward(x(2, 4, 2, 2)), "expected [N, 4] or [N, 4, L]"],
  ["evaluation without moments", () => F.batchNorm(x(2, 3), null, null), "runningMean is null and training false"],
  [
    "another last dimension",
    () => new nn.LayerNorm(4).forward(x(2, 3)),
    "layerNorm: input has shape [2, 3], expected one that ends in the normalizedShape [4]",
  ],
  ["a weight of another size", () => F.rmsNorm(x(2, 3), 3, { weight: x(2) }), "rmsNorm: weight is float32 [2]"],
  ["groups that do not divide channels", () => new nn.GroupNorm(3, 4), "nn.GroupNorm: numGroups is 3, numChannels 4"],
  [
    "other channels in group norm",
    () => new nn.GroupNorm(2, 4).forward(x(2, 6)),
    "nn.GroupNorm: input has shape [2, 6]",
  ],
  [
    "one element for each instance",
    () => new nn.InstanceNorm2d(2).forward(x(1, 2, 1, 1)),
    "instanceNorm: input has shape",
  ],
  ["a dropout that is no probability", () => new nn.Dropout2d(1.5), "nn.Dropout2d: p is 1.5"],
];

describe("refusals", () => {
  it.each(REFUSED)("%s", (_, run, message) => {
    expect(run).toThrow(message);
  });

  it("leave the running moments as they were", () => {
    const layer = new nn.BatchNorm1d(2);
    expect(() => layer.forward(ones([1, 2]))).toThrow("single value");
    expect(layer.numBatchesTracked?.item()).toBe(0);
    expect([...(layer.runningMean as Tensor).data]).toEqual([0, 0]);
  });
});

describe("layers", () => {
  it("print like PyTorch's", () => {
    const model = new nn.Sequential(
      new nn.Conv2d(1, 8, 3, { padding: 1, bias: false }),
      new nn.BatchNorm2d(8),
      new nn.MaxPool2d(2),
      new nn.ConvTranspose1d(4, 2, 3, { stride: 2, outputPadding: 1 }),
      new nn.GroupNorm(2, 8),
    );
    expect(
      String(model)
        .split("\n")
        .map((line) => line.trim()),
    ).toEqual([
      "Sequential(",
      "(0): Conv2d(1, 8, kernelSize=[3, 3], stride=[1, 1], padding=[1, 1], bias=false)",
      "(1): BatchNorm2d(8, eps=0.00001, momentum=0.1, affine=true, trackRunningStats=true)",
      "(2): MaxPool2d(kernelSize=2)",
      "(3): ConvTranspose1d(4, 2, kernelSize=[3], stride=[2], outputPadding=[1])",
      "(4): GroupNorm(2, 8, eps=0.00001, affine=true)",
      ")",
    ]);
  });

  it("keep PyTorch's keys, and counts as int32", () => {
    const state = new nn.BatchNorm2d(3).stateDict();
    expect([...state.keys()]).toEqual(["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]);
    expect(state.get("num_batches_tracked")?.dtype).toBe("int32");
    expect([...new nn.BatchNorm2d(3, { trackRunningStats: false, affine: false }).stateDict().keys()]).toEqual([]);
  });

  it("draw from a generator of their own", () => {
    const own = new nn.Conv2d(2, 3, 3, { generator: new Generator(5) });
    manualSeed(5);
    expect(own.weight.data).toEqual(new nn.Conv2d(2, 3, 3).weight.data);
  });

  it("go back to the start", () => {
    const layer = new nn.BatchNorm1d(2);
    layer.forward(x(4, 2));
    layer.resetParameters();
    expect([...(layer.runningVar as Tensor).data, layer.numBatchesTracked?.item()]).toEqual([1, 1, 0]);
  });

  it("refuse backward when running moments changed between evaluation and backward", () => {
    const layer = new nn.BatchNorm1d(2).eval();
    const out = layer.forward(x(3, 2)).sum();
    layer.train().forward(x(3, 2));
    expect(() => out.backward()).toThrow("changed in place");
  });
});

describe("numerics", () => {
  it("moments do not cancel far from 0", () => {
    const far = rand([64, 3, 8, 8]).mul(0.1).add(1000);
    for (const layer of [new nn.BatchNorm2d(3), new nn.GroupNorm(3, 3), new nn.InstanceNorm2d(3)]) {
      const out = layer.forward(far);
      expect(Math.abs(out.mean().item())).toBeLessThan(2e-3);
      // Steps of 6e-5 at 1000 against a deviation of 0.03.
      expect(Math.abs(out.std().item() - 1)).toBeLessThan(0.02);
    }
  });

  it("empty batches pass through", () => {
    expect(new nn.Conv2d(1, 2, 3).forward(zeros([0, 1, 5, 5])).shape).toEqual([0, 2, 3, 3]);
    expect(F.maxPool2d(zeros([0, 1, 4, 4]), 2).shape).toEqual([0, 1, 2, 2]);
    const weight = ones([2, 1, 3, 3]);
    weight.requiresGrad = true;
    F.conv2d(zeros([0, 1, 5, 5]), weight)
      .sum()
      .backward();
    expect([...(weight.grad as Tensor).data].every((g) => g === 0)).toBe(true);
  });

  it("a convolution by hand", () => {
    for (const backend of ["wasm", "reference"] as const) {
      withBackend(backend, () => {
        const image = tensor([
          [
            [
              [1, 2, 3],
              [4, 5, 6],
              [7, 8, 9],
            ],
          ],
        ]);
        const out = F.conv2d(
          image,
          tensor([
            [
              [
                [1, 0],
                [0, -1],
              ],
            ],
          ]),
          tensor([0.5]),
        );
        expect(out.toArray()).toEqual([
          [
            [
              [-3.5, -3.5],
              [-3.5, -3.5],
            ],
          ],
        ]);
      });
    }
  });
});
