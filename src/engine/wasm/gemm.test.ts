import { setFlagsFromString } from "node:v8";
import { describe, expect, it } from "vitest";
import { relaxedKernels, strictKernels } from "./kernels.gen.ts";
import { webAssembly } from "./web-assembly.ts";

interface Kernels {
  gemmWorkBytes(): number;
  gemm(
    transA: number,
    transB: number,
    m: number,
    n: number,
    k: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    c: number,
    ldc: number,
    accumulate: number,
    bias: number,
  ): void;
}

interface Engine {
  kernels: Kernels;
  floats: Float32Array;
  /** First free byte, 64-byte aligned. */
  heap: number;
}

type Mode = "plain" | "accumulate" | "bias";

interface Case {
  transA: number;
  transB: number;
  m: number;
  n: number;
  k: number;
  mode: Mode;
}

setFlagsFromString("--experimental-wasm-relaxed-simd");

/** The kernels on a memory of their own, or undefined where the runtime refuses the binary. */
function instantiate(base64: string): Engine | undefined {
  const binary = Uint8Array.from(Buffer.from(base64, "base64"));
  if (!webAssembly.validate(binary)) return undefined;
  const work = 65536;
  const memory = new webAssembly.Memory({ initial: 160, maximum: 160 });
  const instance = new webAssembly.Instance(new webAssembly.Module(binary), {
    env: { memory, scratch: 32768, work, sgemm: () => undefined },
  });
  const kernels = instance.exports as unknown as Kernels;
  const heap = (work + kernels.gemmWorkBytes() + 63) & ~63;
  return { kernels, floats: new Float32Array(memory.buffer), heap };
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Runs one case on operands that lie unaligned in a sea of NaN, with padded rows; returns the largest error against
 * float64 in units of (1 + √k)·ε, and how many floats outside C have changed.
 */
function check(engine: Engine, { transA, transB, m, n, k, mode }: Case, random: () => number): [number, number] {
  const { floats, heap, kernels } = engine;
  const below = (limit: number): number => Math.floor(random() * limit);
  let next = heap / 4;
  const place = (rows: number, columns: number): [at: number, stride: number] => {
    const stride = columns + below(4);
    const at = next + 16 + below(16);
    next = (at + rows * stride + 31) & ~15;
    return [at, Math.max(1, stride)];
  };
  const [a, lda] = transA ? place(k, m) : place(m, k);
  const [b, ldb] = transB ? place(n, k) : place(k, n);
  const [c, ldc] = place(m, n);
  const [bias] = place(1, n);
  const atA = (i: number, p: number): number => a + (transA ? p * lda + i : i * lda + p);
  const atB = (p: number, j: number): number => b + (transB ? j * ldb + p : p * ldb + j);
  floats.fill(Number.NaN, heap / 4, next + 16);
  for (let p = 0; p < k; p++) {
    for (let i = 0; i < m; i++) floats[atA(i, p)] = random() * 2 - 1;
    for (let j = 0; j < n; j++) floats[atB(p, j)] = random() * 2 - 1;
  }
  for (let j = 0; j < n; j++) floats[bias + j] = random() * 2 - 1;
  for (let i = 0; i < m && mode === "accumulate"; i++) {
    for (let j = 0; j < n; j++) floats[c + i * ldc + j] = random() * 2 - 1;
  }
  const before = floats.slice(0, next + 16);

  kernels.gemm(
    transA,
    transB,
    m,
    n,
    k,
    a * 4,
    lda,
    b * 4,
    ldb,
    c * 4,
    ldc,
    mode === "accumulate" ? 1 : 0,
    mode === "bias" ? bias * 4 : 0,
  );

  let worst = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const at = c + i * ldc + j;
      let expected =
        mode === "accumulate" ? (before[at] as number) : mode === "bias" ? (before[bias + j] as number) : 0;
      for (let p = 0; p < k; p++) expected += (before[atA(i, p)] as number) * (before[atB(p, j)] as number);
      const error = Math.abs((floats[at] as number) - expected);
      worst = error <= worst ? worst : error;
      before[at] = floats[at] as number;
    }
  }
  let changed = 0;
  for (let at = heap / 4; at < next + 16; at++) if (!Object.is(before[at], floats[at])) changed++;
  return [worst / ((1 + Math.sqrt(k)) * 2 ** -23), changed];
}

const engines: [string, Engine | undefined][] = [
  ["strict", instantiate(strictKernels)],
  ["relaxed", instantiate(relaxedKernels)],
];

for (const [name, engine] of engines) {
  const reason = engine ? "" : " (skipped: this runtime has no relaxed SIMD)";
  describe.skipIf(!engine)(`gemm, ${name} build${reason}`, () => {
    const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 33, 65];
    const modes: Mode[] = ["plain", "accumulate", "bias"];

    it("agrees with float64 for every layout and mode, and writes nothing but C", () => {
      const random = generator(7);
      const size = (): number => sizes[Math.floor(random() * sizes.length)] as number;
      for (let round = 0; round < 12; round++) {
        for (const mode of modes) {
          for (const layout of [0, 1, 2, 3]) {
            const one = { transA: layout & 1, transB: layout >> 1, m: size(), n: size(), k: size(), mode };
            const [error, changed] = check(engine as NonNullable<typeof engine>, one, random);
            const wanted = { ...one, error: Math.min(error, 8), changed: 0 };
            expect({ ...one, error, changed }).toEqual(wanted);
          }
        }
      }
    });

    // Several blocks of k, of rows and of columns; packed and in place; one row, one column, outer products.
    it.each([
      [7, 11, 800],
      [343, 33, 25],
      [3, 1030, 9],
      [44, 33, 390],
      [1, 70, 801],
      [70, 1, 801],
      [50, 50, 1],
      [2, 3, 1000],
    ])("crosses block borders: [%i, %i], k = %i", (m, n, k) => {
      const random = generator(m);
      for (const layout of [0, 1, 2, 3]) {
        for (const mode of modes) {
          const [error, changed] = check(
            engine as NonNullable<typeof engine>,
            { transA: layout & 1, transB: layout >> 1, m, n, k, mode },
            random,
          );
          expect(error).toBeLessThan(8);
          expect(changed).toBe(0);
        }
      }
    });

    it.each([
      [23, 21, 3],
      [23, 21, 40],
      [14, 35, 900],
    ])("gives each element the same bits alone, in a batch and transposed: [%i, %i], k = %i", (m, n, k) => {
      const { floats, heap, kernels } = engine as NonNullable<typeof engine>;
      const random = generator(k);
      const [a, b] = [heap / 4, heap / 4 + m * k];
      const [at, bt] = [b + k * n, b + k * n + m * k];
      const [whole, other] = [bt + k * n, bt + k * n + m * n];
      for (let p = 0; p < k; p++) {
        for (let i = 0; i < m; i++) floats[at + p * m + i] = floats[a + i * k + p] = random() - 0.5;
        for (let j = 0; j < n; j++) floats[bt + j * k + p] = floats[b + p * n + j] = random() - 0.5;
      }
      const result = (from: number): Float32Array => floats.slice(from, from + m * n);
      kernels.gemm(0, 0, m, n, k, a * 4, k, b * 4, n, whole * 4, n, 0, 0);
      kernels.gemm(1, 1, m, n, k, at * 4, m, bt * 4, k, other * 4, n, 0, 0);
      expect(result(other)).toEqual(result(whole));
      for (let i = 0; i < m; i++) {
        kernels.gemm(0, 1, 1, n, k, (a + i * k) * 4, k, bt * 4, k, (other + i * n) * 4, n, 0, 0);
      }
      expect(result(other)).toEqual(result(whole));
      for (let j = 0; j < n; j++) {
        kernels.gemm(0, 0, m, 1, k, a * 4, k, (b + j) * 4, n, (other + j) * 4, n, 0, 0);
      }
      expect(result(other)).toEqual(result(whole));
    });
  });
}
