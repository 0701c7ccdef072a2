import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Backend } from "../../src/engine/backend.ts";
import type { DType } from "../../src/engine/dtype.ts";
import {
  BINARY_OPS,
  COMPARE_OPS,
  POINTWISE_LOSSES,
  REDUCE_OPS,
  type ReduceOp,
  UNARY_OPS,
} from "../../src/engine/opcodes.ts";
import type { Storage, View } from "../../src/engine/storage.ts";
import { WasmBackend } from "../../src/engine/wasm/index.ts";
import { agreement } from "./agreement.ts";
import { conformance } from "./conformance.ts";
import { outputsOf, RECURRENT_MODES, recurrentCase } from "./recurrent.ts";
import { Scratch } from "./scratch.ts";

/** Three threads that share every kernel, however small. */
function threaded(): WasmBackend {
  const backend = new WasmBackend({ blas: "off" });
  backend.setNumThreads(3);
  backend.threads.setThreshold(0);
  return backend;
}

agreement("wasm on three threads", threaded);
conformance("wasm on three threads", threaded);

/** A view of `values` from a generator that both backends see alike. */
function given(backend: Backend, dtype: DType, shape: readonly number[], seed = 1, strides?: readonly number[]): View {
  const length = shape.reduce((a, b) => a * b, 1);
  const storage: Storage = backend.alloc(dtype, length, "test");
  const values =
    dtype === "float32"
      ? new Float32Array(length)
      : dtype === "int32"
        ? new Int32Array(length)
        : new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = dtype === "float32" ? state / 2 ** 31 - 1 : dtype === "int32" ? state % 1000 : state >>> 31;
  }
  backend.write(storage, 0, values);
  const packed = shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
  return { storage, dtype, shape, strides: strides ?? packed, offset: 0, length, packed: strides === undefined };
}

const N = 200_003;

/** Each case writes some outputs; their bits must not depend on the number of threads. */
const cases: Record<string, (b: Backend) => View[]> = {
  unary: (b) => UNARY_OPS.map((op) => run(given(b, "float32", [9001]), (x, out) => b.unary(op, x, out), b)),
  binary: (b) =>
    BINARY_OPS.map((op) =>
      run(given(b, "float32", [9001]), (x, out) => b.binary(op, x, given(b, "float32", [9001], 2), out), b),
    ),
  broadcast: (b) => {
    const out = given(b, "float32", [301, 67]);
    b.binary("add", given(b, "float32", [301, 67]), given(b, "float32", [67], 3), out);
    const turned = given(b, "float32", [67, 301]);
    b.binary("mul", given(b, "float32", [67, 301], 4, [1, 67]), given(b, "float32", [67, 1], 5, [1, 1]), turned);
    const copied = given(b, "float32", [67, 301]);
    b.copy(given(b, "float32", [67, 301], 4, [1, 67]), copied);
    return [out, turned, copied];
  },
  scalars: (b) => {
    const out = given(b, "float32", [9001]);
    b.binaryScalar("sub", given(b, "float32", [9001]), 2, true, out);
    const clamped = given(b, "float32", [9001]);
    b.clamp(given(b, "float32", [9001]), -0.5, 0.5, clamped);
    return [out, clamped];
  },
  compare: (b) =>
    COMPARE_OPS.map((op) => {
      const out = given(b, "bool", [9001]);
      b.compare(op, given(b, "float32", [9001]), given(b, "float32", [9001], 2), out);
      return out;
    }),
  where: (b) => {
    const out = given(b, "float32", [9001]);
    b.where(given(b, "bool", [9001]), given(b, "float32", [9001], 2), given(b, "float32", [9001], 3), out);
    return [out];
  },
  reduce: (b) =>
    REDUCE_OPS.filter((op) => op !== "any" && op !== "all").flatMap((op) => {
      const [whole, rows, columns] = [given(b, "float32", []), given(b, "float32", [301]), given(b, "float32", [67])];
      b.reduce(op, given(b, "float32", [N]), [0], whole);
      b.reduce(op, given(b, "float32", [301, 67]), [1], rows);
      b.reduce(op, given(b, "float32", [301, 67]), [0], columns);
      return [whole, rows, columns];
    }),
  "long rows": (b) =>
    (["float32", "int32"] as const).flatMap((dtype) =>
      (["max", "min"] as const).flatMap((op) => [
        // One row, three rows, three columns, and a plane of each of seven matrices.
        reduced(b, op, given(b, dtype, [N]), [0], []),
        reduced(b, op, given(b, dtype, [3, N]), [1], [3]),
        reduced(b, op, given(b, dtype, [N, 3]), [0], [3]),
        reduced(b, op, given(b, dtype, [7, 31, 67]), [1], [7, 67]),
      ]),
    ),
  "long sums": (b) => [
    reduced(b, "sum", given(b, "float32", [3, N]), [1], [3]),
    reduced(b, "sum", given(b, "int32", [3, N]), [1], [3]),
    reduced(b, "any", given(b, "bool", [N]), [0], []),
  ],
  positions: (b) =>
    (["float32", "int32"] as const).flatMap((dtype) =>
      (["max", "min"] as const).flatMap((op) => {
        const [long, both, rows, columns, planes] = [[], [3], [301], [67], [7, 67]].map((shape) =>
          given(b, "int32", shape),
        ) as [View, View, View, View, View];
        b.argReduce(op, given(b, dtype, [N]), 0, long);
        b.argReduce(op, given(b, dtype, [N, 3]), 0, both);
        b.argReduce(op, given(b, dtype, [301, 67]), 1, rows);
        b.argReduce(op, given(b, dtype, [301, 67]), 0, columns);
        b.argReduce(op, given(b, dtype, [7, 31, 67]), 1, planes);
        return [long, both, rows, columns, planes];
      }),
    ),
  "running sums": (b) =>
    (["float32", "int32"] as const).flatMap((dtype) => {
      const [along, down, middle] = [
        [301, 67],
        [301, 67],
        [7, 31, 67],
      ].map((shape) => given(b, dtype, shape)) as [View, View, View];
      b.cumsum(given(b, dtype, [301, 67]), 1, false, along);
      b.cumsum(given(b, dtype, [301, 67]), 0, true, down);
      b.cumsum(given(b, dtype, [7, 31, 67]), 1, true, middle);
      return [along, down, middle];
    }),
  "log sum exp": (b) => {
    const [rows, columns, planes] = [[301], [67], [7, 67]].map((shape) => given(b, "float32", shape)) as [
      View,
      View,
      View,
    ];
    b.logSumExp(given(b, "float32", [301, 67]), [1], rows);
    b.logSumExp(given(b, "float32", [301, 67]), [0], columns);
    b.logSumExp(given(b, "float32", [7, 31, 67]), [1], planes);
    return [rows, columns, planes];
  },
  sort: (b) =>
    (["float32", "int32"] as const).flatMap((dtype) =>
      [5, 67].flatMap((count) => {
        const [rows, rowsAt] = [given(b, dtype, [301, count]), given(b, "int32", [301, count])];
        const [columns, columnsAt] = [given(b, dtype, [count, 301]), given(b, "int32", [count, 301])];
        b.sort(given(b, dtype, [301, 67]), 1, false, rows, rowsAt);
        b.sort(given(b, dtype, [67, 301]), 0, true, columns, columnsAt);
        return [rows, rowsAt, columns, columnsAt];
      }),
    ),
  "by index": (b) => {
    const index = given(b, "int32", [301, 31]);
    const [along, down] = [given(b, "float32", [301, 31]), given(b, "float32", [301, 31])];
    b.gather(given(b, "float32", [301, 1000]), 1, index, along);
    b.gather(given(b, "float32", [1000, 31], 2, [1, 1000]), 0, index, down);
    const [added, put, summed, few, flat, middle] = [
      given(b, "float32", [301, 1000]),
      given(b, "float32", [301, 1000]),
      given(b, "float32", [1000, 31]),
      given(b, "float32", [1000, 67]),
      given(b, "float32", [1000]),
      given(b, "float32", [7, 1000, 5]),
    ];
    b.scatter(added, 1, index, along, true);
    b.scatter(put, 1, index, down, false);
    b.scatter(summed, 0, index, along, true);
    b.scatter(flat, 0, given(b, "int32", [9001]), given(b, "float32", [9001]), true);
    b.indexAdd(few, 0, given(b, "int32", [5000]), given(b, "float32", [5000, 67]));
    b.indexAdd(middle, 1, given(b, "int32", [5000]), given(b, "float32", [7, 5000, 5]));
    return [along, down, added, put, summed, few, flat, middle];
  },
  rows: (b) => {
    const x = given(b, "float32", [301, 67]);
    const [soft, log, grad, norm] = [1, 2, 3, 4].map((seed) => given(b, "float32", [301, 67], seed)) as [
      View,
      View,
      View,
      View,
    ];
    b.softmax(x, 1, false, soft);
    b.softmax(x, 1, true, log);
    b.softmaxGrad(x, soft, 1, false, grad);
    const [mean, rstd] = [given(b, "float32", [301]), given(b, "float32", [301])];
    const options = { size: 67, groups: 1, inner: 1, eps: 1e-5, centered: true };
    b.normalizeRows(x, given(b, "float32", [67]), null, options, norm, mean, rstd);
    const dx = given(b, "float32", [301, 67]);
    const [dw, db] = [given(b, "float32", [67]), given(b, "float32", [67])];
    b.normalizeRowsGrad(grad, x, given(b, "float32", [67]), options, mean, rstd, dx, dw, db);
    return [soft, log, grad, norm, mean, rstd, dx, dw, db];
  },
  training: (b) =>
    POINTWISE_LOSSES.flatMap((kind) => {
      const [loss, slope, norm] = [given(b, "float32", []), given(b, "float32", [N]), given(b, "float32", [])];
      b.pointwiseLoss(kind, given(b, "float32", [N]), given(b, "float32", [N], 2), 1, 1 / N, loss, slope);
      b.clipNorm([slope], 1e-4, 2, norm);
      const [p, m, v] = [given(b, "float32", [N], 7), given(b, "float32", [N], 8), given(b, "float32", [N], 9)];
      b.unary("square", v, v);
      b.update("adam", p, slope, [m, v], [1e-3, 0.9, 0.999, 1e-8, 0.01, 1, 0, 3]);
      return [loss, slope, norm, p, m, v];
    }),
  products: (b) => {
    const [one, bias, batch] = [
      given(b, "float32", [201, 157]),
      given(b, "float32", [201, 157]),
      given(b, "float32", [5, 31, 47]),
    ];
    b.matmul(given(b, "float32", [201, 401]), given(b, "float32", [401, 157], 2), one);
    b.matmul(given(b, "float32", [201, 401], 1, [1, 201]), given(b, "float32", [401, 157], 2, [1, 401]), bias, {
      bias: given(b, "float32", [157], 3),
    });
    b.matmul(given(b, "float32", [5, 31, 67]), given(b, "float32", [5, 67, 47], 2), batch);
    return [one, bias, batch];
  },
  convolutions: (b) => {
    const window = { kernel: [3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1] } as const;
    const x = given(b, "float32", [23, 16, 14, 14]);
    const w = given(b, "float32", [24, 16, 3, 3], 2);
    const [y, dx, dw] = [
      given(b, "float32", [23, 24, 14, 14], 3),
      given(b, "float32", x.shape, 4),
      given(b, "float32", w.shape, 5),
    ];
    b.conv2d(x, w, given(b, "float32", [24], 6), window, 1, y);
    b.conv2dGrad(y, x, w, window, 1, dx, dw, null);
    // One large image, in bands.
    const large = given(b, "float32", [1, 16, 61, 60]);
    const [largeY, largeX, largeW] = [
      given(b, "float32", [1, 24, 61, 60], 3),
      given(b, "float32", large.shape, 4),
      given(b, "float32", w.shape, 5),
    ];
    b.conv2d(large, w, null, window, 1, largeY);
    b.conv2dGrad(largeY, large, w, window, 1, largeX, largeW, null);
    return [y, dx, dw, largeY, largeX, largeW];
  },
  attention: (b) => {
    // Four heads of each of three samples, side by side in a row.
    const heads = (seed: number): View => given(b, "float32", [3, 4, 35, 9], seed, [35 * 36, 9, 36, 1]);
    const inputs = { query: heads(1), key: heads(2), value: heads(3), mask: given(b, "float32", [35, 35]), scale: 0.3 };
    const weights = given(b, "float32", [3, 4, 35, 35]);
    const [out, byQuery, byKey, byValue] = [heads(4), heads(5), heads(6), heads(7)];
    b.attention(inputs, weights, out);
    b.attentionGrad(inputs, weights, heads(8), byQuery, byKey, byValue);
    return [weights, out, byQuery, byKey, byValue];
  },
  recurrent: (b) =>
    RECURRENT_MODES.flatMap((mode) => {
      // Four parts of the batch, the last one smaller.
      const one = recurrentCase(new Scratch(b, 5), "float32", mode, mode === "gru", [6, 50, 21]);
      b.recurrent(one, one.bias);
      b.recurrentGrad(one, one.grad, one.by, true);
      return outputsOf(one);
    }),
  gather: (b) => {
    const out = given(b, "float32", [5000, 7]);
    const wide = given(b, "float32", [50, 400]);
    b.indexSelect(given(b, "float32", [1000, 7]), 0, given(b, "int32", [5000]), out);
    b.indexSelect(given(b, "float32", [1000, 400]), 0, given(b, "int32", [50]), wide);
    const planes = given(b, "float32", [7, 50, 5]);
    b.indexSelect(given(b, "float32", [7, 1000, 5]), 1, given(b, "int32", [50]), planes);
    return [out, wide, planes];
  },
};

function reduced(b: Backend, op: ReduceOp, x: View, dims: readonly number[], shape: readonly number[]): View {
  const out = given(b, x.dtype, shape);
  b.reduce(op, x, dims, out);
  return out;
}

function run(x: View, kernel: (x: View, out: View) => void, b: Backend): View {
  const out = given(b, "float32", x.shape);
  kernel(x, out);
  return out;
}

/** One hash for each output. */
const bitsOf = (b: Backend, views: View[]): string[] =>
  views.map(({ storage, offset, length }) => {
    const { buffer, byteOffset, byteLength } = b.read(storage, offset, length);
    return createHash("sha256")
      .update(new Uint8Array(buffer, byteOffset, byteLength))
      .digest("hex");
  });

describe("wasm on several threads", () => {
  const single = new WasmBackend({ blas: "off" });
  single.setNumThreads(1);
  const several = threaded();

  beforeAll(async () => {
    given(several, "float32", [9001]);
    run(given(several, "float32", [9001]), (x, out) => several.unary("exp", x, out), several);
    await vi.waitUntil(() => several.threads.ready === 2, { interval: 5, timeout: 10_000 });
  });
  afterAll(() => {
    several.setNumThreads(1);
  });

  for (const [name, make] of Object.entries(cases)) {
    it(`gives the bits of one thread: ${name}`, () => {
      const expected = bitsOf(single, make(single));
      for (let round = 0; round < 3; round++) expect(bitsOf(several, make(several))).toEqual(expected);
    });
  }

  it("finds the first value that is not finite", () => {
    const x = given(several, "float32", [N]);
    several.write(x.storage, 150_000, new Float32Array([Number.NaN]));
    several.write(x.storage, 199_000, new Float32Array([Number.POSITIVE_INFINITY]));
    expect(several.firstNonfinite(x)).toBe(150_000);
    expect(several.firstNonfinite(given(several, "float32", [N]))).toBe(-1);
  });

  it("finds the first extreme of a row in parts, a NaN before all", () => {
    const out = given(several, "int32", []);
    const places = { 70000: 3, 70001: 3, 199999: 3 };
    for (const [expected, more] of [
      [70_000, {}],
      [100, { 100: 3 }],
      [150_000, { 150000: Number.NaN, 199998: Number.NaN }],
      [65_536, { 65536: Number.NaN, 65537: 9 }],
    ] as const) {
      const x = given(several, "float32", [N]);
      for (const [at, value] of Object.entries({ ...places, ...more })) {
        several.write(x.storage, Number(at), new Float32Array([value]));
      }
      several.argReduce("max", x, 0, out);
      expect(several.read(out.storage, 0, 1)[0]).toBe(expected);
    }
  });

  it("finds the first index out of range", () => {
    const index = given(several, "int32", [N]);
    expect(several.firstOutOfRange(index, 1000)).toBe(-1);
    several.write(index.storage, 150_000, new Int32Array([1000]));
    several.write(index.storage, 199_000, new Int32Array([-1001]));
    expect(several.firstOutOfRange(index, 1000)).toBe(150_000);
  });

  it("goes on alone, and says why, when a thread fails", () => {
    const broken = threaded();
    const { threads } = broken;
    const x = given(broken, "float32", [9001]);
    broken.unary("exp", x, x);
    const [pool] = (threads as unknown as { pools: Map<unknown, { fail(reason: string): unknown }> }).pools.values();
    pool?.fail("made up");
    expect(() => broken.unary("exp", x, x)).toThrow(/made up/);
    expect(broken.info().threads).toEqual({ threads: 1, why: "the threads failed: made up" });
    broken.unary("exp", x, x);
  });

  it("refuses a number of threads that is none", () => {
    for (const count of [0, -1, 1.5, 33, Number.NaN])
      expect(() => several.setNumThreads(count)).toThrow(/whole number/);
  });
});
