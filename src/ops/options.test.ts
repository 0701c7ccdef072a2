import { describe, expect, it } from "vitest";
import { ConfigError, ShapeError } from "../util/index.ts";
import * as ops from "./index.ts";

const x = (): ReturnType<typeof ops.ones> => ops.ones([2, 3]);
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
