import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { doctor } from "../../src/cli/doctor.ts";
import { findBlas } from "../../src/engine/blas/index.ts";
import { info, setBlas, setDeterministic } from "../../src/engine/current.ts";
import type { View } from "../../src/engine/storage.ts";
import { WasmBackend } from "../../src/engine/wasm/index.ts";
import { ConfigError } from "../../src/util/index.ts";
import { attentionTests } from "./attention.ts";
import { expectClose } from "./check.ts";
import { linearTests } from "./linears.ts";
import { matmulTests } from "./matmuls.ts";
import { outputsOf, RECURRENT_MODES, recurrentCase, recurrentTests } from "./recurrent.ts";
import { Scratch } from "./scratch.ts";
import { Suite } from "./suite.ts";

/** What threads share in which each calls the library: makes operands, and returns what computes and gives the results. */
const shared = {
  convolutions(backend: WasmBackend, scratch: Scratch): () => View[] {
    const window = { kernel: [3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1] } as const;
    const x = scratch.input("float32", [33, 32, 9, 10], "contiguous").view;
    const w = scratch.input("float32", [48, 32, 3, 3], "contiguous").view;
    const y = scratch.output("float32", [33, 48, 9, 10]);
    const [dx, dw] = [scratch.output("float32", x.shape), scratch.output("float32", w.shape)];
    return () => {
      backend.conv2d(x, w, null, window, 1, y);
      backend.conv2dGrad(y, x, w, window, 1, dx, dw, null);
      return [y, dx, dw];
    };
  },
  products(backend: WasmBackend, scratch: Scratch): () => View[] {
    const x = scratch.input("float32", [301, 190], "contiguous").view;
    const w = scratch.input("float32", [201, 190], "contiguous").view;
    const bias = scratch.input("float32", [201], "contiguous").view;
    const y = scratch.output("float32", [301, 201]);
    const plain = scratch.output("float32", [301, 201]);
    const [dx, dw, db] = [[301, 190], [201, 190], [201]].map((shape) => scratch.output("float32", shape));
    return () => {
      backend.linear(x, w, bias, true, y);
      backend.linear(x, w, null, true, plain);
      backend.linearGrad(y, y, x, w, dx as View, dw as View, db as View);
      return [y, plain, dx as View, dw as View, db as View];
    };
  },
  attention(backend: WasmBackend, scratch: Scratch): () => View[] {
    const operand = (rows: number): View => scratch.input("float32", [3, 4, rows, 32], "contiguous").view;
    const [query, key, value, grad] = [operand(40), operand(50), operand(50), operand(40)];
    const inputs = { query, key, value, mask: null, scale: 0.2 } as const;
    const weights = scratch.output("float32", [3, 4, 40, 50]);
    const [out, dq, dk, dv] = [40, 40, 50, 50].map((rows) => scratch.output("float32", [3, 4, rows, 32]));
    return () => {
      backend.attention(inputs, weights, out as View);
      backend.attentionGrad(inputs, weights, grad, dq as View, dk as View, dv as View);
      return [weights, out as View, dq as View, dk as View, dv as View];
    };
  },
};

const bitsOf = (values: readonly number[]): string =>
  createHash("sha256").update(new Float32Array(values)).digest("hex");

const found = findBlas("auto");
const reason = typeof found === "string" ? ` (skipped: ${found})` : "";

describe.skipIf(reason !== "")(`wasm with BLAS${reason}`, () => {
  const backend = new WasmBackend({ blas: "auto" });
  const suite = new Suite(backend, {});
  matmulTests(suite);
  linearTests(suite);
  attentionTests(suite);
  recurrentTests(suite);

  suite.it("matmul float32: shapes that BLAS takes, in every layout and mode", (scratch) => {
    for (const [m, k, n] of [
      [64, 64, 64],
      [4, 600, 16],
      [33, 257, 35],
      [200, 170, 150],
      // Cut by columns, and the bias with them.
      [48, 48, 1900],
    ] as const) {
      for (const kindA of ["contiguous", "transposed", "offset"] as const) {
        for (const kindB of ["contiguous", "transposed", "stepped"] as const) {
          const a = scratch.input("float32", [m, k], kindA);
          const b = scratch.input("float32", [k, n], kindB);
          const bias = scratch.input("float32", [n], "contiguous");
          const held = scratch.input("float32", [m, n], "contiguous");
          const before = held.values;
          const [plain, biased] = [scratch.output("float32", [m, n]), scratch.output("float32", [m, n])];
          backend.matmul(a.view, b.view, plain);
          backend.matmul(a.view, b.view, biased, { bias: bias.view });
          backend.matmul(a.view, b.view, held.view, { accumulate: true });
          const product: number[] = [];
          for (let i = 0; i < m; i++) {
            for (let j = 0; j < n; j++) {
              let sum = 0;
              for (let p = 0; p < k; p++) sum += (a.values[i * k + p] as number) * (b.values[p * n + j] as number);
              product.push(sum);
            }
          }
          const options = { scale: product.map(() => Math.sqrt(k)), tolerance: 1e-5 };
          const label = `[${m}, ${k}, ${n}] ${kindA} ${kindB}`;
          expectClose(scratch.values(plain), product, "float32", label, options);
          const withBias = product.map((x, i) => x + (bias.values[i % n] as number));
          expectClose(scratch.values(biased), withBias, "float32", `${label} bias`, options);
          const added = product.map((x, i) => x + (before[i] as number));
          expectClose(scratch.values(held.view), added, "float32", `${label} accumulate`, options);
        }
      }
    }
  });

  suite.it("matmul float32: after the memory has grown", (scratch) => {
    const a = scratch.input("float32", [64, 64]);
    const out = scratch.output("float32", [64, 64]);
    backend.matmul(a.view, a.view, out);
    const first = Array.from(scratch.values(out));
    scratch.output("float32", [6_000_000]);
    backend.matmul(a.view, a.view, out);
    expect(Array.from(scratch.values(out))).toEqual(first);
  });

  it.each([
    "convolutions",
    "products",
    "attention",
  ])("gives %s the same bits on any number of threads, which call the library themselves", async (what) => {
    const results: number[][][] = [];
    for (const count of [1, 3]) {
      const threaded = new WasmBackend({ blas: "auto" });
      threaded.setNumThreads(count);
      threaded.threads.setThreshold(0);
      const scratch = new Scratch(threaded, 7);
      const outputs = shared[what as keyof typeof shared](threaded, scratch);
      const run = (): number[][] => outputs().map((view) => Array.from(scratch.values(view)));
      run();
      await vi.waitUntil(() => threaded.threads.ready === count - 1, { interval: 5, timeout: 10_000 });
      for (let round = 0; round < 3; round++) results.push(run());
      threaded.setNumThreads(1);
    }
    for (const each of results) expect(each).toEqual(results[0]);
  });

  it("gives recurrent layers the same bits on any number of threads", async () => {
    const results: string[][] = [];
    for (const count of [1, 3]) {
      const threaded = new WasmBackend({ blas: "auto" });
      threaded.setNumThreads(count);
      threaded.threads.setThreshold(0);
      const run = (): string[] =>
        RECURRENT_MODES.flatMap((mode) => {
          // Four parts of the batch, the last one smaller, each large enough for the library.
          const scratch = new Scratch(threaded, 5);
          const one = recurrentCase(scratch, "float32", mode, mode === "tanh", [4, 50, 52]);
          threaded.recurrent(one, one.bias);
          threaded.recurrentGrad(one, one.grad, one.by, true);
          const values = outputsOf(one).map((view) => bitsOf(scratch.outputValues(view)));
          scratch.releaseAll();
          return values;
        });
      run();
      await vi.waitUntil(() => threaded.threads.ready === count - 1, { interval: 5, timeout: 10_000 });
      for (let round = 0; round < 3; round++) results.push(run());
      threaded.setNumThreads(1);
    }
    for (const each of results) expect(each).toEqual(results[0]);
  });

  it("is off in strict mode, and when asked", () => {
    const other = new WasmBackend({ blas: "auto" });
    expect(other.info().blas.library).not.toBeNull();
    other.setStrict(true);
    expect(other.info().blas).toMatchObject({ library: null, why: "strict mode: the same bits on every machine" });
    other.setStrict(false);
    expect(other.info().blas.library).not.toBeNull();
    other.setBlas("off");
    expect(other.info().blas).toMatchObject({ library: null, threads: 0, why: 'setBlas("off") asks for none' });
  });
});

describe("engine.setBlas", () => {
  it("refuses a library that is not there, and stays as it was", () => {
    setBlas("off");
    expect(() => setBlas("/nowhere/libblas.so")).toThrow(ConfigError);
    expect(info().blas.why).toBe('setBlas("off") asks for none');
    setBlas("auto");
  });

  it("is told by the doctor, and so is strict mode", () => {
    setBlas("off");
    expect(doctor()).toContain('blas       none: setBlas("off") asks for none');
    setBlas("auto");
    const { library, why } = info().blas;
    expect(doctor()).toContain(library === null ? `none: ${why}` : `blas       ${library} `);
    setDeterministic(true);
    expect(doctor()).toContain("blas       none: strict mode");
    setDeterministic(false);
  });
});
