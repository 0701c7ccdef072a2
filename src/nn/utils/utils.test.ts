import { describe, expect, it } from "vitest";
import { ones, tensor, zeros } from "../../ops/index.ts";
import { Parameter } from "../../tensor/index.ts";
import { ConfigError, GradientError, ShapeError } from "../../util/index.ts";
import { clipGradNorm_, clipGradValue_, parametersToVector, vectorToParameters } from "./index.ts";

function withGrad(values: number[]): Parameter {
  const parameter = new Parameter(zeros([values.length]));
  parameter.grad = tensor(values);
  return parameter;
}

describe("clipGradNorm_", () => {
  it("returns the norm before, and skips parameters without gradient", () => {
    const parameters = [withGrad([3, 0]), new Parameter(zeros([2])), withGrad([4])];
    const norm = clipGradNorm_(parameters, 1);
    expect(norm.shape).toEqual([]);
    expect(norm.item()).toBe(5);
    expect(parameters[0]?.grad?.data[0]).toBeCloseTo(0.6, 6);
    expect(clipGradNorm_([new Parameter(zeros([1]))], 1).item()).toBe(0);
    expect(clipGradNorm_(withGrad([3, 4]), Infinity).item()).toBe(5);
  });

  it("leaves gradients as they are when the norm is not finite", () => {
    const parameters = [withGrad([1, 2]), withGrad([Number.NaN])];
    expect(clipGradNorm_(parameters, 0.1).item()).toBeNaN();
    expect(parameters[0]?.grad?.toArray()).toEqual([1, 2]);
    expect(() => clipGradNorm_(parameters, 0.1, { errorIfNonfinite: true })).toThrow(GradientError);
  });

  it("does not overflow in between", () => {
    const parameter = withGrad([1e19, 1e19]);
    expect(clipGradNorm_(parameter, 1).item()).toBeCloseTo(Math.SQRT2 * 1e19, -14);
    expect(parameter.grad?.data[0]).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it("refuses bad limits", () => {
    for (const limit of [-1, Number.NaN]) {
      expect(() => clipGradNorm_([], limit)).toThrow(ConfigError);
      expect(() => clipGradValue_([], limit)).toThrow(ConfigError);
    }
    expect(() => clipGradNorm_([], 1, { normType: 0 })).toThrow(ConfigError);
  });
});

describe("parametersToVector", () => {
  it("goes there and back", () => {
    const parameters = [new Parameter(ones([2, 2])), new Parameter(tensor([5]))];
    const vector = parametersToVector(parameters);
    expect(vector.toArray()).toEqual([1, 1, 1, 1, 5]);
    vectorToParameters(vector.mul(2), parameters);
    expect(parameters[0]?.toArray()).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(() => vectorToParameters(ones([4]), parameters)).toThrow(ShapeError);
    expect(() => parametersToVector([])).toThrow(ConfigError);
  });
});
