import { describe, expect, it } from "vitest";
import { decodeArray, type GoldenArray, readGolden } from "../../tests/golden/read.ts";
import { type BackendName, type DType, defaultGenerator, manualSeed, withBackend } from "../engine/index.ts";
import { fromTypedArray, ones } from "../ops/index.ts";
import { backward, scope, type Tensor } from "../tensor/index.ts";
import * as nn from "./index.ts";

interface Made {
  layer: string;
  args: unknown[];
  options: Record<string, unknown>;
  state: Record<string, GoldenArray>;
}

interface Case extends Made {
  name: string;
  eval: boolean;
  inputs: GoldenArray[];
  output: GoldenArray;
  upstream: GoldenArray;
  gradInput: GoldenArray;
  grads: Record<string, GoldenArray>;
  after: Record<string, GoldenArray>;
}

interface Golden {
  cases: Case[];
  initial: { seed: string; layers: Made[]; next: number }[];
  dropout: { seed: string; layer: string; p: number; shape: number[]; out: GoldenArray; next: number }[];
}

const golden = readGolden<Golden>("layers-conv");

function make({ layer, args, options }: Made, dtype: DType): nn.Module<[Tensor], Tensor> {
  const kind = (nn as unknown as Record<string, new (...args: unknown[]) => nn.Module<[Tensor], Tensor>>)[layer];
  if (kind === undefined) throw new Error(`no layer ${layer}`);
  // Pools have no dtype, nor do adaptive ones take options.
  return new kind(...args, layer.includes("Pool") ? options : { ...options, dtype });
}

function load(array: GoldenArray, dtype: DType): Tensor {
  return fromTypedArray(decodeArray(array), array.shape, { dtype: array.type === "i4" ? "int32" : dtype });
}

// Near 0 within a millionth of 1, or of the array's largest element where that is more: what sums round by.
function expectClose(got: Tensor | null | undefined, want: GoldenArray, tolerance: number, label: string): void {
  expect(got?.shape, label).toEqual(want.shape);
  const values = (got as Tensor).data;
  const wanted = Array.from(decodeArray(want));
  const floor = (tolerance / 10) * wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  wanted.forEach((x, i) => {
    const error = Math.abs((values[i] as number) - x);
    const allowed = Math.max(tolerance * Math.abs(x), floor);
    if (!(error <= allowed)) expect.fail(`${label} [${i}]: ${values[i]}, PyTorch ${x}`);
  });
}

const BACKENDS: readonly { backend: BackendName; dtype: DType; tolerance: number }[] = [
  { backend: "wasm", dtype: "float32", tolerance: 1e-5 },
  { backend: "reference", dtype: "float64", tolerance: 1e-11 },
];

describe.each(BACKENDS)("layers compute what PyTorch's do on $backend", ({ backend, dtype, tolerance }) => {
  it.each(golden.cases.map((test) => [test.name, test] as const))("%s", (_, test) => {
    withBackend(backend, () =>
      scope(() => {
        const layer = make(test, dtype);
        const state = Object.entries(test.state).map(([key, value]) => [key, load(value, dtype)] as const);
        expect([...layer.stateDict().keys()]).toEqual(Object.keys(test.state));
        layer.loadStateDict(new Map(state));
        const inputs = test.inputs.map((input) => load(input, dtype));
        for (const input of inputs.slice(0, -1)) layer.forward(input);
        if (test.eval) layer.eval();
        const input = inputs.at(-1) as Tensor;
        input.requiresGrad = true;
        const output = layer.forward(input);
        expectClose(output, test.output, tolerance, "output");
        backward(output, { gradient: load(test.upstream, dtype) });
        expectClose(input.grad, test.gradInput, tolerance, "gradient by the input");
        const parameters = new Map(layer.namedParameters());
        expect([...parameters.keys()]).toEqual(Object.keys(test.grads));
        for (const [name, grad] of Object.entries(test.grads)) {
          expectClose(parameters.get(name)?.grad, grad, tolerance, `gradient by ${name}`);
        }
        const buffers = new Map(layer.namedBuffers());
        for (const [name, value] of Object.entries(test.after)) expectClose(buffers.get(name), value, tolerance, name);
      }),
    );
  });
});

describe("layers start with PyTorch's bits", () => {
  it.each(golden.initial.map((test) => [test.seed, test] as const))("seed %s", (_, { seed, layers, next }) => {
    manualSeed(BigInt(seed));
    for (const test of layers) {
      const state = make(test, "float32").stateDict();
      expect([...state.keys()]).toEqual(Object.keys(test.state));
      for (const [name, value] of Object.entries(test.state)) {
        expect(state.get(name)?.shape, name).toEqual(value.shape);
        expect(state.get(name)?.data, `${test.layer} ${name}`).toEqual(decodeArray(value));
      }
    }
    expect(defaultGenerator.uniform(new Float32Array(1))[0]).toBe(next);
  });
});

describe("channel dropout draws PyTorch's masks", () => {
  const titled = golden.dropout.map((test) => [`${test.layer}(${test.p}) on [${test.shape}]`, test] as const);
  it.each(titled)("%s", (_, { seed, layer, p, shape, out, next }) => {
    manualSeed(BigInt(seed));
    const dropout = layer === "Dropout1d" ? new nn.Dropout1d(p) : new nn.Dropout2d(p);
    expect(dropout.forward(ones(shape)).data).toEqual(decodeArray(out));
    expect(defaultGenerator.uniform(new Float32Array(1))[0]).toBe(next);
    const x = ones(shape);
    expect(dropout.eval().forward(x)).toBe(x);
  });
});
