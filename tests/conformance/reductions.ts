import type { DType } from "../../src/engine/dtype.ts";
import { REDUCE_OPS, type ReduceOp } from "../../src/engine/opcodes.ts";
import { expectOutput } from "./check.ts";
import type { Sample } from "./scratch.ts";
import type { Suite } from "./suite.ts";
import { coordinatesOf, dimSets, flatIndex, KINDS, SHAPES, without } from "./views.ts";

const EXPECTED: Record<ReduceOp, (row: readonly number[]) => number> = {
  sum: (row) => row.reduce((a, b) => a + b, 0),
  mean: (row) => (row.length === 0 ? Number.NaN : row.reduce((a, b) => a + b, 0) / row.length),
  prod: (row) => row.reduce((a, b) => a * b, 1),
  max: (row) => (row.some(Number.isNaN) ? Number.NaN : Math.max(...row)),
  min: (row) => (row.some(Number.isNaN) ? Number.NaN : Math.min(...row)),
  sumSquares: (row) => row.reduce((a, b) => a + b * b, 0),
  any: (row) => (row.includes(1) ? 1 : 0),
  all: (row) => (row.includes(0) ? 0 : 1),
};
const INT_OPS: readonly ReduceOp[] = ["sum", "prod", "max", "min"];
const BOOL_OPS: readonly ReduceOp[] = ["any", "all"];

export function reductionTests(suite: Suite): void {
  const { backend } = suite;
  const dtypesOf = (op: ReduceOp): DType[] =>
    BOOL_OPS.includes(op) ? ["bool"] : [...suite.floats, ...(INT_OPS.includes(op) ? ["int32" as const] : [])];

  for (const op of REDUCE_OPS) {
    for (const dtype of dtypesOf(op)) {
      suite.it(`reduce ${op} ${dtype}`, (scratch) => {
        const draw =
          dtype === "bool" ? () => Number(scratch.random() < (op === "any" ? 0.15 : 0.85)) : scratch.drawFor(dtype);
        for (const shape of SHAPES) {
          for (const [turn, kind] of KINDS.entries()) {
            const x = scratch.input(
              dtype,
              shape,
              kind,
              op === "prod" && dtype !== "int32" ? () => scratch.uniform(0.7, 1.4) : draw,
            );
            for (const dims of dimSets(shape.length, turn)) {
              const outShape = without(shape, dims);
              const rows = rowsOf(x, dims);
              if ((op === "max" || op === "min") && rows.some((row) => row.length === 0)) continue;
              const out = scratch.output(dtype, outShape);
              backend.reduce(op, x.view, dims, out);
              const expected = rows.map(dtype === "int32" && op === "prod" ? intProduct : EXPECTED[op]);
              expectOutput(scratch, out, expected, `${x.label} over [${dims}]`, {
                scale: rows.map((row) => magnitude(op, row)),
              });
            }
          }
        }
      });
    }
  }

  for (const dtype of suite.floats) {
    for (const op of ["sum", "mean", "sumSquares", "max", "min"] as const) {
      suite.it(`reduce ${op} ${dtype}: many elements`, (scratch) => {
        for (const [shape, dims] of [
          [[10007], [0]],
          [[70, 301], [0]],
          [[301, 70], [1]],
          [
            [19, 23, 29],
            [0, 2],
          ],
        ] as const) {
          const x = scratch.input(dtype, shape, "offset");
          const out = scratch.output(dtype, without(shape, dims));
          backend.reduce(op, x.view, dims, out);
          const rows = rowsOf(x, dims);
          const closeness = {
            scale: rows.map((row) => magnitude(op, row)),
            ...(dtype === "float32" && { tolerance: 1e-5 }),
          };
          expectOutput(scratch, out, rows.map(EXPECTED[op]), `${x.label} over [${dims}]`, closeness);
        }
      });
    }

    suite.it(`reduce ${dtype}: special values`, (scratch) => {
      const inf = Number.POSITIVE_INFINITY;
      const rows = [
        [1, Number.NaN, 3, 4, 5],
        [inf, 1, 2, 3, 4],
        [-inf, 1, 2, 3, 4],
        [inf, -inf, 0, 0, 0],
        [Number.NaN, inf, 0, 0, 0],
        [5, 4, 3, 2, Number.NaN],
        [-inf, -inf, -inf, -inf, -inf],
        [0, inf, 1, 1, 1],
        [-1, -2, -3, -4, -5],
      ];
      for (const op of ["sum", "mean", "prod", "max", "min", "sumSquares"] as const) {
        const across = scratch.given(dtype, [rows.length, 5], rows.flat());
        const out = scratch.output(dtype, [rows.length]);
        backend.reduce(op, across.view, [1], out);
        expectOutput(scratch, out, rows.map(EXPECTED[op]), `${op} over the last dimension`);
        const down = scratch.given(
          dtype,
          [5, rows.length],
          [0, 1, 2, 3, 4].flatMap((i) => rows.map((row) => row[i] as number)),
        );
        const outDown = scratch.output(dtype, [rows.length]);
        backend.reduce(op, down.view, [0], outDown);
        expectOutput(scratch, outDown, rows.map(EXPECTED[op]), `${op} over the first dimension`);
      }
    });
  }

  suite.it("reduce int32: sums and products wrap", (scratch) => {
    const x = scratch.given("int32", [3], [2147483647, 2, 3]);
    for (const [op, expected] of [
      ["sum", -2147483644],
      ["prod", -6],
    ] as const) {
      const out = scratch.output("int32", []);
      backend.reduce(op, x.view, [0], out);
      expectOutput(scratch, out, [expected], op);
    }
  });

  for (const dtype of [...suite.floats, "int32"] as const) {
    for (const op of ["max", "min"] as const) {
      suite.it(`argReduce ${op} ${dtype}`, (scratch) => {
        // Few values, so that ties happen; sometimes NaN.
        const values = dtype === "int32" ? [-2, -1, 0, 1, 2] : [-1.5, 0, 1, 2.5, Number.NEGATIVE_INFINITY, Number.NaN];
        const draw = (): number =>
          values[scratch.whole(0, scratch.random() < 0.1 ? values.length - 1 : values.length - 2)] as number;
        for (const shape of SHAPES) {
          for (const kind of KINDS) {
            const x = scratch.input(dtype, shape, kind, draw);
            for (let dim = 0; dim < shape.length; dim++) {
              if (shape[dim] === 0) continue;
              const out = scratch.output("int32", without(shape, [dim]));
              backend.argReduce(op, x.view, dim, out);
              expectOutput(
                scratch,
                out,
                rowsOf(x, [dim]).map((row) => firstExtreme(row, op)),
                `${x.label} along ${dim}`,
              );
            }
          }
        }
      });
    }

    suite.it(`cumsum ${dtype}`, (scratch) => {
      for (const shape of SHAPES) {
        for (const kind of KINDS) {
          const x = scratch.input(dtype, shape, kind);
          for (let dim = 0; dim < shape.length; dim++) {
            for (const reverse of [false, true]) {
              const out = scratch.output(dtype, shape);
              backend.cumsum(x.view, dim, reverse, out);
              // Element by element: the sum of all elements up to (from) this one.
              const coordinates = coordinatesOf(shape);
              const parts = coordinates.map((c) => {
                const at = c[dim] as number;
                const size = shape[dim] as number;
                const range = reverse ? ([at, size] as const) : ([0, at + 1] as const);
                const row: number[] = [];
                for (let i = range[0]; i < range[1]; i++)
                  row.push(x.values[flatIndex(shape, c.with(dim, i))] as number);
                return row;
              });
              expectOutput(scratch, out, parts.map(EXPECTED.sum), `${x.label} along ${dim}, reverse ${reverse}`, {
                scale: parts.map((row) => magnitude("sum", row)),
              });
            }
          }
        }
      }
    });
  }
}

/** The elements that each output element is made of, in row-major order. */
export function rowsOf(x: Sample, dims: readonly number[]): number[][] {
  const { shape } = x.view;
  const kept = shape.map((_, dim) => dim).filter((dim) => !dims.includes(dim));
  const rows: number[][] = coordinatesOf(without(shape, dims)).map(() => []);
  coordinatesOf(shape).forEach((coordinates, i) => {
    let row = 0;
    for (const dim of kept) row = row * (shape[dim] as number) + (coordinates[dim] as number);
    (rows[row] as number[]).push(x.values[i] as number);
  });
  return rows;
}

function magnitude(op: ReduceOp, row: readonly number[]): number {
  const total = row.reduce((sum, x) => sum + Math.abs(x), 0);
  if (!Number.isFinite(total)) return 0;
  if (op === "mean") return total / Math.max(row.length, 1);
  return op === "sum" ? total : 0;
}

function intProduct(row: readonly number[]): number {
  return Number(
    BigInt.asIntN(
      32,
      row.reduce((product, x) => product * BigInt(x), 1n),
    ),
  );
}

function firstExtreme(row: readonly number[], op: "max" | "min"): number {
  const nan = row.findIndex(Number.isNaN);
  if (nan >= 0) return nan;
  return row.indexOf(op === "max" ? Math.max(...row) : Math.min(...row));
}
