import type { DType } from "../../src/engine/dtype.ts";
import { sizeOf } from "../../src/util/index.ts";
import { expectClose, expectOutput } from "./check.ts";
import type { Sample, Scratch } from "./scratch.ts";
import type { Suite } from "./suite.ts";
import { KINDS, viewOf } from "./views.ts";

const SIZES: readonly (readonly [m: number, k: number, n: number])[] = [
  [1, 1, 1],
  [1, 5, 1],
  [3, 1, 4],
  [2, 3, 4],
  [4, 4, 4],
  [7, 9, 5],
  [8, 8, 8],
  [13, 17, 11],
  [16, 64, 4],
  [5, 3, 33],
  [1, 33, 17],
  [17, 33, 1],
  [0, 3, 2],
  [2, 3, 0],
  [2, 0, 3],
  [31, 2, 63],
];
const LARGE: readonly (readonly [m: number, k: number, n: number])[] = [
  [64, 64, 64],
  [70, 65, 67],
  [33, 257, 35],
];

export function matmulTests(suite: Suite): void {
  const { backend } = suite;
  for (const dtype of suite.floats) {
    suite.it(`matmul ${dtype}`, (scratch) => {
      for (const [m, k, n] of SIZES) {
        for (const [i, kindA] of KINDS.entries()) {
          for (const step of [0, 3]) {
            const a = scratch.input(dtype, [m, k], kindA);
            const b = scratch.input(dtype, [k, n], KINDS[(i + step) % KINDS.length]);
            const out = scratch.output(dtype, [m, n]);
            backend.matmul(a.view, b.view, out);
            check(scratch, dtype, out, a, b);
          }
        }
      }
    });

    suite.it(`matmul ${dtype}: larger products, each operand plain and transposed`, (scratch) => {
      for (const [m, k, n] of LARGE) {
        for (const kindA of ["contiguous", "transposed"] as const) {
          for (const kindB of ["contiguous", "transposed"] as const) {
            const a = scratch.input(dtype, [m, k], kindA);
            const b = scratch.input(dtype, [k, n], kindB);
            const out = scratch.output(dtype, [m, n]);
            backend.matmul(a.view, b.view, out);
            check(scratch, dtype, out, a, b);
          }
        }
      }
    });

    suite.it(`matmul ${dtype}: bias`, (scratch) => {
      for (const [m, k, n] of [...SIZES, [33, 40, 35] as const]) {
        for (const kind of ["contiguous", "stepped", "flipped", "innerBroadcast"] as const) {
          const a = scratch.input(dtype, [m, k]);
          const b = scratch.input(dtype, [k, n], "transposed");
          const bias = scratch.input(dtype, [n], kind);
          const out = scratch.output(dtype, [m, n]);
          backend.matmul(a.view, b.view, out, { bias: bias.view });
          check(scratch, dtype, out, a, b, (i) => bias.values[i % n] as number);
        }
        const a = scratch.input(dtype, [m, k]);
        const b = scratch.input(dtype, [k, n]);
        const out = scratch.output(dtype, [m, n]);
        backend.matmul(a.view, b.view, out, { bias: null });
        check(scratch, dtype, out, a, b);
      }
    });

    suite.it(`matmul ${dtype}: accumulate`, (scratch) => {
      for (const [m, k, n] of [...SIZES, [33, 40, 35] as const]) {
        for (const kind of ["contiguous", "transposed", "shuffled"] as const) {
          const a = scratch.input(dtype, [m, k], kind);
          const b = scratch.input(dtype, [k, n], kind);
          const before = scratch.input(dtype, [m, n], "offset");
          backend.matmul(a.view, b.view, before.view, { accumulate: true });
          const { expected, scale } = product(a, b, (i) => before.values[i] as number);
          expectClose(scratch.values(before.view), expected, dtype, `[${m}, ${k}, ${n}] ${kind}`, {
            scale,
            ...(dtype === "float32" && { tolerance: 1e-5 }),
          });
        }
      }
    });

    suite.it(`matmul ${dtype}: batches`, (scratch) => {
      for (const batch of [[1], [3], [2, 3], [0], [2, 1, 2]]) {
        for (const [m, k, n] of [
          [2, 3, 4],
          [5, 7, 1],
          [9, 8, 17],
          [2, 0, 3],
        ] as const) {
          for (const [i, kind] of KINDS.entries()) {
            const a = scratch.input(dtype, [...batch, m, k], kind);
            const b = scratch.input(dtype, [...batch, k, n], KINDS[(i * 3 + 2) % KINDS.length]);
            const out = scratch.output(dtype, [...batch, m, n]);
            backend.matmul(a.view, b.view, out);
            check(scratch, dtype, out, a, b);

            const bias = scratch.input(dtype, [n]);
            const biased = scratch.output(dtype, [...batch, m, n]);
            backend.matmul(a.view, b.view, biased, { bias: bias.view });
            check(scratch, dtype, biased, a, b, (at) => bias.values[at % n] as number);

            const held = scratch.input(dtype, [...batch, m, n]);
            backend.matmul(a.view, b.view, held.view, { accumulate: true });
            const { expected, scale } = product(a, b, (at) => held.values[at] as number);
            expectClose(scratch.values(held.view), expected, dtype, `accumulate ${a.label}`, {
              scale,
              ...(dtype === "float32" && { tolerance: 1e-5 }),
            });
          }
        }
      }
    });

    suite.it(`matmul ${dtype}: one matrix for a whole batch`, (scratch) => {
      const a = scratch.input(dtype, [4, 5, 6]);
      const b = scratch.input(dtype, [6, 3]);
      const shared: Sample = {
        view: viewOf(b.view.storage, [4, 6, 3], [0, 3, 1], 0),
        values: [0, 1, 2, 3].flatMap(() => b.values),
        label: "shared",
      };
      const out = scratch.output(dtype, [4, 5, 3]);
      backend.matmul(a.view, shared.view, out);
      check(scratch, dtype, out, a, shared);
    });

    suite.it(`matmul ${dtype}: NaN and infinities reach exactly their rows and columns`, (scratch) => {
      for (const size of [3, 9, 33]) {
        const a = scratch.input(dtype, [size, size], "contiguous", () => scratch.uniform(1, 2));
        const b = scratch.input(dtype, [size, size], "contiguous", () => scratch.uniform(1, 2));
        const poison = (x: Sample, at: number, value: number): void => {
          x.values[at] = value;
          backend.fill(viewOf(x.view.storage, [], [], at), value);
        };
        poison(a, size + 1, Number.NaN);
        poison(a, 2 * size, Number.POSITIVE_INFINITY);
        poison(b, 2, 0);
        const out = scratch.output(dtype, [size, size]);
        backend.matmul(a.view, b.view, out);
        check(scratch, dtype, out, a, b);
      }
    });
  }
}

function check(
  scratch: Scratch,
  dtype: DType,
  out: Sample["view"],
  a: Sample,
  b: Sample,
  start: (i: number) => number = () => 0,
): void {
  const { expected, scale } = product(a, b, start);
  expectOutput(scratch, out, expected, `${a.label} × ${b.label}`, {
    scale,
    ...(dtype === "float32" && { tolerance: 1e-5 }),
  });
}

/** Row times column, and the sum of the magnitudes that went into it. */
function product(a: Sample, b: Sample, start: (i: number) => number): { expected: number[]; scale: number[] } {
  const [m, k] = a.view.shape.slice(-2) as [number, number];
  const n = b.view.shape.at(-1) as number;
  const batches = sizeOf(a.view.shape.slice(0, -2));
  const expected: number[] = [];
  const scale: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let total = start(expected.length);
        let size = Math.abs(total);
        for (let i = 0; i < k; i++) {
          const term =
            (a.values[batch * m * k + row * k + i] as number) * (b.values[batch * k * n + i * n + column] as number);
          total += term;
          size += Math.abs(term);
        }
        expected.push(total);
        scale.push(Number.isFinite(size) ? size : 0);
      }
    }
  }
  return { expected, scale };
}
