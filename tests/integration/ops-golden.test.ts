import { describe, expect, it } from "vitest";
import { type BackendName, type DType, withBackend } from "../../src/engine/index.ts";
import { data, fromTypedArray } from "../../src/ops/index.ts";
import { backward, scope, type Tensor } from "../../src/tensor/index.ts";
import { decodeArray, type GoldenArray, readGolden } from "../golden/read.ts";
import { GOLDEN_OPS, NOT_HERE, type Options } from "./golden-ops.ts";

interface Case {
  name: string;
  op: string;
  inputs: GoldenArray[];
  options: Options;
  outputs: GoldenArray[];
  upstream: (GoldenArray | null)[];
  grads: (GoldenArray | null)[];
}

const cases = [
  ...readGolden<{ cases: Case[] }>("ops").cases,
  ...readGolden<{ cases: Case[] }>("tensor-functions").cases,
];

const BACKENDS: readonly { backend: BackendName; float: DType; tolerance: number }[] = [
  { backend: "reference", float: "float64", tolerance: 1e-12 },
  { backend: "wasm", float: "float32", tolerance: 4e-6 },
];

// Cases that may differ by more, on every backend: softplus is linear above 20, where its derivative
// here is the sigmoid still; ln(2e¹⁰⁰⁰) has 4 digits behind the point in float32.
const LOOSE: Readonly<Record<string, number>> = { "softplus, edges": 1e-8, "logsumexp, large": 5e-5 };

function load(array: GoldenArray, float: DType): Tensor {
  const dtype = array.type === "i4" ? "int32" : array.type === "u1" ? "bool" : float;
  return fromTypedArray(decodeArray(array), array.shape, { dtype });
}

function zero(values: ArrayLike<number>): boolean {
  return Array.from(values).every((value) => value === 0);
}

describe.each(BACKENDS)("PyTorch's values and gradients on $backend", ({ backend, float, tolerance }) => {
  const close = (where: string, actual: Tensor, golden: GoldenArray, loose = 0): void => {
    expect(actual.shape, where).toEqual(golden.shape);
    const exact = decodeArray(golden);
    const expected = actual.dtype === "float32" ? Float32Array.from(exact) : exact;
    const allowed = Math.max(tolerance, loose);
    data(actual).forEach((value, i) => {
      const wanted = expected[i] as number;
      const same = value === wanted || (Number.isNaN(value) && Number.isNaN(wanted));
      const difference = Math.abs(value - wanted);
      expect(
        same || difference <= allowed * Math.max(1, Math.abs(wanted)),
        `${where} ${i}: ${value}, PyTorch ${wanted}`,
      ).toBe(true);
    });
  };

  const here = cases.filter(({ op }) => !NOT_HERE.includes(op));
  it.each(here.map((test, i) => [`${i}: ${test.name}`, test] as const))("%s", (_, test) => {
    withBackend(backend, () =>
      scope(() => {
        const inputs = test.inputs.map((input) => load(input, float));
        const differentiable = test.upstream.some((start) => start !== null);
        for (const input of inputs) input.requiresGrad = differentiable && input.dtype === float;
        const call = GOLDEN_OPS[test.op];
        if (call === undefined) throw new Error(`add ${test.op} to golden-ops.ts, or to NOT_HERE there`);
        const result = call(inputs, test.options);
        const outputs = (Array.isArray(result) ? result : [result]) as Tensor[];
        expect(outputs.length).toBe(test.outputs.length);
        outputs.forEach((output, i) => {
          close(`output ${i}`, output, test.outputs[i] as GoldenArray, LOOSE[test.name]);
        });
        const last = outputs.findLastIndex((output) => output.requiresGrad);
        outputs.forEach((output, i) => {
          const start = test.upstream[i];
          if (start != null) backward(output, { gradient: load(start, float), retainGraph: i < last });
        });
        inputs.forEach((input, i) => {
          const golden = test.grads[i];
          // Of what does not depend on an input, PyTorch gives no gradient where this gives zeros, or the reverse.
          if (golden == null) expect(zero(input.gradient === null ? [] : data(input.gradient))).toBe(true);
          else if (input.gradient === null) expect(zero(decodeArray(golden))).toBe(true);
          else close(`gradient of input ${i}`, input.gradient, golden, LOOSE[test.name]);
        });
      }),
    );
  });
});
