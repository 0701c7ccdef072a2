import { describe, expect, it } from "vitest";
import { withBackend } from "../../src/engine/index.ts";
import * as innerloop from "../../src/index.ts";
import { data, empty, fromTypedArray, multinomial, normal, normal_, rand, uniform_ } from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import { decodeArray, type GoldenArray, readGolden } from "../golden/read.ts";

interface Draw {
  name: string;
  op: string;
  seed: number;
  inputs: GoldenArray[];
  options: Readonly<Record<string, unknown>>;
  out: GoldenArray;
  next: number;
}

const { draws } = readGolden<{ draws: Draw[] }>("tensor-functions");
const doubled = (draw: Draw): boolean => draw.inputs.some(({ type }) => type === "f8");

function run({ op, inputs, options }: Draw): Tensor {
  const dtype = inputs[0]?.type === "f8" ? "float64" : "float32";
  const tensors = inputs.map((input) => fromTypedArray(decodeArray(input), input.shape, { dtype }));
  const [a, b] = tensors as [Tensor, Tensor];
  const { mean, std, low, high, shape } = options as {
    mean: number;
    std: number;
    low: number;
    high: number;
    shape: number[];
  };
  if (op === "multinomial") {
    return multinomial(a, options.numSamples as number, { replacement: options.replacement === true });
  }
  if (op === "normal_") return normal_(empty(shape), mean, std);
  if (op === "uniform_") return uniform_(empty(shape), low, high);
  if (shape !== undefined) return normal(mean, std, shape);
  if (mean !== undefined) return normal(mean, a);
  return normal(a, b ?? std);
}

describe("PyTorch's draws on a CPU", () => {
  it.each(draws.map((draw) => [draw.name, draw] as const))("%s", (_, draw) => {
    withBackend(doubled(draw) ? "reference" : "wasm", () => {
      innerloop.manualSeed(draw.seed);
      const out = run(draw);
      expect(out.shape).toEqual(draw.out.shape);
      const expected = decodeArray(draw.out);
      const values = data(out);
      expected.forEach((value, i) => {
        // float64 draws may differ by one rounding: PyTorch's vector code multiplies and adds at once or not,
        // depending on the build.
        const allowed = expected instanceof Float64Array ? 4e-16 * Math.max(1, Math.abs(value)) : 0;
        expect(Math.abs((values[i] as number) - value), `element ${i}`).toBeLessThanOrEqual(allowed);
      });
      expect(rand([1]).item()).toBe(draw.next);
    });
  });
});
