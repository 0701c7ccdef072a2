import { describe, expect, it } from "vitest";
import { decodeArray, type GoldenArray, readGolden } from "../../tests/golden/read.ts";
import { type BackendName, withBackend } from "../engine/index.ts";
import { fromTypedArray } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import * as F from "./functional/index.ts";
import * as nn from "./index.ts";

// Every case is a row of scripts/golden/losses.py; a new one needs no code here.

interface Case {
  op: string;
  module: string;
  inputs: GoldenArray[];
  options: Record<string, GoldenArray | string | number | boolean>;
  output: GoldenArray;
  upstream: GoldenArray;
  grads: (GoldenArray | null)[];
}

type Precision = "float32" | "float64";
type LossFunction = (...args: unknown[]) => Tensor;
type LossClass = new (options: object) => { forward(...inputs: Tensor[]): Tensor };

const FUNCTIONS = { ...F } as unknown as Record<string, LossFunction>;
const CLASSES = { ...nn } as unknown as Record<string, LossClass>;
const { cases } = readGolden<{ cases: Case[] }>("losses");

const TOLERANCE = { float32: { relative: 1e-5, absolute: 1e-6 }, float64: { relative: 1e-10, absolute: 1e-12 } };
const worst = { float32: 0, float64: 0 };

function decode(array: GoldenArray, dtype: Precision, requiresGrad = false): Tensor {
  if (array.type === "i4") return fromTypedArray(decodeArray(array), array.shape, { dtype: "int32" });
  return fromTypedArray(decodeArray(array), array.shape, { dtype, requiresGrad });
}

function decodeOptions(options: Case["options"], dtype: Precision): object {
  const entries = Object.entries(options).map(([key, value]) => {
    if (typeof value === "object") return [key, decode(value, dtype)];
    return [key, value === "inf" ? Infinity : value];
  });
  return Object.fromEntries(entries);
}

function expectClose(got: Tensor | null, want: GoldenArray, dtype: Precision, label: string): void {
  expect(got?.shape, label).toEqual(want.shape);
  const values = (got as Tensor).data;
  const { relative, absolute } = TOLERANCE[dtype];
  decodeArray(want).forEach((x, i) => {
    const value = values[i] as number;
    if (Object.is(value, x) || (Number.isNaN(x) && Number.isNaN(value))) return;
    const error = Number.isFinite(x) ? Math.abs(value - x) : Number.NaN; // an infinity must be met
    worst[dtype] = Math.max(worst[dtype], error / Math.max(1, Math.abs(x)));
    if (!(error <= absolute + relative * Math.abs(x))) expect.fail(`${label} [${i}]: ${value}, PyTorch ${x}`);
  });
}

function check(golden: Case, dtype: Precision): void {
  const options = decodeOptions(golden.options, dtype);
  const inputs = golden.inputs.map((array, i) => decode(array, dtype, golden.grads[i] !== null));
  const loss = (FUNCTIONS[golden.op] as LossFunction)(...inputs, options);
  expectClose(loss, golden.output, dtype, "loss");
  loss.backward({ gradient: decode(golden.upstream, dtype) });
  golden.grads.forEach((want, i) => {
    if (want !== null) expectClose((inputs[i] as Tensor).grad, want, dtype, `gradient by input ${i}`);
  });
  const module = new (CLASSES[golden.module] as LossClass)(options);
  expect(module.forward(...inputs).data, "the module").toEqual(loss.data);
}

const BACKENDS: readonly [BackendName, Precision][] = [
  ["wasm", "float32"],
  ["reference", "float64"],
];

describe("losses and their gradients are PyTorch's", () => {
  cases.forEach((golden, at) => {
    const shapes = golden.inputs.map(({ shape }) => `[${shape.join()}]`).join(" ");
    const options = Object.entries(golden.options).map(
      ([key, value]) => `${key} ${typeof value === "object" || value}`,
    );
    it(`${at}: ${golden.op} ${shapes} ${options.join(", ")}`, () => {
      for (const [backend, dtype] of BACKENDS) withBackend(backend, () => check(golden, dtype));
    });
  });

  it("covers every loss in F and nn", () => {
    const tested = new Set(cases.flatMap(({ op, module }) => [op, module]));
    const losses = [...Object.keys(F), ...Object.keys(nn)].filter((name) => /Loss$|rossEntropy|^klDiv$/.test(name));
    expect(losses.filter((name) => name !== "Loss" && !tested.has(name))).toEqual([]);
    if (process.env.GOLDEN_REPORT === "1") console.log(`losses: ${cases.length} cases, worst errors`, worst);
  });
});
