import type { DType } from "../../src/engine/dtype.ts";
import { BINARY_OPS, type BinaryOp, COMPARE_OPS, LOGICAL_OPS } from "../../src/engine/opcodes.ts";
import { expectClose, expectOutput } from "./check.ts";
import { BINARY_EXPECTED, COMPARE_EXPECTED, INT_EXPECTED } from "./scalars.ts";
import type { Draw, Sample, Scratch } from "./scratch.ts";
import type { Suite } from "./suite.ts";
import { coordinatesOf, flatIndex, KINDS, type Kind, SHAPES } from "./views.ts";

const EDGES: readonly number[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  2.5,
  -2.5,
  3,
  -3,
  7,
  1e10,
  -1e10,
  1e30,
  1e-30,
];
const INT_EDGES: readonly number[] = [1, -1, 2, -2, 3, 7, -7, 31, 46341, 65537, 2147483647, -2147483648];
const WITHOUT_EDGES: readonly BinaryOp[] = ["reluGrad", "tanhGrad", "sigmoidGrad"];

export function binaryTests(suite: Suite): void {
  const { backend } = suite;
  const dtypesOf = (op: BinaryOp): DType[] => [...suite.floats, ...(INT_EXPECTED[op] ? ["int32" as const] : [])];
  const meaning = (op: BinaryOp, dtype: DType): ((a: number, b: number) => number) =>
    (dtype === "int32" ? INT_EXPECTED[op] : BINARY_EXPECTED[op]) as (a: number, b: number) => number;

  for (const op of BINARY_OPS) {
    for (const dtype of dtypesOf(op)) {
      suite.it(`binary ${op} ${dtype}`, (scratch) => {
        const [drawA, drawB] = drawsFor(op, dtype, scratch);
        forEachPair((shapeA, shapeB, kindA, kindB, shape) => {
          const a = scratch.input(dtype, shapeA, kindA, drawA);
          const b = scratch.input(dtype, shapeB, kindB, drawB);
          const out = scratch.output(dtype, shape);
          backend.binary(op, a.view, b.view, out);
          expectOutput(scratch, out, pairwise(a, b, shape, meaning(op, dtype)), `${a.label} and ${b.label}`);
        });
      });

      suite.it(`binary ${op} ${dtype} in place`, (scratch) => {
        const [drawA, drawB] = drawsFor(op, dtype, scratch);
        for (const shape of SHAPES) {
          const a = scratch.input(dtype, shape, "contiguous", drawA);
          const b = scratch.input(dtype, shape, "transposed", drawB);
          const expected = pairwise(a, b, shape, meaning(op, dtype));
          backend.binary(op, a.view, b.view, a.view);
          expectClose(scratch.values(a.view), expected, dtype, `${a.label} into the first`);
          const c = scratch.input(dtype, shape, "offset", drawA);
          const d = scratch.input(dtype, shape, "offset", drawB);
          const swapped = pairwise(c, d, shape, meaning(op, dtype));
          backend.binary(op, c.view, d.view, d.view);
          expectClose(scratch.values(d.view), swapped, dtype, `${d.label} into the second`);
        }
      });

      suite.it(`binaryScalar ${op} ${dtype}`, (scratch) => {
        const [drawA, drawB] = drawsFor(op, dtype, scratch);
        const f = meaning(op, dtype);
        for (const shape of SHAPES) {
          for (const kind of KINDS) {
            for (const reversed of [false, true]) {
              const x = scratch.input(dtype, shape, kind, reversed ? drawB : drawA);
              // Rounded like a tensor's element.
              const value = scratch.given(dtype, [], [(reversed ? drawA : drawB)()]).values[0] as number;
              const expected = x.values.map((v) => (reversed ? f(value, v) : f(v, value)));
              const out = scratch.output(dtype, shape);
              backend.binaryScalar(op, x.view, value, reversed, out);
              expectOutput(scratch, out, expected, `${x.label} with ${value}, reversed ${reversed}`);
              if (kind !== "contiguous") continue;
              backend.binaryScalar(op, x.view, value, reversed, x.view);
              expectClose(scratch.values(x.view), expected, dtype, `${x.label} in place`);
            }
          }
        }
      });

      if (WITHOUT_EDGES.includes(op)) continue;
      suite.it(`binary and binaryScalar ${op} ${dtype}: special values`, (scratch) => {
        const edges = dtype === "int32" ? INT_EDGES : EDGES;
        const n = edges.length;
        const f = meaning(op, dtype);
        const left = scratch.given(dtype, [n, 1], edges);
        const right = scratch.given(dtype, [n], edges);
        const out = scratch.output(dtype, [n, n]);
        backend.binary(op, left.view, right.view, out);
        const got = scratch.outputValues(out);
        left.values.forEach((a, i) => {
          right.values.forEach((b, j) => {
            if (op === "pow" && dtype === "int32" && Math.abs(b) > 100) return; // slow to compute with BigInt
            expectClose([got[i * n + j] as number], [f(a, b)], dtype, `${op}(${a}, ${b})`);
          });
        });
        for (const value of right.values) {
          if (op === "pow" && dtype === "int32" && Math.abs(value) > 100) continue;
          const scalarOut = scratch.output(dtype, [n]);
          backend.binaryScalar(op, right.view, value, false, scalarOut);
          const scalarGot = scratch.outputValues(scalarOut);
          right.values.forEach((a, i) => {
            expectClose([scalarGot[i] as number], [f(a, value)], dtype, `${op}(${a}, scalar ${value})`);
          });
        }
      });
    }
  }

  for (const dtype of suite.floats) {
    suite.it(`floorDivide and remainder ${dtype} agree where the quotient rounds to a whole number`, (scratch) => {
      const a = scratch.given(dtype, [4], [1, -1, 1, 6]);
      const b = scratch.given(dtype, [4], [0.1, 0.1, -0.1, 0.1]);
      const quotient = scratch.output(dtype, [4]);
      const rest = scratch.output(dtype, [4]);
      backend.binary("floorDivide", a.view, b.view, quotient);
      backend.binary("remainder", a.view, b.view, rest);
      // 0.1 is a little more than a tenth in both precisions, so ten of them are more than 1.
      expectOutput(scratch, quotient, [9, -10, -10, 59], "floorDivide");
      expectOutput(scratch, rest, pairwise(a, b, [4], BINARY_EXPECTED.remainder), "remainder");
    });
  }

  for (const op of COMPARE_OPS) {
    for (const dtype of backend.dtypes) {
      suite.it(`compare ${op} ${dtype}`, (scratch) => {
        const draw = comparable(dtype, scratch);
        forEachPair((shapeA, shapeB, kindA, kindB, shape) => {
          const a = scratch.input(dtype, shapeA, kindA, draw);
          const b = scratch.input(dtype, shapeB, kindB, draw);
          const out = scratch.output("bool", shape);
          backend.compare(op, a.view, b.view, out);
          expectOutput(scratch, out, pairwise(a, b, shape, COMPARE_EXPECTED[op]), `${a.label} and ${b.label}`);
        });
      });

      suite.it(`compareScalar ${op} ${dtype}`, (scratch) => {
        const draw = comparable(dtype, scratch);
        for (const shape of SHAPES) {
          for (const kind of KINDS) {
            const x = scratch.input(dtype, shape, kind, draw);
            const value = draw();
            const out = scratch.output("bool", shape);
            backend.compareScalar(op, x.view, value, out);
            expectOutput(
              scratch,
              out,
              x.values.map((v) => COMPARE_EXPECTED[op](v, value)),
              `${x.label} with ${value}`,
            );
          }
        }
      });
    }
  }

  for (const op of LOGICAL_OPS) {
    suite.it(`logical ${op} bool`, (scratch) => {
      const f = {
        and: (a: number, b: number) => a & b,
        or: (a: number, b: number) => a | b,
        xor: (a: number, b: number) => a ^ b,
      }[op];
      forEachPair((shapeA, shapeB, kindA, kindB, shape) => {
        const a = scratch.input("bool", shapeA, kindA);
        const b = scratch.input("bool", shapeB, kindB);
        const out = scratch.output("bool", shape);
        backend.logical(op, a.view, b.view, out);
        expectOutput(scratch, out, pairwise(a, b, shape, f), `${a.label} and ${b.label}`);
      });
    });
  }

  suite.it("logicalNot bool", (scratch) => {
    for (const shape of SHAPES) {
      for (const kind of KINDS) {
        const x = scratch.input("bool", shape, kind);
        const out = scratch.output("bool", shape);
        backend.logicalNot(x.view, out);
        expectOutput(
          scratch,
          out,
          x.values.map((v) => 1 - v),
          x.label,
        );
      }
    }
  });

  for (const dtype of backend.dtypes) {
    suite.it(`where ${dtype}`, (scratch) => {
      const draw = comparable(dtype, scratch);
      forEachPair((shapeA, shapeB, kindA, kindB, shape) => {
        for (const shapeC of [shape, shapeA, shapeB]) {
          const condition = scratch.input("bool", shapeC, kindB);
          const a = scratch.input(dtype, shapeA, kindA, draw);
          const b = scratch.input(dtype, shapeB, kindB, draw);
          const out = scratch.output(dtype, shape);
          backend.where(condition.view, a.view, b.view, out);
          const expected = coordinatesOf(shape).map((c) => {
            const chosen = condition.values[flatIndex(shapeC, c)] ? a : b;
            return chosen.values[flatIndex(chosen.view.shape, c)] as number;
          });
          expectOutput(scratch, out, expected, `${condition.label}, ${a.label}, ${b.label}`, { tolerance: 0 });
        }
      });
    });
  }
}

/** Every shape and kind of the first operand against several of the second, some of them broadcast. */
function forEachPair(
  visit: (a: readonly number[], b: readonly number[], kindA: Kind, kindB: Kind, out: readonly number[]) => void,
): void {
  let turn = 0;
  for (const shape of SHAPES) {
    const evensOne = shape.map((size, dim) => (dim % 2 === 0 ? 1 : size));
    const lastOne = shape.map((size, dim) => (dim === shape.length - 1 ? 1 : size));
    const variants = [
      [shape, shape],
      [shape, shape.slice(1)],
      [evensOne, shape],
      [shape, lastOne],
      [[], shape],
    ] as const;
    for (const kindA of KINDS) {
      turn++;
      const kindB = KINDS[(turn * 3) % KINDS.length] as Kind;
      const [a, b] = variants[turn % variants.length] as readonly [readonly number[], readonly number[]];
      visit(shape, shape, kindA, kindB, shape);
      visit(a, b, kindA, kindB, shape);
    }
  }
}

function pairwise(a: Sample, b: Sample, shape: readonly number[], f: (a: number, b: number) => number): number[] {
  return coordinatesOf(shape).map((c) =>
    f(a.values[flatIndex(a.view.shape, c)] as number, b.values[flatIndex(b.view.shape, c)] as number),
  );
}

/** Few distinct values, so that equality happens. */
function comparable(dtype: DType, scratch: Scratch): Draw {
  if (dtype === "bool") return () => scratch.whole(0, 1);
  if (dtype === "int32") return () => scratch.whole(-2, 2);
  const values = [-1, -0, 0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return () => values[scratch.whole(0, values.length - 1)] as number;
}

/** Operands where the operation is interesting and well conditioned. */
export function drawsFor(op: BinaryOp, dtype: DType, scratch: Scratch): [Draw, Draw] {
  const sign = (): number => (scratch.random() < 0.5 ? -1 : 1);
  const any = (): number => scratch.uniform(-4, 4);
  if (dtype === "int32") {
    const wide = (): number => scratch.whole(-2147483648, 2147483647);
    const divisor = (): number => sign() * scratch.whole(1, 9);
    if (op === "pow") return [() => scratch.whole(-6, 6), () => scratch.whole(-2, 20)];
    return op === "div" || op === "remainder" || op === "fmod" || op === "floorDivide" ? [wide, divisor] : [wide, wide];
  }
  switch (op) {
    case "div":
    case "remainder":
    case "fmod":
    case "floorDivide":
      return [() => scratch.uniform(-50, 50), () => sign() * scratch.uniform(0.5, 5)];
    case "pow":
      return [() => scratch.uniform(0.05, 6), () => scratch.uniform(-4, 4)];
    case "tanhGrad":
      return [any, () => scratch.uniform(-1, 1)];
    case "sigmoidGrad":
      return [any, () => scratch.random()];
    default:
      return [any, any];
  }
}
