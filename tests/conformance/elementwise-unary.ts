import { TEST_OPS, UNARY_OPS, type UnaryOp } from "../../src/engine/opcodes.ts";
import { expectClose, expectOutput, toleranceFor } from "./check.ts";
import { INT_UNARY_EXPECTED, PRECISE_NEAR_ZERO, SIGNED_ZERO, UNARY_EXPECTED } from "./scalars.ts";
import type { Draw, Scratch } from "./scratch.ts";
import type { Suite } from "./suite.ts";
import { KINDS, SHAPES } from "./views.ts";

/** Every special value, and sizes from subnormal to the edge of float32. */
export const EDGES: readonly number[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  -1.5,
  2.5,
  -2.5,
  3.5,
  20,
  20.5,
  -20,
  88,
  -88,
  89,
  -89,
  104,
  -104,
  710,
  -710,
  1e4,
  -1e4,
  8388607.5,
  16777216,
  1e-10,
  -1e-10,
  1.2e-38,
  1e-40,
  -1e-40,
  3.4e38,
  -3.4e38,
  1e30,
];
const TRIGONOMETRIC: readonly UnaryOp[] = ["sin", "cos", "tan"];
const INT_EDGES: readonly number[] = [0, 1, -1, 7, -7, 46341, 65536, 2147483647, -2147483648, -2147483647];

export function unaryTests(suite: Suite): void {
  const { backend } = suite;
  for (const op of UNARY_OPS) {
    for (const dtype of suite.floats) {
      suite.it(`unary ${op} ${dtype}`, (scratch) => {
        for (const shape of SHAPES) {
          for (const kind of KINDS) {
            const x = scratch.input(dtype, shape, kind, drawFor(op, scratch));
            const out = scratch.output(dtype, shape);
            backend.unary(op, x.view, out);
            expectOutput(scratch, out, x.values.map(UNARY_EXPECTED[op]), x.label);
          }
        }
      });

      suite.it(`unary ${op} ${dtype}: special values`, (scratch) => {
        // Reducing an argument of 1e30 by 2π is a matter of its own.
        const values = TRIGONOMETRIC.includes(op) ? EDGES.filter((x) => !(Math.abs(x) > 1e4 && x * 0 === 0)) : EDGES;
        const x = scratch.given(dtype, [values.length], values);
        const out = scratch.output(dtype, [values.length]);
        backend.unary(op, x.view, out);
        const got = scratch.outputValues(out);
        for (let i = 0; i < values.length; i++) {
          expectClose([got[i] as number], [UNARY_EXPECTED[op](x.values[i] as number)], dtype, `${op}(${x.values[i]})`, {
            signedZero: SIGNED_ZERO.includes(op),
          });
        }
      });
    }
  }

  for (const op of PRECISE_NEAR_ZERO) {
    for (const dtype of suite.floats) {
      suite.it(`unary ${op} ${dtype}: relative precision near zero`, (scratch) => {
        const x = scratch.input(
          dtype,
          [67],
          "contiguous",
          () => scratch.uniform(-1, 1) * 10 ** scratch.uniform(-20, -1),
        );
        const out = scratch.output(dtype, [67]);
        backend.unary(op, x.view, out);
        expectOutput(scratch, out, x.values.map(UNARY_EXPECTED[op]), x.label, { floor: 0 });
      });
    }
  }

  for (const op of Object.keys(INT_UNARY_EXPECTED) as UnaryOp[]) {
    suite.it(`unary ${op} int32`, (scratch) => {
      const expected = INT_UNARY_EXPECTED[op] as (x: number) => number;
      const edges = scratch.given("int32", [INT_EDGES.length], INT_EDGES);
      const samples = SHAPES.flatMap((shape) => KINDS.map((kind) => scratch.input("int32", shape, kind)));
      for (const x of [edges, ...samples]) {
        const out = scratch.output("int32", x.view.shape);
        backend.unary(op, x.view, out);
        expectOutput(scratch, out, x.values.map(expected), x.label);
      }
    });
  }

  for (const dtype of [...suite.floats, "int32"] as const) {
    suite.it(`unary in place ${dtype}`, (scratch) => {
      for (const shape of SHAPES) {
        const x = scratch.input(dtype, shape, "offset");
        backend.unary("neg", x.view, x.view);
        expectClose(
          scratch.values(x.view),
          x.values.map((v) => -v),
          dtype,
          x.label,
        );
      }
    });
  }

  for (const dtype of suite.floats) {
    for (const op of TEST_OPS) {
      suite.it(`test ${op} ${dtype}`, (scratch) => {
        const expected = {
          isnan: (x: number) => Number(Number.isNaN(x)),
          isinf: (x: number) => Number(x === Number.POSITIVE_INFINITY || x === Number.NEGATIVE_INFINITY),
          isfinite: (x: number) => Number(Number.isFinite(x)),
        }[op];
        for (const shape of SHAPES) {
          for (const kind of KINDS) {
            const x = scratch.input(dtype, shape, kind, () => EDGES[scratch.whole(0, EDGES.length - 1)] as number);
            const out = scratch.output("bool", shape);
            backend.test(op, x.view, out);
            expectOutput(scratch, out, x.values.map(expected), x.label);
          }
        }
      });
    }
  }

  for (const dtype of [...suite.floats, "int32"] as const) {
    suite.it(`clamp ${dtype}`, (scratch) => {
      const bounds = [
        [-1, 2],
        [0, Number.POSITIVE_INFINITY],
        [Number.NEGATIVE_INFINITY, 1],
        [2, -1],
      ] as const;
      for (const shape of SHAPES) {
        for (const [i, kind] of KINDS.entries()) {
          const [min, max] = bounds[i % bounds.length] as readonly [number, number];
          const x = scratch.input(dtype, shape, kind);
          const expected = x.values.map((v) => clamped(v, min, max));
          const out = scratch.output(dtype, shape);
          backend.clamp(x.view, min, max, out);
          expectOutput(scratch, out, expected, `${x.label} ${min} ${max}`);
          if (kind !== "contiguous") continue;
          backend.clamp(x.view, min, max, x.view);
          expectClose(scratch.values(x.view), expected, dtype, `${x.label} in place`);
        }
      }
    });
  }

  for (const dtype of suite.floats) {
    suite.it(`clamp ${dtype}: special values`, (scratch) => {
      const x = scratch.given(dtype, [EDGES.length], EDGES);
      for (const [min, max] of [
        [-0.1, 0.1],
        [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
        [2, 1],
      ] as const) {
        const out = scratch.output(dtype, [EDGES.length]);
        backend.clamp(x.view, min, max, out);
        expectOutput(
          scratch,
          out,
          x.values.map((v) => clamped(v, min, max)),
          `clamp ${min} ${max}`,
          {
            tolerance: toleranceFor(dtype),
          },
        );
      }
    });
  }
}

function clamped(x: number, min: number, max: number): number {
  if (Number.isNaN(x)) return x;
  return Math.min(Math.max(x, min), max); // max wins where min is larger
}

/** Values where the operation is interesting. */
export function drawFor(op: UnaryOp, scratch: Scratch): Draw {
  switch (op) {
    case "log":
    case "log2":
    case "log10":
    case "log1p":
    case "sqrt":
    case "rsqrt":
    case "reciprocal":
      return () => (scratch.random() < 0.1 ? -1 : 1) * 10 ** scratch.uniform(-8, 8);
    case "exp":
    case "expm1":
    case "sinh":
    case "cosh":
    case "softplus":
    case "sigmoid":
    case "tanh":
      return () => (scratch.random() < 0.2 ? scratch.uniform(-85, 85) : scratch.uniform(-5, 5));
    case "sin":
    case "cos":
    case "tan":
      return () => (scratch.random() < 0.1 ? scratch.uniform(-1e4, 1e4) : scratch.uniform(-10, 10));
    case "asin":
    case "acos":
      return () => scratch.uniform(-1.05, 1.05);
    case "floor":
    case "ceil":
    case "round":
    case "trunc":
      return () => (scratch.random() < 0.5 ? scratch.whole(-9, 9) / 2 : scratch.uniform(-1e6, 1e6));
    default:
      return () => scratch.uniform(-4, 4);
  }
}
