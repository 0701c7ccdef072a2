import { DtypeError } from "../../util/index.ts";
import type { DType } from "../dtype.ts";
import type { BinaryOp, CompareOp, LogicalOp, TestOp, UnaryOp } from "../opcodes.ts";
import type { View } from "../storage.ts";
import { BINARY, COMPARE, INT_BINARY, INT_UNARY, LOGICAL, TEST, UNARY } from "./functions.ts";
import { load, loadAs, store } from "./strided.ts";

const INT_MIN = -2147483648;
const INT_MAX = 2147483647;

export function fill(out: View, value: number): void {
  store(out, new Float64Array(out.length).fill(convert(value, out.dtype)));
}

export function copy(input: View, out: View): void {
  store(
    out,
    load(input).map((x) => convert(x, out.dtype)),
  );
}

export function unary(op: UnaryOp, input: View, out: View): void {
  store(out, load(input).map(pick(op, input.dtype, UNARY, INT_UNARY)));
}

export function binary(op: BinaryOp, a: View, b: View, out: View): void {
  const f = pick(op, a.dtype, BINARY, INT_BINARY);
  const right = loadAs(b, out.shape);
  store(
    out,
    loadAs(a, out.shape).map((x, i) => f(x, right[i] as number)),
  );
}

export function binaryScalar(op: BinaryOp, a: View, value: number, reversed: boolean, out: View): void {
  const f = pick(op, a.dtype, BINARY, INT_BINARY);
  const scalar = convert(value, a.dtype);
  store(
    out,
    loadAs(a, out.shape).map((x) => (reversed ? f(scalar, x) : f(x, scalar))),
  );
}

export function compare(op: CompareOp, a: View, b: View, out: View): void {
  const right = loadAs(b, out.shape);
  store(
    out,
    loadAs(a, out.shape).map((x, i) => Number(COMPARE[op](x, right[i] as number))),
  );
}

export function compareScalar(op: CompareOp, a: View, value: number, out: View): void {
  // A whole-number tensor is compared with the number itself: 1 < 1.5 holds.
  const scalar = a.dtype === "float32" ? Math.fround(value) : value;
  store(
    out,
    loadAs(a, out.shape).map((x) => Number(COMPARE[op](x, scalar))),
  );
}

export function logical(op: LogicalOp, a: View, b: View, out: View): void {
  const right = loadAs(b, out.shape);
  store(
    out,
    loadAs(a, out.shape).map((x, i) => Number(LOGICAL[op](x !== 0, right[i] !== 0))),
  );
}

export function logicalNot(input: View, out: View): void {
  store(
    out,
    load(input).map((x) => Number(x === 0)),
  );
}

export function test(op: TestOp, input: View, out: View): void {
  store(
    out,
    load(input).map((x) => Number(TEST[op](x))),
  );
}

export function where(condition: View, a: View, b: View, out: View): void {
  const yes = loadAs(a, out.shape);
  const no = loadAs(b, out.shape);
  store(
    out,
    loadAs(condition, out.shape).map((c, i) => (c !== 0 ? (yes[i] as number) : (no[i] as number))),
  );
}

export function clamp(input: View, min: number, max: number, out: View): void {
  const low = convert(min, input.dtype);
  const high = convert(max, input.dtype);
  store(
    out,
    load(input).map((x) => Math.min(Math.max(x, low), high)),
  ); // both keep NaN
}

/** A number as an element of `dtype`: a scalar operand is rounded like a tensor's elements. */
function convert(value: number, dtype: DType): number {
  if (dtype === "float32") return Math.fround(value);
  if (dtype === "float64") return value;
  if (dtype === "bool") return Number(value !== 0);
  if (Number.isNaN(value)) return 0;
  return Math.min(Math.max(Math.trunc(value), INT_MIN), INT_MAX);
}

/** The function for floats, or the one for int32. @throws {DtypeError} where there is none. */
function pick<Op extends string, F>(op: Op, dtype: DType, floats: Record<Op, F>, ints: Partial<Record<Op, F>>): F {
  const f = dtype === "int32" ? ints[op] : dtype === "bool" ? undefined : floats[op];
  if (f === undefined) {
    throw new DtypeError(op, `the operand is ${dtype}`, "expected a dtype it is defined for", "Convert it to float32.");
  }
  return f;
}
