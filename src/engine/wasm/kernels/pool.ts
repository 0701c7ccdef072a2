import { gather } from "./lanes";

// Pools over planes [H, W]. A kernel height of 0 asks for adaptive windows: output i of n reads
// floor(i·size/n) … ceil((i + 1)·size/n).

// @ts-ignore: decorator
@inline
function starts(i: i32, n: i32, size: i32, k: i32, stride: i32, pad: i32): i32 {
  return k == 0 ? <i32>(<i64>i * size / n) : i * stride - pad;
}

// @ts-ignore: decorator
@inline
function ends(i: i32, n: i32, size: i32, start: i32, k: i32, dilation: i32): i32 {
  return k == 0 ? <i32>((<i64>(i + 1) * size + n - 1) / n) : min(start + (k - 1) * dilation + 1, size);
}

/** The first position of a window that starts before the border and steps by `dilation`. */
// @ts-ignore: decorator
@inline
function inside(start: i32, dilation: i32): i32 {
  return start >= 0 ? start : start + (dilation - 1 - start) / dilation * dilation;
}

/** Lanes 0, step, 2·step and 3·step elements from p, without reading behind the last. */
// @ts-ignore: decorator
@inline
function every(p: usize, step: i32): v128 {
  if (step == 1) return v128.load(p);
  if (step == 2) return v128.shuffle<u32>(v128.load(p), v128.load(p, 12), 0, 2, 5, 7);
  return gather(p, <isize>step << 2, 4);
}

/** Four neighbouring windows at once, all of whose columns lie inside. Which is greater is not predictable. */
function maxOfFour(
  plane: usize, out: usize, index: usize, w: i32, top: i32, bottom: i32, left: i32, kw: i32, sw: i32, dh: i32, dw: i32,
): void {
  const lane = i32x4.mul(i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(
    i32x4.splat(0), 1, 1), 2, 2), 3, 3), i32x4.splat(sw));
  let best = f32x4.splat(-Infinity);
  let at = i32x4.add(i32x4.splat(inside(top, dh) * w + left), lane);
  for (let y = inside(top, dh); y < bottom; y += dh) {
    for (let j = 0; j < kw; j++) {
      const here = y * w + left + j * dw;
      const v = every(plane + (<usize>here << 2), sw);
      const wins = v128.or(f32x4.gt(v, best), f32x4.ne(v, v));
      best = v128.bitselect(v, best, wins);
      at = v128.bitselect(i32x4.add(i32x4.splat(here), lane), at, wins);
    }
  }
  v128.store(out, best);
  v128.store(index, at);
}

function maxOfOne(
  plane: usize, out: usize, index: usize, w: i32, top: i32, bottom: i32, left: i32, right: i32, dh: i32, dw: i32,
): void {
  const first = inside(left, dw);
  let best: f32 = -Infinity;
  let at = -1;
  for (let y = inside(top, dh); y < bottom; y += dh) {
    for (let c = first; c < right; c += dw) {
      const here = y * w + c;
      const value = load<f32>(plane + (<usize>here << 2));
      const wins = i32(at < 0) | i32(value > best) | i32(value != value);
      best = select(value, best, wins);
      at = select(here, at, wins);
    }
  }
  store<f32>(out, best);
  store<i32>(index, at);
}

/** Greatest element of each window and its position y·w + x in the plane; the first of equals, but NaN wins. */
export function maxPool2d(
  x: usize, out: usize, index: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  // Windows from `first` to `last` (excluded) see no column beyond the border.
  const room = w - (kw - 1) * dw - 1 + pw;
  const first = (pw + sw - 1) / sw;
  const last = kh == 0 || room < 0 ? 0 : min(room / sw + 1, ow);
  let plane = x;
  let to: usize = 0;
  for (let p = 0; p < planes; p++) {
    for (let r = 0; r < oh; r++) {
      const top = starts(r, oh, h, kh, sh, ph);
      const bottom = ends(r, oh, h, top, kh, dh);
      const seen = inside(top, dh) < bottom;
      let q = 0;
      while (q < ow) {
        if (seen && q >= first && q < last && first + 4 <= last) {
          q = min(q, last - 4); // the last four may overlap the ones before
          const at = to + (<usize>q << 2);
          maxOfFour(plane, out + at, index + at, w, top, bottom, starts(q, ow, w, kw, sw, pw), kw, sw, dh, dw);
          q += 4;
        } else {
          const at = to + (<usize>q << 2);
          const left = starts(q, ow, w, kw, sw, pw);
          maxOfOne(plane, out + at, index + at, w, top, bottom, left, ends(q, ow, w, left, kw, dw), dh, dw);
          q++;
        }
      }
      to += <usize>ow << 2;
    }
    plane += <usize>(h * w) << 2;
  }
}

/** Adds each gradient to the element that was greatest; `out` is filled with 0 first. */
export function maxPool2dGrad(grad: usize, index: usize, out: usize, planes: i32, size: i32, outputs: i32): void {
  memory.fill(out, 0, <usize>planes * <usize>size << 2);
  let from: usize = 0;
  let plane = out;
  for (let p = 0; p < planes; p++) {
    for (let i = 0; i < outputs; i++) {
      const at = load<i32>(index + from);
      if (at >= 0) {
        const to = plane + (<usize>at << 2);
        store<f32>(to, load<f32>(to) + load<f32>(grad + from));
      }
      from += 4;
    }
    plane += <usize>size << 2;
  }
}

/** What the window from (top, left) is divided by; `over` is the divisor, 0 (inside) or -1 (padded). */
// @ts-ignore: decorator
@inline
function divisor(
  over: f64, top: i32, left: i32, y0: i32, y1: i32, x0: i32, x1: i32,
  h: i32, w: i32, kh: i32, kw: i32, ph: i32, pw: i32,
): f64 {
  if (over > 0) return over;
  if (over == 0 || kh == 0) return <f64>((y1 - y0) * (x1 - x0));
  return <f64>((min(top + kh, h + ph) - top) * (min(left + kw, w + pw) - left));
}

/** Mean of each window. */
export function avgPool2d(
  x: usize, out: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, over: f64,
): void {
  let plane = x;
  let to = out;
  for (let p = 0; p < planes; p++) {
    for (let r = 0; r < oh; r++) {
      const top = starts(r, oh, h, kh, sh, ph);
      const y0 = max(top, 0), y1 = ends(r, oh, h, top, kh, 1);
      for (let q = 0; q < ow; q++) {
        const left = starts(q, ow, w, kw, sw, pw);
        const x0 = max(left, 0), x1 = ends(q, ow, w, left, kw, 1);
        let total: f64 = 0;
        for (let y = y0; y < y1; y++) {
          const line = plane + (<usize>(y * w) << 2);
          for (let c = x0; c < x1; c++) total += <f64>load<f32>(line + (<usize>c << 2));
        }
        store<f32>(to, <f32>(total / divisor(over, top, left, y0, y1, x0, x1, h, w, kh, kw, ph, pw)));
        to += 4;
      }
    }
    plane += <usize>(h * w) << 2;
  }
}

/** The gradient by the input of `avgPool2d`. */
export function avgPool2dGrad(
  grad: usize, out: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, over: f64,
): void {
  memory.fill(out, 0, <usize>planes * <usize>h * <usize>w << 2);
  let plane = out;
  let from = grad;
  for (let p = 0; p < planes; p++) {
    for (let r = 0; r < oh; r++) {
      const top = starts(r, oh, h, kh, sh, ph);
      const y0 = max(top, 0), y1 = ends(r, oh, h, top, kh, 1);
      for (let q = 0; q < ow; q++) {
        const left = starts(q, ow, w, kw, sw, pw);
        const x0 = max(left, 0), x1 = ends(q, ow, w, left, kw, 1);
        const g = <f32>(<f64>load<f32>(from) / divisor(over, top, left, y0, y1, x0, x1, h, w, kh, kw, ph, pw));
        for (let y = y0; y < y1; y++) {
          const line = plane + (<usize>(y * w) << 2);
          for (let c = x0; c < x1; c++) {
            const to = line + (<usize>c << 2);
            store<f32>(to, load<f32>(to) + g);
          }
        }
        from += 4;
      }
    }
    plane += <usize>(h * w) << 2;
  }
}
