import { expectOutput } from "./check.ts";
import { rowsOf } from "./reductions.ts";
import type { Sample } from "./scratch.ts";
import type { Suite } from "./suite.ts";
import { coordinatesOf, KINDS, SHAPES, without } from "./views.ts";

/** Sorting, whole and of the first few, against an order looked for by plain comparison. */
export function sortTests(suite: Suite): void {
  const { backend } = suite;

  for (const dtype of [...suite.floats, "int32"] as const) {
    suite.it(`sort ${dtype}`, (scratch) => {
      // Few values, so that many are equal.
      const values =
        dtype === "int32" ? [-2147483648, -3, 0, 1, 2147483647] : [-Infinity, -1.5, -0, 0, 1e-40, 2, Infinity, NaN];
      const draw = (): number => values[scratch.whole(0, values.length - 1)] as number;
      for (const shape of SHAPES) {
        for (const kind of KINDS) {
          const x = scratch.input(dtype, shape, kind, draw);
          for (const dim of shape.length === 0 ? [0] : shape.keys()) {
            for (const descending of [false, true]) check(scratch, x, dim, shape[dim] ?? 1, descending);
          }
        }
      }
    });

    suite.it(`sort ${dtype}: the first few of many`, (scratch) => {
      for (const [shape, dim] of [
        [[2, 70], 1],
        [[70, 2], 0],
        [[300], 0],
      ] as const) {
        const size = shape[dim] as number;
        const draw = dtype === "int32" ? () => scratch.whole(-1e9, 1e9) : () => scratch.uniform(-3, 3);
        const x = scratch.input(dtype, shape, "offset", draw);
        for (const count of [0, 1, 5, 32, 33, size]) check(scratch, x, dim, count, count % 2 === 1);
      }
    });
  }

  function check(
    scratch: Parameters<Parameters<Suite["it"]>[1]>[0],
    x: Sample,
    dim: number,
    count: number,
    descending: boolean,
  ): void {
    const { shape, dtype } = x.view;
    const outShape = shape.length === 0 ? [] : shape.with(dim, count);
    const out = scratch.output(dtype, outShape);
    const at = scratch.output("int32", outShape);
    backend.sort(x.view, dim, descending, out, at);
    const rows = shape.length === 0 ? [x.values] : rowsOf(x, [dim]);
    const orders = rows.map((row) => orderOf(row, descending));
    const places = rowNumbers(outShape, dim);
    const label = `${x.label} along ${dim}, ${count}, descending ${descending}`;
    const positions = places.map(([row, i]) => orders[row]?.[i] as number);
    expectOutput(scratch, at, positions, `positions of ${label}`);
    expectOutput(
      scratch,
      out,
      places.map(([row], i) => rows[row]?.[positions[i] as number] as number),
      label,
      { tolerance: 0, signedZero: true },
    );
  }
}

/** For each element of an output in row-major order: its row and its place there. */
function rowNumbers(shape: readonly number[], dim: number): [row: number, place: number][] {
  if (shape.length === 0) return [[0, 0]];
  const kept = without(shape, [dim]);
  return coordinatesOf(shape).map((coordinates) => {
    const rest = without(coordinates, [dim]);
    return [rest.reduce((row, c, d) => row * (kept[d] as number) + c, 0), coordinates[dim] as number];
  });
}

/** Positions in order: each by the number of those that come before it. */
function orderOf(row: readonly number[], descending: boolean): number[] {
  const rank = (x: number): number => (Number.isNaN(x) ? Infinity : x === Infinity ? Number.MAX_VALUE : x);
  const order = new Array<number>(row.length);
  const before = (a: number, b: number): boolean => (descending ? rank(a) > rank(b) : rank(a) < rank(b));
  row.forEach((x, i) => {
    const place = row.filter((y, j) => before(y, x) || (!before(x, y) && j < i)).length;
    order[place] = i;
  });
  return order;
}
