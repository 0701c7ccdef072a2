import { BLOCK, copyWords, gatherBlock, splatA, splatC } from "./lanes";
import { acos4, asin4, atan4 } from "./math-arc";
import { erf4 } from "./math-erf";
import { cosh4, exp4, expm1x4, sigmoid4, sinh4, softplus4, tanh4 } from "./math-exp";
import { log10x4, log1p4, log2x4, log4 } from "./math-log";
import { cos4, sin4, tan4 } from "./math-trig";
import * as op from "./opcodes";
import * as tag from "./tags";
import { at4, nextRow, rank, rowA, size, startRows, stride } from "./rows";

/** -1, 0 or 1; 0 for NaN, as in PyTorch. */
// @ts-ignore: decorator
@inline
function sign4(x: v128): v128 {
  const one = f32x4.splat(1);
  const up = v128.and(one, f32x4.gt(x, f32x4.splat(0)));
  return v128.or(up, v128.and(f32x4.splat(-1), f32x4.lt(x, f32x4.splat(0))));
}

// @ts-ignore: decorator
@inline
function apply<Op>(x: v128): v128 {
  if (idof<Op>() == idof<tag.Neg>()) return f32x4.neg(x);
  if (idof<Op>() == idof<tag.Abs>()) return f32x4.abs(x);
  if (idof<Op>() == idof<tag.Sign>()) return sign4(x);
  if (idof<Op>() == idof<tag.Square>()) return f32x4.mul(x, x);
  if (idof<Op>() == idof<tag.Sqrt>()) return f32x4.sqrt(x);
  if (idof<Op>() == idof<tag.Rsqrt>()) return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  if (idof<Op>() == idof<tag.Reciprocal>()) return f32x4.div(f32x4.splat(1), x);
  if (idof<Op>() == idof<tag.Exp>()) return exp4(x);
  if (idof<Op>() == idof<tag.Expm1>()) return expm1x4(x);
  if (idof<Op>() == idof<tag.Log>()) return log4(x);
  if (idof<Op>() == idof<tag.Log1p>()) return log1p4(x);
  if (idof<Op>() == idof<tag.Log2>()) return log2x4(x);
  if (idof<Op>() == idof<tag.Log10>()) return log10x4(x);
  if (idof<Op>() == idof<tag.Sin>()) return sin4(x);
  if (idof<Op>() == idof<tag.Cos>()) return cos4(x);
  if (idof<Op>() == idof<tag.Tan>()) return tan4(x);
  if (idof<Op>() == idof<tag.Asin>()) return asin4(x);
  if (idof<Op>() == idof<tag.Acos>()) return acos4(x);
  if (idof<Op>() == idof<tag.Atan>()) return atan4(x);
  if (idof<Op>() == idof<tag.Sinh>()) return sinh4(x);
  if (idof<Op>() == idof<tag.Cosh>()) return cosh4(x);
  if (idof<Op>() == idof<tag.Tanh>()) return tanh4(x);
  if (idof<Op>() == idof<tag.Sigmoid>()) return sigmoid4(x);
  if (idof<Op>() == idof<tag.Relu>()) return v128.andnot(x, f32x4.lt(x, f32x4.splat(0)));
  if (idof<Op>() == idof<tag.Erf>()) return erf4(x);
  if (idof<Op>() == idof<tag.Floor>()) return f32x4.floor(x);
  if (idof<Op>() == idof<tag.Ceil>()) return f32x4.ceil(x);
  if (idof<Op>() == idof<tag.Round>()) return f32x4.nearest(x);
  if (idof<Op>() == idof<tag.Trunc>()) return f32x4.trunc(x);
  return softplus4(x);
}

function vectors<Op>(x: usize, out: usize, bytes: usize): void {
  let i: usize = 0;
  // two at a time: the engine rebuilds a polynomial's constants at each use
  for (; i + 32 <= bytes; i += 32) {
    const first = apply<Op>(v128.load(x + i));
    const second = apply<Op>(v128.load(x + i, 16));
    v128.store(out + i, first);
    v128.store(out + i, second, 16);
  }
  if (i < bytes) v128.store(out + i, apply<Op>(v128.load(x + i)));
}

/** Whole vectors from contiguous memory. */
function run(code: i32, x: usize, out: usize, bytes: usize): void {
  switch (code) {
    case op.NEG: vectors<tag.Neg>(x, out, bytes); break;
    case op.ABS: vectors<tag.Abs>(x, out, bytes); break;
    case op.SIGN: vectors<tag.Sign>(x, out, bytes); break;
    case op.SQUARE: vectors<tag.Square>(x, out, bytes); break;
    case op.SQRT: vectors<tag.Sqrt>(x, out, bytes); break;
    case op.RSQRT: vectors<tag.Rsqrt>(x, out, bytes); break;
    case op.RECIPROCAL: vectors<tag.Reciprocal>(x, out, bytes); break;
    case op.EXP: vectors<tag.Exp>(x, out, bytes); break;
    case op.EXPM1: vectors<tag.Expm1>(x, out, bytes); break;
    case op.LOG: vectors<tag.Log>(x, out, bytes); break;
    case op.LOG1P: vectors<tag.Log1p>(x, out, bytes); break;
    case op.LOG2: vectors<tag.Log2>(x, out, bytes); break;
    case op.LOG10: vectors<tag.Log10>(x, out, bytes); break;
    case op.SIN: vectors<tag.Sin>(x, out, bytes); break;
    case op.COS: vectors<tag.Cos>(x, out, bytes); break;
    case op.TAN: vectors<tag.Tan>(x, out, bytes); break;
    case op.ASIN: vectors<tag.Asin>(x, out, bytes); break;
    case op.ACOS: vectors<tag.Acos>(x, out, bytes); break;
    case op.ATAN: vectors<tag.Atan>(x, out, bytes); break;
    case op.SINH: vectors<tag.Sinh>(x, out, bytes); break;
    case op.COSH: vectors<tag.Cosh>(x, out, bytes); break;
    case op.TANH: vectors<tag.Tanh>(x, out, bytes); break;
    case op.SIGMOID: vectors<tag.Sigmoid>(x, out, bytes); break;
    case op.RELU: vectors<tag.Relu>(x, out, bytes); break;
    case op.ERF: vectors<tag.Erf>(x, out, bytes); break;
    case op.FLOOR: vectors<tag.Floor>(x, out, bytes); break;
    case op.CEIL: vectors<tag.Ceil>(x, out, bytes); break;
    case op.ROUND: vectors<tag.Round>(x, out, bytes); break;
    case op.TRUNC: vectors<tag.Trunc>(x, out, bytes); break;
    default: vectors<tag.Softplus>(x, out, bytes);
  }
}

/** out[i] = f(x[i·sx]) for i < n; float32. `code` is a position in UNARY_OPS. */
export function unary(code: i32, x: usize, sx: i32, out: usize, n: i32): void {
  let i = 0;
  if (sx == 1 && n >= 4) {
    i = n & ~3;
    run(code, x, out, <usize>i << 2);
  }
  const step = <isize>sx << 2;
  for (; i < n; i += BLOCK) {
    const k = min(n - i, BLOCK);
    const to = out + (<usize>i << 2);
    const bytes = gatherBlock(splatA(), x + <isize>i * step, step, k);
    if (k & 3) {
      run(code, splatA(), splatC(), bytes);
      copyWords(to, splatC(), k);
    } else run(code, splatA(), to, bytes);
  }
}

/** `unary` over an N-D loop. desc: [ndim, shape, strides of x]; out is contiguous. */
export function unaryStrided(code: i32, desc: usize, x: usize, out: usize): void {
  const n = size(desc, rank(desc) - 1);
  const sx = stride(desc, 0, rank(desc) - 1);
  const bytes = <usize>n << 2;
  let to = out;
  for (let rows = startRows(desc, 1); ; ) {
    unary(code, at4(x, rowA), sx, to, n);
    if (--rows == 0) return;
    to += bytes;
    nextRow(desc, 1, 1);
  }
}
