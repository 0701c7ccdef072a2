import { gather, high, loadLanes, storeLanes, sumPair, widenSum } from "./lanes";
import { exp4 } from "./math-exp";
import { log64, logScalar } from "./math-f64";

// softmax along the middle dimension of contiguous [outer, n, inner]. Sums of exponentials are carried
// in float64. With inner = 1 vectors run along a row, else across four neighbouring rows.

/** Lane-wise greatest; NaN propagates. */
function rowMax(x: usize, n: i32): f32 {
  let best = f32x4.splat(-Infinity);
  let i = 0;
  for (; i + 4 <= n; i += 4) best = f32x4.max(best, v128.load(x + (<usize>i << 2)));
  for (; i < n; i++) best = f32x4.max(best, v128.load_splat<f32>(x + (<usize>i << 2)));
  best = f32x4.max(best, high(best));
  return max(f32x4.extract_lane(best, 0), f32x4.extract_lane(best, 1));
}

/** e^(x - shift); lanes from `k` on are 0. */
// @ts-ignore: decorator
@inline
function expPart(x: usize, shift: v128, k: i32): v128 {
  if (k == 4) return exp4(f32x4.sub(v128.load(x), shift));
  const e = exp4(f32x4.sub(loadLanes(x, k), shift));
  const keep = i32x4.lt_s(i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(
    i32x4.splat(0), 1, 1), 2, 2), 3, 3), i32x4.splat(k));
  return v128.and(e, keep);
}

/** The greatest element that is no NaN: one makes its whole row NaN anyway. */
function rowShift(x: usize, n: i32): f32 {
  let a = f32x4.splat(-Infinity);
  let b = a;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const at = x + (<usize>i << 2);
    a = f32x4.pmax(a, v128.load(at));
    b = f32x4.pmax(b, v128.load(at, 16));
  }
  for (; i < n; i++) a = f32x4.pmax(a, v128.load_splat<f32>(x + (<usize>i << 2)));
  a = f32x4.pmax(a, b);
  a = f32x4.pmax(a, high(a));
  return max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
}

function softmaxRow(x: usize, out: usize, n: i32, log: i32): void {
  const shift = f32x4.splat(rowShift(x, n));
  let total = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const k = min(n - i, 4);
    const e = expPart(x + (<usize>i << 2), shift, k);
    total = f64x2.add(total, widenSum(e));
    if (!log) storeLanes(out + (<usize>i << 2), e, k);
  }
  const sum = sumPair(total);
  const scale = f32x4.splat(<f32>(log ? logScalar(sum) : 1 / sum));
  for (let i = 0; i < n; i += 4) {
    const k = min(n - i, 4);
    const at = <usize>i << 2;
    const v = loadLanes((log ? x : out) + at, k);
    storeLanes(out + at, log ? f32x4.sub(f32x4.sub(v, shift), scale) : f32x4.mul(v, scale), k);
  }
}

/** `k` neighbouring rows whose elements stand `step` bytes apart. */
function softmaxColumns(x: usize, out: usize, n: i32, step: usize, k: i32, log: i32): void {
  const end = <usize>n * step;
  let shift = f32x4.splat(-Infinity);
  for (let at: usize = 0; at < end; at += step) shift = f32x4.max(shift, loadLanes(x + at, k));
  let low = f64x2.splat(0);
  let up = f64x2.splat(0);
  for (let at: usize = 0; at < end; at += step) {
    const e = exp4(f32x4.sub(loadLanes(x + at, k), shift));
    low = f64x2.add(low, f64x2.promote_low_f32x4(e));
    up = f64x2.add(up, f64x2.promote_low_f32x4(high(e)));
    if (!log) storeLanes(out + at, e, k);
  }
  const one = f64x2.splat(1);
  const a = f32x4.demote_f64x2_zero(log ? log64(low) : f64x2.div(one, low));
  const b = f32x4.demote_f64x2_zero(log ? log64(up) : f64x2.div(one, up));
  const scale = v128.shuffle<u64>(a, b, 0, 2);
  for (let at: usize = 0; at < end; at += step) {
    const v = loadLanes((log ? x : out) + at, k);
    storeLanes(out + at, log ? f32x4.sub(f32x4.sub(v, shift), scale) : f32x4.mul(v, scale), k);
  }
}

/** softmax, or its logarithm. A row of -∞ gives NaN, as in PyTorch. out may not be x. */
export function softmax(x: usize, out: usize, outer: i32, n: i32, inner: i32, log: i32): void {
  for (let o = 0; o < outer; o++) {
    const base = <usize>(o * n * inner) << 2;
    if (inner == 1) {
      softmaxRow(x + base, out + base, n, log);
      continue;
    }
    for (let i = 0; i < inner; i += 4) {
      const at = base + (<usize>i << 2);
      softmaxColumns(x + at, out + at, n, <usize>inner << 2, min(inner - i, 4), log);
    }
  }
}

/** out[r] = log Σ_c exp x[r·rowStride + c·colStride], float32; -∞ over nothing or only -∞. */
export function logSumExp(x: usize, out: usize, rows: i32, cols: i32, rowStride: i32, colStride: i32): void {
  const step = <isize>colStride << 2;
  for (let r = 0; r < rows; r++) {
    const from = x + (<isize>(r * rowStride) << 2);
    let top: f32 = -Infinity;
    if (colStride == 1) top = rowMax(from, cols);
    else for (let c = 0; c < cols; c++) top = max(top, load<f32>(from + <isize>c * step));
    const to = out + (<usize>r << 2);
    if (!(abs(top) < Infinity)) {
      store<f32>(to, top);
      continue;
    }
    const shift = f32x4.splat(top);
    let total = f64x2.splat(0);
    let c = 0;
    for (; c + 4 <= cols; c += 4) {
      const at = from + <isize>c * step;
      const v = colStride == 1 ? v128.load(at) : gather(at, step, 4);
      total = f64x2.add(total, widenSum(exp4(f32x4.sub(v, shift))));
    }
    let rest = sumPair(total);
    for (; c < cols; c++) {
      rest += <f64>f32x4.extract_lane(exp4(f32x4.sub(v128.load_splat<f32>(from + <isize>c * step), shift)), 0);
    }
    store<f32>(to, <f32>(<f64>top + logScalar(rest)));
  }
}
