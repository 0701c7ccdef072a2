import { loadLanes, storeLanes } from "./lanes";

// Winograd's F(2×2, 3×3): the results' side. A tile of 2×2 results is y = Aᵀ·m·A, where m[ξ] are the 16 sums of
// products; Aᵀ's rows: m0 + m1 + m2, m1 − m2 − m3.

// @ts-ignore: decorator
@inline
function upper(m0: v128, m1: v128, m2: v128): v128 {
  return f32x4.add(f32x4.add(m0, m1), m2);
}

// @ts-ignore: decorator
@inline
function lower(m1: v128, m2: v128, m3: v128): v128 {
  return f32x4.sub(f32x4.sub(m1, m2), m3);
}

/** Eight neighbours of a row, or the `k` that are left of it: z[0] and z[1] take turns. */
// @ts-ignore: decorator
@inline
function storeRow(to: usize, z0: v128, z1: v128, z2: v128, z3: v128, add: v128, k: i32): void {
  const even = f32x4.add(upper(z0, z1, z2), add), odd = f32x4.add(lower(z1, z2, z3), add);
  const low = v128.shuffle<u32>(even, odd, 0, 4, 1, 5);
  const high = v128.shuffle<u32>(even, odd, 2, 6, 3, 7);
  if (k >= 8) {
    v128.store(to, low);
    v128.store(to, high, 16);
    return;
  }
  storeLanes(to, low, min(k, 4));
  if (k > 4) storeLanes(to + 16, high, k - 4);
}

/**
 * Results [H, W], `step` bytes from image to image, from m[ξ][o][image · th · tw + tile], plus `bias[o]` (0: none), for
 * `th` rows of tiles from row `top` on.
 * `plane` is the distance between two ξ, `row` that between two filters, in bytes. Reads up to 12 bytes behind m.
 */
export function winogradResult(
  m: usize, plane: usize, row: usize, bias: usize, y: usize, step: usize, images: i32,
  filters: i32, h: i32, w: i32, top: i32, th: i32, tw: i32,
): void {
  for (let o = 0; o < filters; o++) {
    const add = f32x4.splat(bias ? load<f32>(bias + (<usize>o << 2)) : 0);
    for (let n = 0; n < images; n++) {
      let from = m + <usize>o * row + (<usize>(n * th * tw) << 2);
      let to = y + <usize>n * step + (<usize>(o * h + 2 * top) * <usize>w << 2);
      for (let i = top; i < top + th; i++) {
        const second = 2 * i + 1 < h;
        for (let t = 0; t < tw; t += 4) {
          const p = from + (<usize>t << 2);
          let z00: v128, z01: v128, z02: v128, z03: v128, z10: v128, z11: v128, z12: v128, z13: v128;
          {
            const a = v128.load(p), b = v128.load(p + 4 * plane), c = v128.load(p + 8 * plane);
            z00 = upper(a, b, c);
            z10 = lower(b, c, v128.load(p + 12 * plane));
          }
          {
            const q = p + plane;
            const a = v128.load(q), b = v128.load(q + 4 * plane), c = v128.load(q + 8 * plane);
            z01 = upper(a, b, c);
            z11 = lower(b, c, v128.load(q + 12 * plane));
          }
          {
            const q = p + 2 * plane;
            const a = v128.load(q), b = v128.load(q + 4 * plane), c = v128.load(q + 8 * plane);
            z02 = upper(a, b, c);
            z12 = lower(b, c, v128.load(q + 12 * plane));
          }
          {
            const q = p + 3 * plane;
            const a = v128.load(q), b = v128.load(q + 4 * plane), c = v128.load(q + 8 * plane);
            z03 = upper(a, b, c);
            z13 = lower(b, c, v128.load(q + 12 * plane));
          }
          const at = to + (<usize>t << 3);
          const k = w - 2 * t;
          storeRow(at, z00, z01, z02, z03, add, k);
          if (second) storeRow(at + (<usize>w << 2), z10, z11, z12, z13, add, k);
        }
        from += <usize>tw << 2;
        to += <usize>w << 3;
      }
    }
  }
}

let even: v128 = i32x4.splat(0);
let odd: v128 = i32x4.splat(0);

/** Every other of up to eight neighbours, into `even` and `odd`; what lies behind `k` is 0. */
// @ts-ignore: decorator
@inline
function loadRow(p: usize, k: i32): void {
  let a: v128, b: v128;
  if (k >= 8) {
    a = v128.load(p);
    b = v128.load(p, 16);
  } else {
    a = loadLanes(p, min(k, 4));
    b = k > 4 ? loadLanes(p + 16, k - 4) : i32x4.splat(0);
  }
  even = v128.shuffle<u32>(a, b, 0, 2, 4, 6);
  odd = v128.shuffle<u32>(a, b, 1, 3, 5, 7);
}

/** One row of m: A·(y0, y1). */
// @ts-ignore: decorator
@inline
function spread(to: usize, plane: usize, y0: v128, y1: v128, k: i32): void {
  storeLanes(to, y0, k);
  storeLanes(to + plane, f32x4.add(y0, y1), k);
  storeLanes(to + 2 * plane, f32x4.sub(y0, y1), k);
  storeLanes(to + 3 * plane, f32x4.neg(y1), k);
}

/** The transpose of `winogradResult`: m̂ = A·g·Aᵀ of gradients g; results beyond the border count as 0. */
export function winogradResultGrad(
  g: usize, step: usize, images: i32, filters: i32, h: i32, w: i32, top: i32, th: i32, tw: i32,
  m: usize, plane: usize, row: usize,
): void {
  const zero = f32x4.splat(0);
  for (let o = 0; o < filters; o++) {
    for (let n = 0; n < images; n++) {
      let to = m + <usize>o * row + (<usize>(n * th * tw) << 2);
      let from = g + <usize>n * step + (<usize>(o * h + 2 * top) * <usize>w << 2);
      for (let i = top; i < top + th; i++) {
        const second = 2 * i + 1 < h;
        for (let t = 0; t < tw; t += 4) {
          const at = from + (<usize>t << 3);
          const k = w - 2 * t;
          loadRow(at, k);
          const a0 = even, a1 = odd;
          even = zero;
          odd = zero;
          if (second) loadRow(at + (<usize>w << 2), k);
          const b0 = even, b1 = odd;
          const p = to + (<usize>t << 2);
          const lanes = min(tw - t, 4);
          spread(p, plane, a0, a1, lanes);
          spread(p + 4 * plane, plane, f32x4.add(a0, b0), f32x4.add(a1, b1), lanes);
          spread(p + 8 * plane, plane, f32x4.sub(a0, b0), f32x4.sub(a1, b1), lanes);
          spread(p + 12 * plane, plane, f32x4.neg(b0), f32x4.neg(b1), lanes);
        }
        from += <usize>w << 3;
        to += <usize>tw << 2;
      }
    }
  }
}
