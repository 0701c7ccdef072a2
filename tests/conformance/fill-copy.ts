import { expect } from "vitest";
import { type DType, newTypedArray } from "../../src/engine/dtype.ts";
import { expectClose, expectOutput } from "./check.ts";
import type { Suite } from "./suite.ts";
import { coordinatesOf, KINDS, layout, SHAPES, viewOf } from "./views.ts";

const REPEATS = ["broadcast", "innerBroadcast"];
/** Kinds whose elements are all distinct, which is what an output must be. */
const WRITABLE = KINDS.filter((kind) => !REPEATS.includes(kind));

export function fillCopyTests(suite: Suite): void {
  const { backend } = suite;

  for (const dtype of backend.dtypes) {
    suite.it(`fill ${dtype}: exactly the elements of a strided view`, (scratch) => {
      const value = dtype === "bool" ? 0 : -3;
      for (const shape of SHAPES) {
        for (const kind of WRITABLE) {
          const place = layout(shape, kind);
          const storage = scratch.alloc(dtype, place.storageLength);
          backend.write(storage, 0, newTypedArray(dtype, place.storageLength).fill(1));
          backend.fill(viewOf(storage, shape, place.strides, place.offset), value);
          const expected = new Array<number>(place.storageLength).fill(1);
          for (const position of positionsOf(place)) expected[position] = value;
          expectClose([...backend.read(storage, 0, storage.length)], expected, dtype, `[${shape}] ${kind}`);
        }
      }
    });

    suite.it(`fill ${dtype}: values`, (scratch) => {
      const values = dtype === "bool" ? [0, 1, 2.5, -1] : dtype === "int32" ? [0, -7, 2147483647, -2147483648] : FLOATS;
      for (const value of values) {
        const out = scratch.output(dtype, [9]);
        backend.fill(out, value);
        const expected = dtype === "bool" ? Number(value !== 0) : value;
        expectOutput(scratch, out, new Array<number>(9).fill(expected), `fill ${value}`, { signedZero: true });
      }
    });

    for (const target of backend.dtypes) {
      suite.it(`copy ${dtype} to ${target}`, (scratch) => {
        for (const shape of SHAPES) {
          for (const [i, kind] of KINDS.entries()) {
            const x = scratch.input(dtype, shape, kind);
            const out = scratch.output(target, shape);
            backend.copy(x.view, out);
            const expected = x.values.map((v) => converted(v, target));
            expectOutput(scratch, out, expected, x.label, { tolerance: 0 });

            const outKind = WRITABLE[(i * 5 + 3) % WRITABLE.length] as (typeof WRITABLE)[number];
            const place = layout(shape, outKind);
            const storage = scratch.alloc(target, place.storageLength);
            backend.write(storage, 0, newTypedArray(target, place.storageLength).fill(1));
            backend.copy(x.view, viewOf(storage, shape, place.strides, place.offset));
            const around = new Array<number>(place.storageLength).fill(1);
            positionsOf(place).forEach((position, element) => {
              around[position] = expected[element] as number;
            });
            expectClose([...backend.read(storage, 0, storage.length)], around, target, `${x.label} to ${outKind}`, {
              tolerance: 0,
            });
          }
        }
      });
    }
  }

  for (const dtype of suite.floats) {
    suite.it(`copy ${dtype}: special values stay`, (scratch) => {
      const x = scratch.given(dtype, [FLOATS.length], FLOATS);
      const out = scratch.output(dtype, [FLOATS.length]);
      backend.copy(x.view, out);
      expectOutput(scratch, out, x.values, "copy", { tolerance: 0, signedZero: true });
      const truth = scratch.output("bool", [FLOATS.length]);
      backend.copy(x.view, truth);
      expectOutput(
        scratch,
        truth,
        x.values.map((v) => converted(v, "bool")),
        "to bool",
      );
      expect(scratch.outputValues(truth)[FLOATS.findIndex(Number.isNaN)], "NaN is not zero").toBe(1);
    });
  }
}

const FLOATS: readonly number[] = [
  0,
  -0,
  1.5,
  0.1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1e-40,
  3e38,
];

function converted(value: number, dtype: DType): number {
  if (dtype === "bool") return value === 0 ? 0 : 1;
  return dtype === "int32" ? Math.trunc(value) : value;
}

function positionsOf(place: { shape: readonly number[]; strides: readonly number[]; offset: number }): number[] {
  return coordinatesOf(place.shape).map((coordinates) =>
    coordinates.reduce((position, c, dim) => position + c * (place.strides[dim] as number), place.offset),
  );
}
