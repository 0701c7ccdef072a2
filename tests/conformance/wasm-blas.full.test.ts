import { describe, expect, it, vi } from "vitest";
import { doctor } from "../../src/cli/doctor.ts";
import { findBlas } from "../../src/engine/blas/index.ts";
import { info, setBlas, setDeterministic } from "../../src/engine/current.ts";
import { WasmBackend } from "../../src/engine/wasm/index.ts";
import { ConfigError } from "../../src/util/index.ts";
import { expectClose } from "./check.ts";
import { matmulTests } from "./matmuls.ts";
import { Scratch } from "./scratch.ts";
import { Suite } from "./suite.ts";

const found = findBlas("auto");
const reason = typeof found === "string" ? ` (skipped: ${found})` : "";

describe.skipIf(reason !== "")(`wasm with BLAS${reason}`, () => {
  const backend = new WasmBackend({ blas: "auto" });
  const suite = new Suite(backend, {});
  matmulTests(suite);

  suite.it("matmul float32: shapes that BLAS takes, in every layout and mode", (scratch) => {
    for (const [m, k, n] of [
      [64, 64, 64],
      [4, 600, 16],
      [33, 257, 35],
      [200, 170, 150],
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

  it("gives convolutions the same bits on any number of threads, which call the library themselves", async () => {
    const window = { kernel: [3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1] } as const;
    const results: number[][][] = [];
    for (const count of [1, 3]) {
      const threaded = new WasmBackend({ blas: "auto" });
      threaded.setNumThreads(count);
      threaded.threads.setThreshold(0);
      const scratch = new Scratch(threaded, 7);
      const x = scratch.input("float32", [33, 32, 9, 10], "contiguous").view;
      const w = scratch.input("float32", [48, 32, 3, 3], "contiguous").view;
      const y = scratch.output("float32", [33, 48, 9, 10]);
      const [dx, dw] = [scratch.output("float32", x.shape), scratch.output("float32", w.shape)];
      const run = (): number[][] => {
        threaded.conv2d(x, w, null, window, 1, y);
        threaded.conv2dGrad(y, x, w, window, 1, dx, dw, null);
        return [y, dx, dw].map((view) => Array.from(scratch.values(view)));
      };
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
