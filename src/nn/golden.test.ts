import { describe, expect, it } from "vitest";
import { decodeArray, decodeNumber, type GoldenArray, type GoldenNumber, readGolden } from "../../tests/golden/read.ts";
import { type BackendName, defaultGenerator, Generator, manualSeed, withBackend } from "../engine/index.ts";
import { fromTypedArray, ones } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import * as F from "./functional/index.ts";
import { Dropout, Linear, utils } from "./index.ts";

interface InitSequence {
  seed: string;
  layers: { in: number; out: number; weight: GoldenArray; bias: GoldenArray | null }[];
  next: number;
}

describe("Linear starts with PyTorch's bits", () => {
  for (const { seed, layers, next } of readGolden<{ sequences: InitSequence[] }>("linear-init").sequences) {
    it(`seed ${seed}`, () => {
      const check = (generator?: Generator): void => {
        for (const golden of layers) {
          const from = generator === undefined ? {} : { generator };
          const layer = new Linear(golden.in, golden.out, { bias: golden.bias !== null, ...from });
          expect(layer.weight.shape).toEqual([golden.out, golden.in]);
          expect(layer.weight.data).toEqual(decodeArray(golden.weight));
          if (golden.bias === null) expect(layer.bias).toBeNull();
          else expect(layer.bias?.data).toEqual(decodeArray(golden.bias));
        }
      };
      manualSeed(BigInt(seed));
      check();
      expect(defaultGenerator.uniform(new Float32Array(1))[0]).toBe(next);
      check(new Generator(BigInt(seed)));
    });
  }
});

interface Draws {
  cases: { name: string; seed: string; steps: { op: string; n: number; p: number; out: GoldenArray }[] }[];
}

describe("dropout masks are PyTorch's", () => {
  for (const { seed, steps } of readGolden<Draws>("generator").cases.filter(({ name }) => name === "dropout")) {
    it(`seed ${seed}`, () => {
      const generator = new Generator(BigInt(seed));
      manualSeed(BigInt(seed));
      for (const { n, p, out } of steps) {
        expect(F.dropout(ones([n]), p).data).toEqual(decodeArray(out));
        expect(new Dropout(p, { generator }).forward(ones([n])).data).toEqual(decodeArray(out));
      }
    });
  }
});

interface OpCase {
  name: string;
  op: string;
  inputs: GoldenArray[];
  options: Record<string, never>;
  outputs: GoldenArray[];
  upstream: (GoldenArray | null)[];
  grads: (GoldenArray | null)[];
}

const LOSSES: Record<string, (input: Tensor, target: Tensor, options: Record<string, never>) => Tensor> = {
  mseLoss: F.mseLoss,
  l1Loss: F.l1Loss,
  huberLoss: F.huberLoss,
  smoothL1Loss: F.smoothL1Loss,
  crossEntropy: F.crossEntropy,
  nllLoss: F.nllLoss,
};

function expectClose(got: Tensor, want: GoldenArray, tolerance: number, label: string): void {
  expect(got.shape, label).toEqual(want.shape);
  const values = got.data;
  decodeArray(want).forEach((x, i) => {
    const error = Math.abs((values[i] as number) - x);
    expect(error, `${label} [${i}]: ${values[i]}, PyTorch ${x}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(x)),
    );
  });
}

function checkLoss(golden: OpCase, dtype: "float32" | "float64", targetGrad: boolean): void {
  const tolerance = dtype === "float32" ? 2e-6 : 1e-12;
  const leaf = (array: GoldenArray, requiresGrad: boolean): Tensor =>
    array.type === "i4"
      ? fromTypedArray(decodeArray(array), array.shape, { dtype: "int32" })
      : fromTypedArray(decodeArray(array), array.shape, { dtype, requiresGrad });
  const [input, target] = [
    leaf(golden.inputs[0] as GoldenArray, true),
    leaf(golden.inputs[1] as GoldenArray, targetGrad),
  ];
  const loss = (LOSSES[golden.op] as (typeof LOSSES)[string])(input, target, golden.options);
  expectClose(loss, golden.outputs[0] as GoldenArray, tolerance, "loss");
  loss.backward({ gradient: leaf(golden.upstream[0] as GoldenArray, false) });
  expectClose(input.grad as Tensor, golden.grads[0] as GoldenArray, tolerance, "gradient by the input");
  if (!targetGrad) return;
  expectClose(target.grad as Tensor, golden.grads[1] as GoldenArray, tolerance, "gradient by the target");
}

describe("losses and their gradients are PyTorch's", () => {
  for (const golden of readGolden<{ cases: OpCase[] }>("ops").cases) {
    if (LOSSES[golden.op] === undefined) continue;
    const backends: [BackendName, "float32" | "float64"][] = [
      ["wasm", "float32"],
      ["reference", "float64"],
    ];
    for (const [backend, dtype] of backends) {
      it(`${golden.name} on ${backend}`, () => {
        withBackend(backend, () => {
          checkLoss(golden, dtype, false);
          if (golden.grads[1] != null) checkLoss(golden, dtype, true);
        });
      });
    }
  }
});

interface Clipping {
  clipping: {
    base: GoldenArray[];
    cases: {
      function: "clipGradNorm_" | "clipGradValue_";
      maxNorm: number;
      normType: GoldenNumber;
      clipValue: number;
      total: number;
      grads: GoldenArray[];
    }[];
  };
}

describe("clipping is PyTorch's", () => {
  const { base, cases } = readGolden<Clipping>("optim").clipping;
  for (const golden of cases) {
    const kind = golden.function === "clipGradNorm_" ? `${golden.maxNorm}, norm ${golden.normType}` : golden.clipValue;
    it(`${golden.function} ${kind}`, () => {
      const parameters = base.map((array) => {
        const parameter = new Parameter(fromTypedArray(decodeArray(array), array.shape));
        parameter.grad = fromTypedArray(decodeArray(array), array.shape);
        return parameter;
      });
      if (golden.function === "clipGradNorm_") {
        const total = utils.clipGradNorm_(parameters, golden.maxNorm, { normType: decodeNumber(golden.normType) });
        expect(Math.abs(total.item() - golden.total)).toBeLessThan(1e-6 * golden.total);
      } else {
        utils.clipGradValue_(parameters, golden.clipValue);
      }
      parameters.forEach((parameter, i) => {
        expectClose(parameter.grad as Tensor, golden.grads[i] as GoldenArray, 1e-6, `gradient ${i}`);
      });
    });
  }
});
