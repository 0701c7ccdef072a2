import { storeLanes } from "./lanes";
import { WORK } from "./scratch";

// Winograd's F(2×2, 3×3): the image's side. A convolution with 3×3 weights and stride 1 is cut into tiles of 2×2
// results, each of which sees a patch of 4×4 pixels d. With d̂ = Bᵀ·d·B it is 16 products of numbers instead of 36:
// one for each of the 16 positions ξ, and over all channels and tiles 16 matrix products. Bᵀ's rows:
// d0 − d2, d1 + d2, d2 − d1, d1 − d3.
//
// Four neighbouring tiles go down the image together. Patches overlap by two rows, whose half of the transform is
// carried from one row of tiles to the next.

/** Lanes 0 … 3 where these pixels of a row, from `first` on, lie inside it. */
// @ts-ignore: decorator
@inline
function insideOf(first: i32, w: i32): v128 {
  const lane = i32x4(0, 1, 2, 3);
  return i32x4.lt_u(i32x4.add(i32x4.splat(first), lane), i32x4.splat(w));
}

// A row's half of the transform.
let r0: v128 = i32x4.splat(0);
let r1: v128 = i32x4.splat(0);
let r2: v128 = i32x4.splat(0);
let r3: v128 = i32x4.splat(0);

/** The half transform of ten pixels at p, of which those outside are 0, or of none, into r0 … r3. */
// @ts-ignore: decorator
@inline
function halfOf(p: usize, there: bool, m0: v128, m1: v128, m2: v128): void {
  if (there) {
    const a = v128.and(v128.load(p), m0), b = v128.and(v128.load(p, 16), m1), e = v128.and(v128.load(p, 32), m2);
    const d0 = v128.shuffle<u32>(a, b, 0, 2, 4, 6), d1 = v128.shuffle<u32>(a, b, 1, 3, 5, 7);
    const d2 = v128.shuffle<u32>(d0, e, 1, 2, 3, 4), d3 = v128.shuffle<u32>(d1, e, 1, 2, 3, 5);
    r0 = f32x4.sub(d0, d2);
    r1 = f32x4.add(d1, d2);
    r2 = f32x4.sub(d2, d1);
    r3 = f32x4.sub(d1, d3);
  } else {
    const zero = f32x4.splat(0);
    r0 = zero;
    r1 = zero;
    r2 = zero;
    r3 = zero;
  }
}

/** Four tiles of each row of tiles, from column t on. */
function downward(from: usize, h: i32, w: i32, ph: i32, first: i32, th: i32, tw: i32, to: usize, plane: usize): void {
  const m0 = insideOf(first, w), m1 = insideOf(first + 4, w), m2 = insideOf(first + 8, w);
  const line = <usize>w << 2, step = <usize>tw << 2;
  let y = -ph;
  let p = from + <usize>(<isize>(y * w + first) << 2);
  halfOf(p, <u32>y < <u32>h, m0, m1, m2);
  let a0 = r0, a1 = r1, a2 = r2, a3 = r3;
  y++;
  p += line;
  halfOf(p, <u32>y < <u32>h, m0, m1, m2);
  let b0 = r0, b1 = r1, b2 = r2, b3 = r3;
  for (let i = 0; i < th; i++) {
    y++;
    p += line;
    halfOf(p, <u32>y < <u32>h, m0, m1, m2);
    const c0 = r0, c1 = r1, c2 = r2, c3 = r3;
    let q = to;
    v128.store(q, f32x4.sub(a0, c0));
    v128.store(q + plane, f32x4.sub(a1, c1));
    v128.store(q + 2 * plane, f32x4.sub(a2, c2));
    v128.store(q + 3 * plane, f32x4.sub(a3, c3));
    q += 4 * plane;
    v128.store(q, f32x4.add(b0, c0));
    v128.store(q + plane, f32x4.add(b1, c1));
    v128.store(q + 2 * plane, f32x4.add(b2, c2));
    v128.store(q + 3 * plane, f32x4.add(b3, c3));
    q += 4 * plane;
    v128.store(q, f32x4.sub(c0, b0));
    v128.store(q + plane, f32x4.sub(c1, b1));
    v128.store(q + 2 * plane, f32x4.sub(c2, b2));
    v128.store(q + 3 * plane, f32x4.sub(c3, b3));
    q += 4 * plane;
    a0 = c0;
    a1 = c1;
    a2 = c2;
    a3 = c3;
    y++;
    p += line;
    halfOf(p, <u32>y < <u32>h, m0, m1, m2);
    v128.store(q, f32x4.sub(b0, r0));
    v128.store(q + plane, f32x4.sub(b1, r1));
    v128.store(q + 2 * plane, f32x4.sub(b2, r2));
    v128.store(q + 3 * plane, f32x4.sub(b3, r3));
    b0 = r0;
    b1 = r1;
    b2 = r2;
    b3 = r3;
    to += step;
  }
}

/**
 * d̂[ξ][c][image · th · tw + tile] of planes [H, W], `step` bytes from image to image, for `th` rows of tiles from row
 * `top` on. `plane` is the distance between two ξ, `row` that between two channels, in bytes; behind the last row 12
 * bytes are written.
 */
export function winogradImage(
  x: usize, step: usize, images: i32, channels: i32, h: i32, w: i32, ph: i32, pw: i32, top: i32, th: i32, tw: i32,
  out: usize, plane: usize, row: usize,
): void {
  // Rows of pixels that these tiles see.
  const begin = min(h, max(0, 2 * top - ph)), end = max(begin, min(h, 2 * (top + th) + 2 - ph));
  for (let c = 0; c < channels; c++) {
    for (let n = 0; n < images; n++) {
      let from = x + <usize>n * step + (<usize>(c * h * w) << 2);
      if (c == channels - 1 && n == images - 1) {
        // Up to 48 bytes behind a plane are read; behind the last one, there might be no memory.
        const skipped = <usize>(begin * w) << 2;
        memory.copy(WORK, from + skipped, <usize>((end - begin) * w) << 2);
        from = WORK - skipped;
      }
      const to = out + <usize>c * row + (<usize>(n * th * tw) << 2);
      for (let t = 0; t < tw; t += 4) {
        // The last four overlap those before; where there are fewer than four, what is written behind them comes later.
        const at = t + 4 > tw && tw > 4 ? tw - 4 : t;
        downward(from, h, w, ph - 2 * top, 2 * at - pw, th, tw, to + (<usize>at << 2), plane);
      }
    }
  }
}

// The transpose -------------------------------------------------------------------------------------------------

/** Floats of a row of pixels in scratch: two of padding behind the tiles', rounded up with room to read behind. */
// @ts-ignore: decorator
@inline
function wideOf(tw: i32): i32 {
  return ((2 * tw + 9) & ~7) + 8;
}

/** Planes that are worked on together: a vector read right after its parts were stored waits for them. */
// @ts-ignore: decorator
@inline
function groupOf(th: i32, tw: i32): i32 {
  return max(1, min(16, 512 / (th * tw)));
}

/** Bytes of the work area that one call needs, for th rows of tiles of images of h·w pixels. */
export function winogradScratch(th: i32, tw: i32, h: i32, w: i32): i32 {
  const upward = (groupOf(th, tw) * (2 * th + 2) * wideOf(tw) + (tw + 3) / 4 * 32) << 2;
  return max(upward, (min(h, 2 * th + 2) * w + 16) << 2);
}

/** Adds a row's pixels: its own four columns of each tile, and those that reach over from the tile before. */
// @ts-ignore: decorator
@inline
function storePixels(to: usize, q0: v128, q1: v128, q2: v128, q3: v128, before2: v128, before3: v128): void {
  const even = f32x4.add(q0, before2);
  const odd = f32x4.add(f32x4.add(f32x4.sub(q1, q2), q3), before3);
  v128.store(to, v128.shuffle<u32>(even, odd, 0, 4, 1, 5));
  v128.store(to, v128.shuffle<u32>(even, odd, 2, 6, 3, 7), 16);
}

let upper: v128 = i32x4.splat(0);
let lower: v128 = i32x4.splat(0);

/** One of the four columns: its two upper rows into `upper` and `lower`, the others to `kept`. */
// @ts-ignore: decorator
@inline
function columnsOf(v: usize, plane: usize, lanes: v128, kept: usize): void {
  const v0 = v128.and(v128.load(v), lanes), v1 = v128.and(v128.load(v + 4 * plane), lanes);
  const v2 = v128.and(v128.load(v + 8 * plane), lanes), v3 = v128.and(v128.load(v + 12 * plane), lanes);
  upper = v0;
  lower = f32x4.add(f32x4.sub(v1, v2), v3);
  v128.store(kept, f32x4.add(f32x4.sub(v1, v0), v2));
  v128.store(kept, f32x4.neg(v3), 64);
}

/** All pixels that the tiles of one image and channel see, rows of `wide` bytes. Two rows of each tile wait in `kept`. */
function upward(from: usize, plane: usize, th: i32, tw: i32, kept: usize, to: usize, wide: usize): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i <= th; i++) {
    // What reaches over into the next block: columns 2 and 3 of either row.
    let a2 = zero, a3 = zero, b2 = zero, b3 = zero;
    for (let t = 0; t < tw; t += 4) {
      const w = kept + (<usize>t << 5);
      const at = to + (<usize>t << 3);
      let p0: v128, p1: v128, p2: v128, p3: v128, u0: v128, u1: v128, u2: v128, u3: v128;
      if (i > 0) {
        p0 = v128.load(w);
        p1 = v128.load(w, 16);
        p2 = v128.load(w, 32);
        p3 = v128.load(w, 48);
        u0 = v128.load(w, 64);
        u1 = v128.load(w, 80);
        u2 = v128.load(w, 96);
        u3 = v128.load(w, 112);
      } else {
        p0 = zero;
        p1 = zero;
        p2 = zero;
        p3 = zero;
        u0 = zero;
        u1 = zero;
        u2 = zero;
        u3 = zero;
      }
      if (i < th) {
        const lanes = insideOf(t, tw);
        let v = from + (<usize>t << 2);
        columnsOf(v, plane, lanes, w);
        p0 = f32x4.add(p0, upper);
        u0 = f32x4.add(u0, lower);
        v += plane;
        columnsOf(v, plane, lanes, w + 16);
        p1 = f32x4.add(p1, upper);
        u1 = f32x4.add(u1, lower);
        v += plane;
        columnsOf(v, plane, lanes, w + 32);
        p2 = f32x4.add(p2, upper);
        u2 = f32x4.add(u2, lower);
        v += plane;
        columnsOf(v, plane, lanes, w + 48);
        p3 = f32x4.add(p3, upper);
        u3 = f32x4.add(u3, lower);
      }
      let c2 = f32x4.add(f32x4.sub(p1, p0), p2), c3 = f32x4.neg(p3);
      storePixels(at, p0, p1, p2, p3, v128.shuffle<u32>(a2, c2, 3, 4, 5, 6), v128.shuffle<u32>(a3, c3, 3, 4, 5, 6));
      a2 = c2;
      a3 = c3;
      c2 = f32x4.add(f32x4.sub(u1, u0), u2);
      c3 = f32x4.neg(u3);
      storePixels(
        at + wide, u0, u1, u2, u3, v128.shuffle<u32>(b2, c2, 3, 4, 5, 6), v128.shuffle<u32>(b3, c3, 3, 4, 5, 6),
      );
      b2 = c2;
      b3 = c3;
    }
    if (!(tw & 3)) {
      const behind = to + (<usize>tw << 3);
      v128.store(behind, v128.shuffle<u32>(a2, a3, 3, 7, 3, 7));
      v128.store(behind + wide, v128.shuffle<u32>(b2, b3, 3, 7, 3, 7));
    }
    from += <usize>tw << 2;
    to += 2 * wide;
  }
}

/**
 * The transpose of `winogradImage`: images from d̂, plus `bias[c]` (0: none) on every pixel. Of the pixels only rows
 * `begin` to `end` - 1 are written: the uppermost two that the tiles see lack what the row of tiles above gives to them.
 */
export function winogradImageGrad(
  from: usize, plane: usize, row: usize, bias: usize, x: usize, step: usize, images: i32,
  channels: i32, h: i32, w: i32, ph: i32, pw: i32, top: i32, th: i32, tw: i32, begin: i32, end: i32,
): void {
  const rows = 2 * th + 2;
  const group = groupOf(th, tw);
  const wide = <usize>wideOf(tw) << 2;
  const padded = WORK + (<usize>((tw + 3) & ~3) << 5);
  // Behind these columns and rows no tile sees a pixel.
  const words = max(0, min(w, 2 * tw + 2 - pw));
  const bottom = min(h, 2 * top + rows - ph);
  for (let c = 0; c < channels; c += group) {
    const count = min(group, channels - c);
    for (let n = 0; n < images; n++) {
      for (let i = 0; i < count; i++) {
        const tiles = from + <usize>(c + i) * row + (<usize>(n * th * tw) << 2);
        upward(tiles, plane, th, tw, WORK, padded + <usize>(i * rows) * wide, wide);
      }
      for (let i = 0; i < count; i++) {
        const add = f32x4.splat(bias ? load<f32>(bias + (<usize>(c + i) << 2)) : 0);
        let source = padded + <usize>(i * rows + begin + ph - 2 * top) * wide + (<usize>pw << 2);
        let to = x + <usize>n * step + (<usize>((c + i) * h + begin) * <usize>w << 2);
        for (let y = begin; y < end; y++) {
          const seen = y < bottom ? words : 0;
          for (let q = 0; q < seen; q += 4) {
            const v = f32x4.add(v128.load(source + (<usize>q << 2)), add);
            // What goes behind the row is written over by the next ones, as far as there are any.
            if ((y - end) * w + q + 4 <= 0) v128.store(to + (<usize>q << 2), v);
            else storeLanes(to + (<usize>q << 2), v, min(w - q, 4));
          }
          for (let q = seen; q < w; q++) v128.store_lane<u32>(to + (<usize>q << 2), add, 0);
          source += wide;
          to += <usize>w << 2;
        }
      }
    }
  }
}
