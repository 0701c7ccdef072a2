import { describe, expect, it } from "vitest";
import { decodeArray, type GoldenArray, readGolden } from "../../../tests/golden/read.ts";
import { type BackendName, defaultGenerator, manualSeed, withBackend } from "../../engine/index.ts";
import { fromTypedArray } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import * as F from "./index.ts";

// Every case is a row of scripts/golden/functional.py; a new one needs no code here.

interface Call {
  input: GoldenArray;
  options: Record<string, unknown>;
  output: GoldenArray;
  upstream: GoldenArray;
  grad: GoldenArray;
}

interface Case extends Call {
  op: "pad" | "normalize" | "interpolate";
  args: unknown[];
}

interface Draw extends Call {
  seed: string;
  next: number;
}

type Precision = "float32" | "float64";
const { cases, draws } = readGolden<{ cases: Case[]; draws: Draw[] }>("functional");
const BACKENDS: readonly [BackendName, Precision][] = [
  ["wasm", "float32"],
  ["reference", "float64"],
];
const FUNCTIONS = { pad: F.pad, normalize: F.normalize, interpolate: F.interpolate } as const;
const TOLERANCE = { float32: 1e-5, float64: 1e-12 };

function expectClose(got: Tensor | null, want: GoldenArray, tolerance: number, label: string): void {
  expect(got?.shape, label).toEqual(want.shape);
  const values = (got as Tensor).data;
  decodeArray(want).forEach((x, i) => {
    const error = Math.abs((values[i] as number) - x);
    if (!(error <= tolerance * Math.max(1, Math.abs(x)))) expect.fail(`${label} [${i}]: ${values[i]}, PyTorch ${x}`);
  });
}

function check(run: (x: Tensor) => Tensor, golden: Call, dtype: Precision): void {
  const decode = (array: GoldenArray, requiresGrad: boolean): Tensor =>
    fromTypedArray(decodeArray(array), array.shape, { dtype, requiresGrad });
  const x = decode(golden.input, true);
  const out = run(x);
  expectClose(out, golden.output, TOLERANCE[dtype], "output");
  out.backward({ gradient: decode(golden.upstream, false) });
  expectClose(x.grad, golden.grad, TOLERANCE[dtype], "gradient");
}

describe("functions and their gradients are PyTorch's", () => {
  cases.forEach(({ op, args, options, ...golden }, at) => {
    it(`${at}: ${op} [${golden.input.shape}] ${JSON.stringify([...args, options])}`, () => {
      const given = Object.entries(options).map(([key, value]) => [key, value === "inf" ? Infinity : value]);
      const call = FUNCTIONS[op] as (...all: unknown[]) => Tensor;
      for (const [backend, dtype] of BACKENDS) {
        withBackend(backend, () =>
          check((x) => call(x, ...args, Object.fromEntries(given)), { options, ...golden }, dtype),
        );
      }
    });
  });

  draws.forEach((golden) => {
    it(`gumbelSoftmax [${golden.input.shape}] ${JSON.stringify(golden.options)} draws PyTorch's stream`, () => {
      manualSeed(BigInt(golden.seed));
      check((x) => F.gumbelSoftmax(x, golden.options), golden, "float32");
      expect(defaultGenerator.uniform(new Float32Array(1))[0]).toBe(golden.next);
    });
  });
});

describe("what they refuse", () => {
  const x = fromTypedArray(new Float32Array(24), [2, 3, 4]);

  it("pad: modes, values and sizes that are none", () => {
    expect(() => F.pad(x, [1, 1], { mode: "mirror" as "reflect" })).toThrow(
      'mode is "mirror", expected one of constant',
    );
    expect(() => F.pad(x, [1, 1], { mode: "reflect", value: 1 })).toThrow("expected no value");
    expect(() => F.pad(x, [4, 0], { mode: "reflect" })).toThrow("expected at most 3");
    expect(() => F.pad(x, [1], { mode: "circular" })).toThrow("in pairs");
    expect(() => F.pad(x, [-3, -2], { mode: "replicate" })).toThrow("no negative size");
    expect(() => F.pad(x, [0.5, 1], { mode: "replicate" })).toThrow("whole numbers");
  });

  it("interpolate: sizes, modes and inputs that do not fit", () => {
    expect(() => F.interpolate(x, {})).toThrow("neither size nor scaleFactor");
    expect(() => F.interpolate(x, { size: 2, scaleFactor: 2 })).toThrow("expected one of them");
    expect(() => F.interpolate(x, { size: 2, mode: "bilinear" })).toThrow('expected "nearest" or "linear"');
    expect(() => F.interpolate(x, { size: [2, 2] })).toThrow("size has 2 numbers");
    expect(() => F.interpolate(x, { size: 2, alignCorners: true })).toThrow("with lines only");
    expect(() => F.interpolate(x, { scaleFactor: 0.1 })).toThrow("4 elements to 0");
    expect(() => F.interpolate(x.select(0, 0), { size: 2 })).toThrow("expected [N, C, L]");
  });

  it("normalize and gumbelSoftmax: numbers outside their range", () => {
    expect(() => F.normalize(x, { eps: -1 })).toThrow("eps is -1");
    expect(() => F.gumbelSoftmax(x, { tau: 0 })).toThrow("tau is 0");
    expect(() => F.gumbelSoftmax(x, { dim: 3 })).toThrow("dim is 3");
  });
});
