import { describe, expect, it } from "vitest";
import { decodeArray, type GoldenArray, readGolden } from "../../tests/golden/read.ts";
import { defaultGenerator, Generator, manualSeed } from "../engine/index.ts";
import { full } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError, DtypeError, ShapeError } from "../util/index.ts";
import { init } from "./index.ts";

// Every case is a row of scripts/golden/init.py; a new one needs no code here.

interface Case {
  function: string;
  shape: number[];
  options: Record<string, number | string>;
  seed: string;
  out: GoldenArray;
  next: number;
}

type Init = (tensor: Tensor, ...rest: unknown[]) => Tensor;

const FUNCTIONS = { ...init } as unknown as Record<string, Init>;
/** What comes before the options. */
const POSITIONAL = ["val", "sparsity"];

const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const { cases } = readGolden<{ cases: Case[] }>("init");

describe("nn.init draws PyTorch's stream", () => {
  for (const golden of cases) {
    it(`${golden.function} [${golden.shape.join()}] ${JSON.stringify(golden.options)}`, () => {
      const entries = Object.entries(golden.options);
      const positional = entries.filter(([key]) => POSITIONAL.includes(key)).map(([, value]) => value);
      const options = entries
        .filter(([key]) => !POSITIONAL.includes(key))
        .map(([key, value]) => [key, typeof value === "string" ? camel(value) : value]);
      const run = (more: object): Tensor => {
        const rest =
          golden.function === "constant_" ? positional : [...positional, { ...Object.fromEntries(options), ...more }];
        return (FUNCTIONS[camel(golden.function)] as Init)(full(golden.shape, 7), ...rest);
      };
      manualSeed(BigInt(golden.seed));
      const out = run({});
      expect(defaultGenerator.uniform(new Float32Array(1))[0]).toBe(golden.next);
      const want = decodeArray(golden.out);
      out.data.forEach((value, i) => {
        const x = want[i] as number;
        expect(Math.abs((value as number) - x), `[${i}]: ${value}, PyTorch ${x}`).toBeLessThanOrEqual(
          1e-6 * Math.max(1, Math.abs(x)),
        );
      });
      if (golden.function === "dirac_") return; // draws nothing
      expect(run({ generator: new Generator(BigInt(golden.seed)) }).data).toEqual(out.data);
    });
  }

  it("covers every function", () => {
    const tested = new Set(cases.map((golden) => camel(golden.function)));
    expect(Object.keys(init).filter((name) => name.endsWith("_") && !tested.has(name))).toEqual([]);
  });
});

describe("initialisations refuse", () => {
  it("what they cannot fill", () => {
    const of = (...shape: number[]): Tensor => full(shape, 0);
    for (const call of [
      () => init.eye_(of(3)),
      () => init.dirac_(of(3, 3)),
      () => init.dirac_(of(3, 2, 2), { groups: 2 }),
      () => init.orthogonal_(of(3)),
      () => init.sparse_(of(3, 2, 2), 0.1),
    ]) {
      expect(call).toThrow(ShapeError);
    }
    for (const call of [
      () => init.sparse_(of(3, 2), 1.5),
      () => init.truncNormal_(of(3), { a: 1, b: 1 }),
      () => init.truncNormal_(of(3), { std: 0 }),
    ]) {
      expect(call).toThrow(ConfigError);
    }
    expect(() => init.eye_(full([2, 2], 0, { dtype: "int32" }))).toThrow(DtypeError);
  });

  it("an orthogonal matrix is one", () => {
    const q = init.orthogonal_(full([20, 50], 0), { gain: 1 });
    const product = q.matmul(q.t()).data;
    for (let i = 0; i < 20; i++)
      for (let j = 0; j < 20; j++) expect(product[i * 20 + j]).toBeCloseTo(i === j ? 1 : 0, 5);
  });
});
