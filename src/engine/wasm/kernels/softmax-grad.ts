import { high, loadLanes, storeLanes, sumPair, widenSum } from "./lanes";
import { exp4 } from "./math-exp";

// With y the output of softmax: dx = y · (g - Σ g·y). With y its logarithm: dx = g - e^y · Σ g.

// @ts-ignore: decorator
@inline
function term(g: v128, y: v128, log: i32): v128 {
  return log ? g : f32x4.mul(g, y);
}

// @ts-ignore: decorator
@inline
function result(g: v128, y: v128, sum: v128, log: i32): v128 {
  if (log) return f32x4.sub(g, f32x4.mul(exp4(y), sum));
  return f32x4.mul(y, f32x4.sub(g, sum));
}

function gradRow(grad: usize, y: usize, out: usize, n: i32, log: i32): void {
  let total = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const at = <usize>i << 2;
    const k = min(n - i, 4);
    total = f64x2.add(total, widenSum(term(loadLanes(grad + at, k), loadLanes(y + at, k), log)));
  }
  const sum = f32x4.splat(<f32>sumPair(total));
  for (let i = 0; i < n; i += 4) {
    const at = <usize>i << 2;
    const k = min(n - i, 4);
    storeLanes(out + at, result(loadLanes(grad + at, k), loadLanes(y + at, k), sum, log), k);
  }
}

function gradColumns(grad: usize, y: usize, out: usize, n: i32, step: usize, k: i32, log: i32): void {
  const end = <usize>n * step;
  let low = f64x2.splat(0);
  let up = f64x2.splat(0);
  for (let at: usize = 0; at < end; at += step) {
    const t = term(loadLanes(grad + at, k), loadLanes(y + at, k), log);
    low = f64x2.add(low, f64x2.promote_low_f32x4(t));
    up = f64x2.add(up, f64x2.promote_low_f32x4(high(t)));
  }
  const sum = v128.shuffle<u64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(up), 0, 2);
  for (let at: usize = 0; at < end; at += step) {
    storeLanes(out + at, result(loadLanes(grad + at, k), loadLanes(y + at, k), sum, log), k);
  }
}

/** The gradient by softmax's input, contiguous [outer, n, inner]; out may be grad. */
export function softmaxGrad(grad: usize, y: usize, out: usize, outer: i32, n: i32, inner: i32, log: i32): void {
  for (let o = 0; o < outer; o++) {
    const base = <usize>(o * n * inner) << 2;
    if (inner == 1) {
      gradRow(grad + base, y + base, out + base, n, log);
      continue;
    }
    for (let i = 0; i < inner; i += 4) {
      const at = base + (<usize>i << 2);
      gradColumns(grad + at, y + at, out + at, n, <usize>inner << 2, min(inner - i, 4), log);
    }
  }
}
