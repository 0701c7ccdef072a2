import { loadLanes, storeLanes, sumPair, widenSum } from "./lanes";
import * as op from "./opcodes";
import * as tag from "./tags";

/** ±1 by the sign of d, 0 at 0 and NaN. */
// @ts-ignore: decorator
@inline
function sign(d: v128): v128 {
  const zero = f32x4.splat(0);
  return v128.or(
    v128.and(f32x4.splat(1), f32x4.gt(d, zero)),
    v128.and(f32x4.splat(-1), f32x4.lt(d, zero)),
  );
}

/** Loss of a difference d = prediction - target. */
// @ts-ignore: decorator
@inline
function value<Kind>(d: v128, param: v128): v128 {
  if (idof<Kind>() == idof<tag.Mse>()) return f32x4.mul(d, d);
  const a = f32x4.abs(d);
  if (idof<Kind>() == idof<tag.L1>()) return a;
  const half = f32x4.mul(f32x4.splat(0.5), param);
  const quadratic = f32x4.mul(f32x4.mul(f32x4.splat(0.5), a), a);
  if (idof<Kind>() == idof<tag.Huber>()) {
    return v128.bitselect(quadratic, f32x4.mul(param, f32x4.sub(a, half)), f32x4.le(a, param));
  }
  return v128.bitselect(f32x4.div(quadratic, param), f32x4.sub(a, half), f32x4.lt(a, param));
}

/** Its derivative by d. */
// @ts-ignore: decorator
@inline
function slope<Kind>(d: v128, param: v128): v128 {
  if (idof<Kind>() == idof<tag.Mse>()) return f32x4.add(d, d);
  if (idof<Kind>() == idof<tag.L1>()) return sign(d);
  const a = f32x4.abs(d);
  const steep = sign(d);
  if (idof<Kind>() == idof<tag.Huber>()) {
    return v128.bitselect(f32x4.mul(param, steep), d, f32x4.gt(a, param)); // NaN stays
  }
  return v128.bitselect(steep, f32x4.div(d, param), f32x4.ge(a, param));
}

function run<Kind>(pred: usize, target: usize, grad: usize, n: i32, param: f32, scale: f32): f64 {
  const p = f32x4.splat(param);
  const s = f32x4.splat(scale);
  let total = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const at = <usize>i << 2;
    const k = min(n - i, 4);
    const a = loadLanes(pred + at, k);
    const d = f32x4.sub(a, loadLanes(target + at, k));
    const loss = value<Kind>(d, p); // the padding's d is 0: no loss (0 / 0 is excluded by `lt`)
    total = f64x2.add(total, widenSum(loss));
    if (grad) storeLanes(grad + at, f32x4.mul(s, slope<Kind>(d, p)), k);
  }
  return <f64>scale * sumPair(total);
}

/**
 * scale · Σ loss(pred, target) over contiguous float32; with grad (0 = none) also
 * grad[i] = scale · dloss / dpred. `kind` is a position in POINTWISE_LOSSES; param is huber's delta or
 * smoothL1's beta (0 = l1).
 */
export function pointwiseLoss(
  kind: i32, pred: usize, target: usize, grad: usize, n: i32, param: f32, scale: f32,
): f64 {
  if (kind == op.MSE) return run<tag.Mse>(pred, target, grad, n, param, scale);
  if (kind == op.L1 || (kind == op.SMOOTH_L1 && param == 0)) {
    return run<tag.L1>(pred, target, grad, n, param, scale);
  }
  if (kind == op.HUBER) return run<tag.Huber>(pred, target, grad, n, param, scale);
  return run<tag.SmoothL1>(pred, target, grad, n, param, scale);
}
