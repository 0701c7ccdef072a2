import { describe, expect, it } from "vitest";
import {
  decodeArray,
  decodeNumber,
  type GoldenArray,
  type GoldenNumber,
  readGolden,
} from "../../../tests/golden/read.ts";
import { type BackendName, withBackend } from "../../engine/index.ts";
import { fromTypedArray, ones, tensor, zeros } from "../../ops/index.ts";
import { Parameter, type Tensor } from "../../tensor/index.ts";
import { ConfigError, GradientError } from "../../util/index.ts";
import { Linear } from "../index.ts";
import { clipGradNorm_, clipGradValue_, gradNorms } from "./index.ts";

// Every case is a row of scripts/golden/clipping.py; a new one needs no code here.

interface Case {
  normType: GoldenNumber;
  scale: number;
  maxNorm: number;
  total: number;
  norms: number[];
  grads: GoldenArray[];
  clipped: GoldenArray[];
}

const { cases } = readGolden<{ cases: Case[] }>("clipping");

function parametersOf(golden: Case): Parameter[] {
  return golden.grads.map((array) => {
    const parameter = new Parameter(zeros(array.shape));
    parameter.grad = fromTypedArray(decodeArray(array), array.shape);
    return parameter;
  });
}

function expectNear(value: number | undefined, want: number, what: string): void {
  // Below the smallest normal float32 a last digit is 1e-45.
  const error = Math.abs((value as number) - want);
  expect(error, `${what}: ${value} instead of ${want}`).toBeLessThanOrEqual(1e-5 * Math.abs(want) + 2e-45);
}

describe("clipGradNorm_ of every norm, from 1e-30 to 2e19", () => {
  for (const golden of cases) {
    const normType = decodeNumber(golden.normType);
    it(`norm ${golden.normType} of ${golden.scale} to ${golden.maxNorm}`, () => {
      for (const backend of ["wasm", "reference"] as BackendName[]) {
        withBackend(backend, () => {
          const parameters = parametersOf(golden);
          const norms = gradNorms(
            parameters.map((parameter, i) => [String(i), parameter] as const),
            { normType },
          );
          golden.norms.forEach((want, i) => {
            expectNear(norms.get(String(i)), want, `norm ${i} on ${backend}`);
          });
          const total = clipGradNorm_(parameters, golden.maxNorm, { normType, errorIfNonfinite: true });
          expectNear(total.item(), golden.total, `total on ${backend}`);
          golden.clipped.forEach((array, i) => {
            const got = (parameters[i] as Parameter).grad?.data as Float32Array;
            decodeArray(array).forEach((want, at) => {
              expectNear(got[at], want, `gradient ${i} [${at}] on ${backend}`);
            });
          });
        });
      }
    });
  }
});

describe("clipping", () => {
  const withGrad = (grad: Tensor): Parameter => {
    const parameter = new Parameter(zeros(grad.shape));
    parameter.grad = grad;
    return parameter;
  };

  it("of nothing gives 0 and changes nothing", () => {
    const idle = new Parameter(ones([2]));
    for (const parameters of [[], [idle], [new Parameter(zeros([0]))], [withGrad(zeros([0, 3]))]]) {
      expect(clipGradNorm_(parameters, 1, { errorIfNonfinite: true }).item()).toBe(0);
      expect(clipGradNorm_(parameters, 1, { normType: Infinity }).item()).toBe(0);
      clipGradValue_(parameters, 1);
    }
    expect(idle.grad).toBeNull();
    expect(clipGradNorm_(withGrad(zeros([3])), 1).item()).toBe(0);
    expect(gradNorms([["idle", idle]])).toEqual(new Map());
  });

  it("takes generators, and gradients that are views", () => {
    const grad = tensor([
      [3, 0],
      [4, 0],
    ]).t();
    const parameter = withGrad(grad);
    function* each(): Generator<Parameter> {
      yield parameter;
    }
    expect(clipGradNorm_(each(), 1).item()).toBe(5);
    expect(parameter.grad?.data[0]).toBeCloseTo(0.6, 6);
    expect(parameter.grad?.data[1]).toBeCloseTo(0.8, 6);
    clipGradValue_(each(), 0.7);
    expect(parameter.grad?.data[1]).toBeCloseTo(0.7, 6);
  });

  it("errorIfNonfinite throws for NaN and infinity and leaves the gradients", () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      for (const normType of [1, 2, 2.5, Infinity]) {
        const parameters = [withGrad(tensor([1, 2])), withGrad(tensor([bad]))];
        expect(() => clipGradNorm_(parameters, 0.1, { normType, errorIfNonfinite: true })).toThrow(GradientError);
        expect(parameters[0]?.grad?.toArray()).toEqual([1, 2]);
      }
    }
  });

  it("gradNorms names each parameter of a model", () => {
    const layer = new Linear(3, 2);
    layer
      .forward(ones([1, 3]))
      .sum()
      .backward();
    const norms = gradNorms(layer.namedParameters());
    expect([...norms.keys()]).toEqual(["weight", "bias"]);
    expectNear(norms.get("weight"), Math.sqrt(6), "weight");
    expectNear(norms.get("bias"), Math.SQRT2, "bias");
    layer.weight.grad = tensor([
      [Number.NaN, 0, 0],
      [0, 0, 0],
    ]);
    expect(gradNorms(layer.namedParameters()).get("weight")).toBeNaN();
    expect(() => gradNorms(layer.namedParameters(), { normType: -1 })).toThrow(ConfigError);
  });
});
