import { describe, expect, it } from "vitest";
import { ConfigError, ShapeError } from "../util/index.ts";
import * as ops from "./index.ts";

const x = (): ReturnType<typeof ops.ones> => ops.ones([2, 3]);
const signal = (): ReturnType<typeof ops.ones> => ops.ones([1, 2, 4]);
const image = (): ReturnType<typeof ops.ones> => ops.ones([1, 2, 4, 4]);
const w1 = (): ReturnType<typeof ops.ones> => ops.ones([2, 2, 3]);
const w2 = (): ReturnType<typeof ops.ones> => ops.ones([2, 2, 3, 3]);
// What the compiler would refuse, as a program without types passes it.
const odd = (options: object): never => options as never;

describe("misspelt options", () => {
  const calls: readonly (readonly [message: string, call: () => unknown])[] = [
    ['sum: there is no option "keepDim".*Did you mean "keepdim"', () => x().sum(1, odd({ keepDim: true }))],
    ['mean: there is no option "keep_dim"', () => x().mean(1, odd({ keep_dim: true }))],
    ['max: there is no option "keepDim"', () => x().max(1, odd({ keepDim: true }))],
    ['argmax: there is no option "keepDim"', () => x().argmax(1, odd({ keepDim: true }))],
    ['prod: there is no option "keepDim"', () => x().prod(1, odd({ keepDim: true }))],
    ['all: there is no option "keepDim"', () => x().all(1, odd({ keepDim: true }))],
    ['amax: there is no option "keepDim"|max: there is no option "keepDim"', () => x().amax(1, odd({ keepDim: true }))],
    ['variance: there is no option "unbiased"', () => x().var(1, odd({ unbiased: false }))],
    ['norm: there is no option "keepDim"', () => x().norm(2, 1, odd({ keepDim: true }))],
    ['logsumexp: there is no option "keepDim"', () => x().logsumexp(1, odd({ keepDim: true }))],
    ['median: there is no option "keepDim"', () => x().median(1, odd({ keepDim: true }))],
    ['sort: there is no option "decending".*"descending"', () => x().sort(1, odd({ decending: true }))],
    ['sort: there is no option "decending"', () => x().sort(odd({ decending: true }))],
    ['topk: there is no option "larges"', () => x().topk(1, 1, odd({ larges: false }))],
    ['slice: there is no option "stop"', () => x().slice(0, odd({ stop: 1 }))],
    ['clamp: there is no option "maximum"', () => x().clamp(odd({ maximum: 1 }))],
    [
      'zeros|full: there is no option "requires_grad".*"requiresGrad"',
      () => ops.zeros([2], odd({ requires_grad: true })),
    ],
    ['tensor: there is no option "dype".*"dtype"', () => ops.tensor([2], odd({ dype: "int32" }))],
    ['rand: there is no option "generater"', () => ops.rand([2], odd({ generater: null }))],
    ['multinomial: there is no option "replace"', () => ops.multinomial(ops.ones([2]), 1, odd({ replace: true }))],
    ['allclose: there is no option "tol"', () => x().allclose(x(), odd({ tol: 1 }))],
    ['conv1d: there is no option "pading".*"padding"', () => ops.conv1d(signal(), w1(), null, odd({ pading: 1 }))],
    ['conv2d: there is no option "strides".*"stride"', () => ops.conv2d(image(), w2(), null, odd({ strides: 2 }))],
    ['conv2d: groups is "1".*groups: 1', () => ops.conv2d(image(), w2(), null, odd({ groups: "1" }))],
    ["conv2d: the options are a Tensor", () => ops.conv2d(image(), w2(), null, odd(x()))],
    [
      'convTranspose1d: .*"output_padding".*"outputPadding"',
      () => ops.convTranspose1d(signal(), w1(), null, odd({ output_padding: 1 })),
    ],
    ['convTranspose2d: .*"dilaton".*"dilation"', () => ops.convTranspose2d(image(), w2(), null, odd({ dilaton: 2 }))],
    ['maxPool1d: .*"ceil_mode".*"ceilMode"', () => ops.maxPool1d(signal(), 2, odd({ ceil_mode: true }))],
    ['maxPool2d: .*"strid".*"stride"', () => ops.maxPool2d(image(), 2, odd({ strid: 1 }))],
    ['avgPool1d: .*"count_include_pad"', () => ops.avgPool1d(signal(), 2, odd({ count_include_pad: false }))],
    ['avgPool2d: .*"divisor".*divisorOverride', () => ops.avgPool2d(image(), 2, odd({ divisor: 2 }))],
    ['layerNorm: there is no option "epsilon".* eps', () => ops.layerNorm(x(), [3], odd({ epsilon: 1 }))],
    ['rmsNorm: there is no option "bias"', () => ops.rmsNorm(x(), [3], odd({ bias: null }))],
    ['groupNorm: .*"wieght".*"weight"', () => ops.groupNorm(signal(), 1, odd({ wieght: null }))],
    ['instanceNorm: .*"epss".*"eps"', () => ops.instanceNorm(signal(), odd({ epss: 1 }))],
    ['batchNorm: .*"trainin".*"training"', () => ops.batchNorm(signal(), null, null, odd({ trainin: true }))],
    ['batchNorm: momentum is "0.1"', () => ops.batchNorm(signal(), null, null, odd({ momentum: "0.1" }))],
    ['keepdim is "yes", expected true or false', () => x().sum(1, odd({ keepdim: "yes" }))],
  ];

  it.each(calls)("%s", (message, call) => {
    expect(call).toThrow(ConfigError);
    expect(call).toThrow(new RegExp(message));
  });

  it("that stand where dimensions or sizes belong", () => {
    expect(() => x().sum(odd({ axis: 1 }))).toThrow(ShapeError);
    expect(() => x().sum(odd({ axis: 1 }))).toThrow(/sum: dim is an object/);
    expect(() => ops.zeros(2 as never, 3 as never)).toThrow(/sizes in brackets: \w+\(\[2, 3\]\)/);
  });
});
