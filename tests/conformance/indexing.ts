import { expect } from "vitest";
import type { DType } from "../../src/engine/dtype.ts";
import { expectClose, expectOutput } from "./check.ts";
import type { Draw, Scratch } from "./scratch.ts";
import type { Suite } from "./suite.ts";
import { coordinatesOf, flatIndex, KINDS, type Kind, SHAPES } from "./views.ts";

export function indexingTests(suite: Suite): void {
  const { backend } = suite;
  const addable: readonly DType[] = [...suite.floats, "int32"];

  suite.it("firstOutOfRange", (scratch) => {
    for (const shape of SHAPES) {
      for (const kind of KINDS) {
        const fine = scratch.input("int32", shape, kind, () => scratch.whole(-5, 4));
        expect(backend.firstOutOfRange(fine.view, 5), fine.label).toBe(-1);
        const mixed = scratch.input("int32", shape, kind, () => scratch.whole(-7, 6));
        const first = mixed.values.findIndex((i) => i < -5 || i > 4);
        expect(backend.firstOutOfRange(mixed.view, 5), mixed.label).toBe(first);
      }
    }
    const edges = scratch.given("int32", [3], [2147483647, -2147483648, 0]);
    expect(backend.firstOutOfRange(edges.view, 3)).toBe(0);
    expect(backend.firstOutOfRange(scratch.given("int32", [1], [0]).view, 0)).toBe(0);
  });

  for (const dtype of backend.dtypes) {
    suite.it(`indexSelect ${dtype}`, (scratch) => {
      forEachDim((shape, dim, size, kind, indexKind) => {
        for (const count of [0, 1, 7]) {
          if (size === 0 && count > 0) continue;
          const x = scratch.input(dtype, shape, kind);
          const index = scratch.input("int32", [count], indexKind, within(scratch, size));
          const outShape = shape.with(dim, count);
          const out = scratch.output(dtype, outShape);
          backend.indexSelect(x.view, dim, index.view, out);
          const expected = coordinatesOf(outShape).map((c) => {
            const from = fromStart(index.values[c[dim] as number] as number, size);
            return x.values[flatIndex(shape, c.with(dim, from))] as number;
          });
          expectOutput(scratch, out, expected, `${x.label} along ${dim} by ${index.label}`, { tolerance: 0 });
        }
      });
    });

    suite.it(`gather ${dtype}`, (scratch) => {
      forEachDim((shape, dim, size, kind, indexKind) => {
        // As long as the input, longer, or empty along `dim`; elsewhere as large or smaller.
        const smaller = shape.map((s, d) => (d === dim ? s + 2 : Math.max(s - 1, 0)));
        for (const indexShape of [shape, smaller, shape.with(dim, 0)]) {
          if (size === 0 && indexShape[dim] !== 0) continue;
          const x = scratch.input(dtype, shape, kind);
          const index = scratch.input("int32", indexShape, indexKind, within(scratch, size));
          const out = scratch.output(dtype, indexShape);
          backend.gather(x.view, dim, index.view, out);
          const expected = coordinatesOf(indexShape).map((c, i) => {
            const from = fromStart(index.values[i] as number, size);
            return x.values[flatIndex(shape, c.with(dim, from))] as number;
          });
          expectOutput(scratch, out, expected, `${x.label} along ${dim} by ${index.label}`, { tolerance: 0 });
        }
      });
    });
  }

  for (const dtype of addable) {
    suite.it(`indexAdd ${dtype}`, (scratch) => {
      forEachDim((shape, dim, size, kind, indexKind) => {
        for (const count of [0, 1, 7]) {
          if (size === 0 && count > 0) continue;
          const out = scratch.input(dtype, shape, "offset");
          const index = scratch.input("int32", [count], indexKind, within(scratch, size));
          const sourceShape = shape.with(dim, count);
          const source = scratch.input(dtype, sourceShape, kind);
          const expected = [...out.values];
          coordinatesOf(sourceShape).forEach((c, i) => {
            const to = flatIndex(shape, c.with(dim, fromStart(index.values[c[dim] as number] as number, size)));
            expected[to] = (expected[to] as number) + (source.values[i] as number);
          });
          backend.indexAdd(out.view, dim, index.view, source.view);
          expectClose(scratch.values(out.view), expected, dtype, `${source.label} along ${dim} by ${index.label}`, {
            scale: expected.map(() => 3 * (count + 1)),
          });
        }
      });
    });
  }

  for (const add of [false, true]) {
    for (const dtype of add ? addable : backend.dtypes) {
      suite.it(`scatter ${dtype}${add ? ", adding" : ""}`, (scratch) => {
        forEachDim((shape, dim, size, kind, indexKind) => {
          const smaller = shape.map((s, d) => (d === dim ? s + 2 : Math.max(s - 1, 0)));
          for (const indexShape of [shape, smaller, shape.with(dim, 0)]) {
            if (size === 0 && indexShape[dim] !== 0) continue;
            const out = scratch.input(dtype, shape, "offset");
            const index = scratch.input("int32", indexShape, indexKind, within(scratch, size));
            const source = scratch.input(dtype, indexShape, kind);
            const expected = [...out.values];
            coordinatesOf(indexShape).forEach((c, i) => {
              const to = flatIndex(shape, c.with(dim, fromStart(index.values[i] as number, size)));
              expected[to] = (add ? (expected[to] as number) : 0) + (source.values[i] as number);
            });
            backend.scatter(out.view, dim, index.view, source.view, add);
            expectClose(scratch.values(out.view), expected, dtype, `${source.label} along ${dim} by ${index.label}`, {
              scale: expected.map(() => (add ? 3 * ((indexShape[dim] as number) + 1) : 0)),
            });
          }
        });
      });
    }
  }
}

/** Every dimension of every shape, with kinds for the values and for the index. */
function forEachDim(visit: (shape: number[], dim: number, size: number, kind: Kind, indexKind: Kind) => void): void {
  let turn = 0;
  for (const shape of SHAPES) {
    for (let dim = 0; dim < shape.length; dim++) {
      for (const kind of KINDS) {
        const indexKind = KINDS[(turn++ * 3) % KINDS.length] as Kind;
        visit([...shape], dim, shape[dim] as number, kind, indexKind);
      }
    }
  }
}

/** Positions from either end, with repeats. */
function within(scratch: Scratch, size: number): Draw {
  return () => (size === 0 ? 0 : scratch.whole(-size, size - 1));
}

function fromStart(index: number, size: number): number {
  return index < 0 ? index + size : index;
}
