import { expect } from "vitest";
import { type BackendName, type DType, manualSeed, withBackend } from "../../src/engine/index.ts";
import type { AnyModule } from "../../src/nn/index.ts";
import { data, fromTypedArray } from "../../src/ops/index.ts";
import { backward, Parameter, scope, Tensor } from "../../src/tensor/index.ts";
import { decodeArray, type GoldenArray } from "./read.ts";

// Runs a row of layers-seq.json: a module or function by its name, outputs and gradients.

/** A row; see scripts/golden/README.md. */
export interface LayerCase {
  name: string;
  kind: "module" | "function";
  target: string;
  args: unknown[];
  options: Record<string, unknown>;
  call: Record<string, unknown>;
  seed: number | null;
  training: boolean;
  params: Record<string, GoldenArray>;
  inputs: GoldenArray[];
  needs: boolean[];
  outputs: GoldenArray[];
  upstream: (GoldenArray | null)[];
  grads: (GoldenArray | null)[];
  paramGrads: Record<string, GoldenArray>;
}

/** What to call: how a module is made, and how it and functions are called where that is not plain. */
export interface Targets {
  make(target: string, args: readonly unknown[], options: Readonly<Record<string, unknown>>): AnyModule;
  forward(test: LayerCase, module: AnyModule | null, inputs: readonly Tensor[]): unknown;
}

interface Setting {
  readonly backend: BackendName;
  readonly float: DType;
  /** Relative, and below `1` absolute in tenths of it. */
  readonly tolerance: number;
}

export const SETTINGS: readonly Setting[] = [
  { backend: "reference", float: "float64", tolerance: 1e-11 },
  { backend: "wasm", float: "float32", tolerance: 1e-5 },
];

function load(array: GoldenArray, float: DType): Tensor {
  const dtype = array.type === "i4" ? "int32" : array.type === "u1" ? "bool" : float;
  return fromTypedArray(decodeArray(array), array.shape, { dtype });
}

/** All tensors in a result, in order, through arrays of arrays. */
export function flat(result: unknown): Tensor[] {
  if (result instanceof Tensor) return [result];
  return Array.isArray(result) ? result.flatMap(flat) : [];
}

function close(where: string, actual: Tensor, golden: GoldenArray, setting: Setting): void {
  expect(actual.shape, where).toEqual(golden.shape);
  const wanted = decodeArray(golden);
  // Parameters' gradients are stored in single precision.
  const relative = golden.type === "f4" ? Math.max(setting.tolerance, 1e-7) : setting.tolerance;
  data(actual).forEach((value, i) => {
    const expected = wanted[i] as number;
    const same = value === expected || (Number.isNaN(value) && Number.isNaN(expected));
    const allowed = Math.max(relative * Math.abs(expected), relative / 10);
    if (same || Math.abs(value - expected) <= allowed) return; // (expect takes longer than the layer)
    expect.fail(`${where} [${i}]: ${value}, PyTorch ${expected}`);
  });
}

/** Sets a module's parameters to given values, by key. */
function setParameters(module: AnyModule, params: Readonly<Record<string, GoldenArray>>, float: DType): void {
  const state = Object.entries(params).map(([key, array]) => [key, load(array, float)] as const);
  module.loadStateDict(new Map(state));
}

// PyTorch's own constants here are float32 also in float64: 1/6, and CELU's 1/alpha.
const SINGLE_CONSTANTS: readonly string[] = ["Hardsigmoid", "CELU"];

/** Runs a case on one backend and compares everything. */
export function runCase(test: LayerCase, given: Setting, targets: Targets): void {
  const tolerance = SINGLE_CONSTANTS.includes(test.target) ? Math.max(1e-6, given.tolerance) : given.tolerance;
  const setting = { ...given, tolerance };
  withBackend(setting.backend, () =>
    scope(() => {
      let module: AnyModule | null = null;
      if (test.kind === "module") {
        module = targets.make(test.target, test.args, { ...test.options, dtype: setting.float });
        setParameters(module, test.params, setting.float);
        module.train(test.training);
      }
      const inputs = test.inputs.map((array, i) => {
        const input = load(array, setting.float);
        if (test.needs[i]) input.requiresGrad = true;
        return input;
      });
      if (test.seed !== null) manualSeed(test.seed);
      const outputs = flat(targets.forward(test, module, inputs));
      expect(outputs.length, "outputs").toBe(test.outputs.length);
      outputs.forEach((output, i) => {
        close(`output ${i}`, output, test.outputs[i] as GoldenArray, setting);
      });
      const last = test.upstream.findLastIndex((start) => start !== null);
      test.upstream.forEach((start, i) => {
        if (start === null) return;
        backward(outputs[i] as Tensor, { gradient: load(start, setting.float), retainGraph: i < last });
      });
      test.grads.forEach((golden, i) => {
        if (golden === null) return;
        const { gradient } = inputs[i] as Tensor;
        if (gradient === null) expect(decodeArray(golden).every((value) => value === 0)).toBe(true);
        else close(`gradient of input ${i}`, gradient, golden, setting);
      });
      const parameters = new Map(module === null ? [] : [...module.namedParameters()]);
      for (const [key, golden] of Object.entries(test.paramGrads)) {
        const parameter = parameters.get(key);
        expect(parameter, key).toBeInstanceOf(Parameter);
        close(`gradient of ${key}`, parameter?.gradient as Tensor, golden, setting);
      }
    }),
  );
}
