import { setFlagsFromString } from "node:v8";
import { describe, expect, it } from "vitest";
import { BINARY_OPS, UNARY_OPS, type UnaryOp } from "../opcodes.ts";
import { relaxedKernels, strictKernels } from "./kernels.gen.ts";

// Node 20 has relaxed SIMD behind a flag; later versions ignore it.
setFlagsFromString("--experimental-wasm-relaxed-simd");

type Kernel = (...values: number[]) => number;
const SAMPLES = 1 << 15;
const INPUT = 1 << 16;
const SECOND = INPUT + 4 * SAMPLES;
const OUTPUT = SECOND + 4 * SAMPLES;
const SMALLEST = 2 ** -126;

/** erf in float64: its Taylor series below 3, a continued fraction above. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (!(a <= 6)) return Number.isNaN(x) ? x : Math.sign(x);
  if (a < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 100; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (sum * 2) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

function roundHalfEven(x: number): number {
  if (Math.abs(x % 1) !== 0.5) return Math.round(x);
  const even = 2 * Math.round(x / 2);
  return even === 0 ? x * 0 : even;
}

const REFERENCE: Record<UnaryOp, (x: number) => number> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  square: (x) => x * x,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  relu: (x) => (x < 0 ? 0 : x),
  erf,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
  trunc: Math.trunc,
  softplus: (x) => (x > 20 ? x : Math.log1p(Math.exp(x))),
};

const EDGES = [
  0,
  -0,
  Infinity,
  -Infinity,
  NaN,
  1,
  -1,
  0.5,
  1.5,
  2.5,
  88.72283,
  88.72284,
  -87.33654,
  -87.3365,
  2 ** -149,
  -(2 ** -149),
  SMALLEST,
  3.4028235e38,
  -3.4028235e38,
  1e5,
  1e8,
  2e8,
  1e22,
];

/** Distance in units of the last place of the exact result; what lies below the smallest normal may be 0. */
function ulps(got: number, exact: number): number {
  const nearest = Math.fround(exact);
  if (got === nearest || (Number.isNaN(got) && Number.isNaN(nearest))) return 0;
  if (got === 0 && Math.abs(exact) < SMALLEST) return 0;
  if (!Number.isFinite(got) || !Number.isFinite(nearest)) return Infinity;
  const size = Math.abs(exact) < SMALLEST ? -126 : Math.floor(Math.log2(Math.abs(exact)));
  return Math.abs(got - exact) / 2 ** (size - 23);
}

for (const [name, base64] of [
  ["strict", strictKernels],
  ["relaxed", relaxedKernels],
] as const) {
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 32 });
  const module = new WebAssembly.Module(Buffer.from(base64, "base64"));
  const kernels = new WebAssembly.Instance(module, { env: { memory, scratch: 32768, work: 0, sgemm: () => undefined } })
    .exports as Record<string, Kernel>;
  const floats = new Float32Array(memory.buffer);
  const bits = new Uint32Array(memory.buffer);
  const x = floats.subarray(INPUT / 4, INPUT / 4 + SAMPLES);
  const second = floats.subarray(SECOND / 4, SECOND / 4 + SAMPLES);
  const out = floats.subarray(OUTPUT / 4, OUTPUT / 4 + SAMPLES);

  describe(`${name} kernels against float64`, () => {
    it.each(UNARY_OPS.map((op, code) => [op, code] as const))("%s stays within 2 ulp", (op, code) => {
      let worst = { ulps: 0, x: 0, got: 0 };
      for (const limit of [0, 2, 20, 100]) {
        for (let i = 0; i < SAMPLES; i++) {
          // limit 0 walks over all bit patterns
          if (limit === 0) bits[INPUT / 4 + i] = i * 131072 + ((i * 40503) & 131071);
          else x[i] = limit * ((2 * i) / SAMPLES - 1) * (1 + 1e-7 * (i % 7));
        }
        if (limit === 0) x.set(EDGES);
        (kernels.unary as Kernel)(code, INPUT, 1, OUTPUT, SAMPLES);
        for (let i = 0; i < SAMPLES; i++) {
          const value = x[i] as number;
          const got = out[i] as number;
          const off = ulps(got, REFERENCE[op](value));
          if (off > worst.ulps) worst = { ulps: off, x: value, got };
        }
      }
      expect(worst.ulps, JSON.stringify(worst)).toBeLessThanOrEqual(2);
    });

    it.each([
      ["pow", (a: number, b: number) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b)],
      ["atan2", Math.atan2],
      ["fmod", (a: number, b: number) => a % b],
    ] as const)("%s stays within 2 ulp, edge cases included", (op, reference) => {
      for (let i = 0; i < SAMPLES; i++) {
        x[i] = i % 3 === 0 ? (EDGES[i % EDGES.length] as number) : 40 * Math.sin(i * 1.1);
        const ordinary = i % 2 ? 8 * Math.cos(i * 0.7) : (i % 19) - 9;
        second[i] = i % 5 === 0 ? (EDGES[(i >> 4) % EDGES.length] as number) : ordinary;
      }
      (kernels.binary as Kernel)(BINARY_OPS.indexOf(op), INPUT, 1, SECOND, 1, OUTPUT, SAMPLES);
      for (let i = 0; i < SAMPLES; i++) {
        const a = x[i] as number;
        const b = second[i] as number;
        const off = ulps(out[i] as number, reference(a, b));
        if (off > 2) expect.fail(`${op}(${a}, ${b}) = ${out[i]}, expected ${reference(a, b)}`);
      }
    });

    it("gives a tail and a strided row the bits of the fast loop", () => {
      for (let i = 0; i < 96; i++) x[i] = 3 * Math.sin(i);
      UNARY_OPS.forEach((_, code) => {
        (kernels.unary as Kernel)(code, INPUT, 1, OUTPUT, 96);
        const fast = out.slice(0, 96);
        (kernels.unary as Kernel)(code, INPUT, 2, OUTPUT, 47);
        for (let i = 0; i < 47; i++) expect(out[i]).toBe(fast[2 * i]);
      });
    });
  });
}
