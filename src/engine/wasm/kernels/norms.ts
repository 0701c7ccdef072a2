import { high, sumPair } from "./lanes";
import { exp64, log64, pair } from "./math-f64";

/** Position of the first NaN or infinity of n contiguous float32, or -1. */
export function firstNonfinite(x: usize, n: i32): i32 {
  const exponent = i32x4.splat(0x7f800000);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const a = v128.and(v128.load(x + (<usize>i << 2)), exponent);
    const b = v128.and(v128.load(x + (<usize>i << 2), 16), exponent);
    if (v128.any_true(v128.or(i32x4.eq(a, exponent), i32x4.eq(b, exponent)))) break;
  }
  for (; i < n; i++) {
    if ((load<u32>(x + (<usize>i << 2)) & 0x7f800000) == 0x7f800000) return i;
  }
  return -1;
}

/** Σx² in float64. */
export function sumSquaresF64(x: usize, n: i32): f64 {
  let a = pair(0);
  let b = pair(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(x + (<usize>i << 2));
    const low = f64x2.promote_low_f32x4(v);
    const up = f64x2.promote_low_f32x4(high(v));
    a = f64x2.add(a, f64x2.mul(low, low));
    b = f64x2.add(b, f64x2.mul(up, up));
  }
  let total = sumPair(f64x2.add(a, b));
  for (; i < n; i++) {
    const v = <f64>load<f32>(x + (<usize>i << 2));
    total += v * v;
  }
  return total;
}

/** Σ|x|^p in float64, p ≥ 0 (0 counts what is not 0). */
export function sumAbsPowF64(x: usize, n: i32, p: f64): f64 {
  let total: f64 = 0;
  for (let i = 0; i < n; i++) {
    const a = Math.abs(<f64>load<f32>(x + (<usize>i << 2)));
    if (p == 1) total += a;
    else if (p == 0) total += a != 0 ? 1 : 0;
    else if (a == Infinity) total = Infinity;
    else if (a != 0) total += f64x2.extract_lane(exp64(f64x2.mul(pair(p), log64(pair(a)))), 0);
  }
  return total;
}

/** max |x|; NaN when there is one, 0 over nothing. */
export function maxAbs(x: usize, n: i32): f32 {
  let a = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) a = f32x4.max(a, f32x4.abs(v128.load(x + (<usize>i << 2))));
  for (; i < n; i++) a = f32x4.max(a, f32x4.abs(v128.load_splat<f32>(x + (<usize>i << 2))));
  a = f32x4.max(a, high(a));
  return max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
}

/** x *= factor. */
export function scaleInPlace(x: usize, n: i32, factor: f32): void {
  const f = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = x + (<usize>i << 2);
    v128.store(at, f32x4.mul(v128.load(at), f));
  }
  for (; i < n; i++) {
    const at = x + (<usize>i << 2);
    store<f32>(at, load<f32>(at) * factor);
  }
}
