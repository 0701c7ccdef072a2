import { BLOCK, copyWords, gatherBlock, splatA, splatB, splatC } from "./lanes";
import { atan2x4 } from "./math-arc";
import { floorDivideScalar, fmodScalar, pow4, remainderScalar } from "./math-pow";
import * as op from "./opcodes";
import * as tag from "./tags";
import { at4, nextRow, rank, rowA, rowB, size, startRows, stride } from "./rows";

// @ts-ignore: decorator
@inline
function divided<Op>(a: f32, b: f32): f32 {
  if (idof<Op>() == idof<tag.Remainder>()) return remainderScalar(a, b);
  if (idof<Op>() == idof<tag.Fmod>()) return fmodScalar(a, b);
  return floorDivideScalar(a, b);
}

/** The division family runs lane by lane: exact remainders need it and nobody trains on them. */
function dividedLanes<Op>(a: v128, b: v128): v128 {
  let y = f32x4.splat(divided<Op>(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
  y = f32x4.replace_lane(y, 1, divided<Op>(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
  y = f32x4.replace_lane(y, 2, divided<Op>(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
  return f32x4.replace_lane(y, 3, divided<Op>(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
}

// @ts-ignore: decorator
@inline
function apply<Op>(a: v128, b: v128): v128 {
  if (idof<Op>() == idof<tag.Add>()) return f32x4.add(a, b);
  if (idof<Op>() == idof<tag.Sub>()) return f32x4.sub(a, b);
  if (idof<Op>() == idof<tag.Mul>()) return f32x4.mul(a, b);
  if (idof<Op>() == idof<tag.Div>()) return f32x4.div(a, b);
  if (idof<Op>() == idof<tag.Pow>()) return pow4(a, b);
  if (idof<Op>() == idof<tag.Maximum>()) return f32x4.max(a, b);
  if (idof<Op>() == idof<tag.Minimum>()) return f32x4.min(a, b);
  if (idof<Op>() == idof<tag.Atan2>()) return atan2x4(a, b);
  if (idof<Op>() == idof<tag.ReluGrad>()) return v128.andnot(a, f32x4.le(b, f32x4.splat(0)));
  if (idof<Op>() == idof<tag.TanhGrad>()) return f32x4.mul(a, f32x4.sub(f32x4.splat(1), f32x4.mul(b, b)));
  if (idof<Op>() == idof<tag.SigmoidGrad>()) return f32x4.mul(f32x4.mul(a, f32x4.sub(f32x4.splat(1), b)), b);
  return dividedLanes<Op>(a, b);
}

function vectors<Op>(a: usize, stepA: usize, b: usize, stepB: usize, out: usize, bytes: usize): void {
  let pa = a;
  let pb = b;
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(out + i, apply<Op>(v128.load(pa), v128.load(pb)));
    pa += stepA;
    pb += stepB;
  }
}

/** Whole vectors; a step is 16 for contiguous memory, 0 for a splat operand. */
function run(code: i32, a: usize, stepA: usize, b: usize, stepB: usize, out: usize, bytes: usize): void {
  switch (code) {
    case op.ADD: vectors<tag.Add>(a, stepA, b, stepB, out, bytes); break;
    case op.SUB: vectors<tag.Sub>(a, stepA, b, stepB, out, bytes); break;
    case op.MUL: vectors<tag.Mul>(a, stepA, b, stepB, out, bytes); break;
    case op.DIV: vectors<tag.Div>(a, stepA, b, stepB, out, bytes); break;
    case op.POW: vectors<tag.Pow>(a, stepA, b, stepB, out, bytes); break;
    case op.MAXIMUM: vectors<tag.Maximum>(a, stepA, b, stepB, out, bytes); break;
    case op.MINIMUM: vectors<tag.Minimum>(a, stepA, b, stepB, out, bytes); break;
    case op.ATAN2: vectors<tag.Atan2>(a, stepA, b, stepB, out, bytes); break;
    case op.REMAINDER: vectors<tag.Remainder>(a, stepA, b, stepB, out, bytes); break;
    case op.FMOD: vectors<tag.Fmod>(a, stepA, b, stepB, out, bytes); break;
    case op.FLOOR_DIVIDE: vectors<tag.FloorDivide>(a, stepA, b, stepB, out, bytes); break;
    case op.RELU_GRAD: vectors<tag.ReluGrad>(a, stepA, b, stepB, out, bytes); break;
    case op.TANH_GRAD: vectors<tag.TanhGrad>(a, stepA, b, stepB, out, bytes); break;
    default: vectors<tag.SigmoidGrad>(a, stepA, b, stepB, out, bytes);
  }
}

/** out[i] = f(a[i·sa], b[i·sb]) for i < n; float32. `code` is a position in BINARY_OPS; out may be a or b. */
export function binary(code: i32, a: usize, sa: i32, b: usize, sb: i32, out: usize, n: i32): void {
  if (n <= 0) return;
  if (sa == 0) v128.store(splatA(), v128.load_splat<u32>(a));
  if (sb == 0) v128.store(splatB(), v128.load_splat<u32>(b));
  const stepA: usize = sa == 0 ? 0 : 16;
  const stepB: usize = sb == 0 ? 0 : 16;
  let i = 0;
  if (<u32>sa <= 1 && <u32>sb <= 1 && n >= 4) {
    i = n & ~3;
    run(code, sa == 0 ? splatA() : a, stepA, sb == 0 ? splatB() : b, stepB, out, <usize>i << 2);
  }
  for (; i < n; i += BLOCK) {
    const k = min(n - i, BLOCK);
    const to = out + (<usize>i << 2);
    const bytes = <usize>((k + 3) & ~3) << 2;
    if (sa != 0) gatherBlock(splatA(), at4(a, i * sa), <isize>sa << 2, k);
    if (sb != 0) gatherBlock(splatB(), at4(b, i * sb), <isize>sb << 2, k);
    if (k & 3) {
      run(code, splatA(), stepA, splatB(), stepB, splatC(), bytes);
      copyWords(to, splatC(), k);
    } else run(code, splatA(), stepA, splatB(), stepB, to, bytes);
  }
}

/** `binary` over an N-D loop. desc: [ndim, shape, strides of a, of b]; out is contiguous. */
export function binaryStrided(code: i32, desc: usize, a: usize, b: usize, out: usize): void {
  const last = rank(desc) - 1;
  const n = size(desc, last);
  const sa = stride(desc, 0, last);
  const sb = stride(desc, 1, last);
  let to = out;
  for (let rows = startRows(desc, 1); ; ) {
    binary(code, at4(a, rowA), sa, at4(b, rowB), sb, to, n);
    if (--rows == 0) return;
    to += <usize>n << 2;
    nextRow(desc, 1, 2);
  }
}
