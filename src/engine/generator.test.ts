import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decodeArray, decodeBytes, type GoldenArray, readGolden } from "../../tests/golden/read.ts";
import { CheckpointError, ConfigError } from "../util/index.ts";
import type { TypedArray } from "./dtype.ts";
import { DEFAULT_SEED, defaultGenerator, Generator, manualSeed } from "./generator.ts";

interface Step {
  readonly op: string;
  readonly n: number;
  readonly dtype?: "float32" | "float64";
  readonly low?: number;
  readonly high?: number;
  readonly mean?: number;
  readonly std?: number;
  readonly p?: number;
  readonly lambd?: number;
  readonly values?: readonly string[];
  readonly out?: GoldenArray | { readonly type: string; readonly sha256: string };
}

interface Case {
  readonly name: string;
  readonly seed: string;
  readonly initialSeed: string;
  readonly steps: readonly Step[];
  readonly state: string;
  readonly next: number;
}

const golden = readGolden<{ cases: Case[] }>("generator");

function draw(generator: Generator, step: Step): TypedArray {
  const floats = step.dtype === "float64" ? new Float64Array(step.n) : new Float32Array(step.n);
  switch (step.op) {
    case "rand":
      return generator.uniform(floats);
    case "uniform":
      return generator.uniform(floats, step.low, step.high);
    case "randn":
      return generator.normal(floats);
    case "normal":
      return generator.normal(floats, step.mean, step.std);
    case "randint":
      return generator.randint(new Int32Array(step.n), step.low as number, step.high as number);
    case "randperm":
      return generator.randperm(step.n);
    case "bernoulli":
      return generator.bernoulli(new Uint8Array(step.n), step.p as number);
    case "bernoulliFrom":
      return generator.bernoulliFrom(new Uint8Array(step.n), floats.fill(step.p as number));
    case "dropout": {
      const keep = 1 - (step.p as number);
      const scale = Math.fround(keep);
      return generator.bernoulli(new Float32Array(step.n), keep).map((bit) => bit / scale);
    }
    case "exponential":
      return generator.exponential(floats, step.lambd);
    default:
      throw new Error(`no draw for ${step.op}`);
  }
}

/** Largest distance in units in the last place of `wanted`'s own size. */
function ulps(got: TypedArray, wanted: TypedArray): number {
  expect(got.length).toBe(wanted.length);
  const digits = wanted instanceof Float32Array ? 23 : 52;
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const target = wanted[i] as number;
    if (got[i] === target) continue;
    const unit = 2 ** (Math.floor(Math.log2(Math.abs(target))) - digits);
    worst = Math.max(worst, Math.abs((got[i] as number) - target) / unit);
  }
  return worst;
}

describe("Generator against PyTorch", () => {
  for (const { name, seed, initialSeed, steps, state, next } of golden.cases) {
    it(`${name}, seed ${seed}: the same draws and the same state`, () => {
      const generator = new Generator(BigInt(seed));
      expect(String(generator.initialSeed())).toBe(initialSeed);
      for (const step of steps) {
        if (step.values !== undefined) {
          expect(step.values.map(() => String(generator.random63()))).toEqual(step.values);
          continue;
        }
        const got = draw(generator, step);
        const out = step.out as NonNullable<Step["out"]>;
        if ("sha256" in out) {
          expect(createHash("sha256").update(new Uint8Array(got.buffer)).digest("hex")).toBe(out.sha256);
          continue;
        }
        const wanted = decodeArray(out);
        // Float64 logarithms and sines may differ from the C library's in the last place.
        const transcendental = ["randn", "normal", "exponential"].includes(step.op) && step.dtype === "float64";
        if (!transcendental) expect(got).toEqual(wanted);
        // With a mean, a sum near zero magnifies the last place.
        else if (step.op === "normal")
          expect(Math.max(...got.map((v, i) => Math.abs(v - (wanted[i] as number))))).toBeLessThan(4e-15);
        else expect(ulps(got, wanted)).toBeLessThanOrEqual(3);
      }
      const bytes = decodeBytes(state);
      const mine = generator.toTorchState();
      // The waiting normal sample is a float64 of the same kind.
      const waiting = new DataView(mine.buffer).getFloat64(5024, true);
      expect(Math.abs(waiting - new DataView(bytes.buffer).getFloat64(5024, true))).toBeLessThan(2e-15);
      mine.fill(0, 5024, 5032);
      bytes.fill(0, 5024, 5032);
      expect(Buffer.compare(mine, bytes)).toBe(0);
      expect(generator.uniform(new Float32Array(1))[0]).toBe(next);
      expect(new Generator().fromTorchState(decodeBytes(state)).uniform(new Float32Array(1))[0]).toBe(next);
    });
  }
});

describe("Generator state", () => {
  it("continues bit for bit at every position of a block, waiting sample included", () => {
    const generator = new Generator(9);
    for (let i = 0; i < 1300; i++) {
      const copy = new Generator(1).setState(generator.getState());
      const torch = new Generator(1).fromTorchState(generator.toTorchState());
      const wanted = new Generator(1).setState(generator.getState()).normal(new Float64Array(3));
      expect(copy.normal(new Float64Array(3))).toEqual(wanted);
      expect(torch.normal(new Float64Array(3))).toEqual(wanted);
      if (i % 7 === 0) generator.normal(new Float64Array(1));
      else generator.random32();
    }
  });

  it("refuses damaged bytes and stays as it was", () => {
    const generator = new Generator(3);
    const state = generator.getState();
    expect(state.length).toBe(2528);
    for (const at of [0, 4, 5, 6, 9, 100, 2527]) {
      const damaged = state.slice();
      damaged[at] = (damaged[at] as number) ^ 1;
      expect(() => generator.setState(damaged)).toThrow(CheckpointError);
    }
    expect(() => generator.setState(state.subarray(1))).toThrow(CheckpointError);
    expect(() => generator.fromTorchState(state)).toThrow(CheckpointError);
    expect(() => generator.fromTorchState(new Uint8Array(5056))).toThrow(CheckpointError);
    expect(generator.getState()).toEqual(state);
  });
});

describe("Generator arguments", () => {
  it("refuses seeds that are no 64-bit whole numbers", () => {
    for (const seed of [0.5, NaN, Infinity, 2 ** 53, 2n ** 64n, -(2n ** 63n) - 1n]) {
      expect(() => new Generator(seed)).toThrow(ConfigError);
    }
  });

  it("refuses impossible parameters before drawing", () => {
    const generator = new Generator(3);
    const before = generator.getState();
    const out = new Float32Array(4);
    expect(() => generator.uniform(out, 1, 0)).toThrow(ConfigError);
    expect(() => generator.uniform(out, 0, 1e39)).toThrow(ConfigError);
    expect(() => generator.normal(out, 0, -1)).toThrow(ConfigError);
    expect(() => generator.normal(out, NaN)).toThrow(ConfigError);
    expect(() => generator.bernoulli(out, 1.1)).toThrow(ConfigError);
    expect(() => generator.bernoulli(out, NaN)).toThrow(ConfigError);
    expect(() => generator.bernoulliFrom(out, new Float32Array([0, 1, 2, 0]))).toThrow(ConfigError);
    expect(() => generator.bernoulliFrom(out, new Float32Array(3))).toThrow(ConfigError);
    expect(() => generator.exponential(out, 0)).toThrow(ConfigError);
    expect(() => generator.randint(new Int32Array(1), 3, 3)).toThrow(ConfigError);
    expect(() => generator.randint(new Int32Array(1), 0.5, 3)).toThrow(ConfigError);
    expect(() => generator.randperm(-1)).toThrow(ConfigError);
    expect(generator.getState()).toEqual(before);
  });

  it("seeds unpredictably on request", () => {
    const generator = new Generator(3);
    const seed = generator.seed();
    expect(generator.initialSeed()).toBe(seed);
    expect(generator.getState()).toEqual(new Generator(seed).getState());
  });

  it("has a default generator that manualSeed resets", () => {
    expect(new Generator().initialSeed()).toBe(DEFAULT_SEED);
    expect(manualSeed(42)).toBe(defaultGenerator);
    const first = defaultGenerator.random64();
    expect(manualSeed(42).random64()).toBe(first);
    manualSeed(DEFAULT_SEED);
  });
});
