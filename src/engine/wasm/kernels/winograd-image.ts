import { copyWords, loadLanes, storeLanes } from "./lanes";
import { WORK } from "./scratch";

// Winograd's F(2×2, 3×3): the image's side. A convolution with 3×3 weights and stride 1 is cut into tiles of 2×2
// results, each of which sees a patch of 4×4 pixels d. With d̂ = Bᵀ·d·B it is 16 products of numbers instead of 36:
// one for each of the 16 positions ξ, and over all channels and tiles 16 matrix products. Bᵀ's rows:
// d0 − d2, d1 + d2, d2 − d1, d1 − d3.
//
// Patches overlap by two rows, so the columns' half of the transform is made once for each row: scratch holds, for
// each padded row, four lines of `tw` numbers. Several planes go through each half together: a vector that is loaded
// right after its parts were stored one by one waits for them.

/** Floats of a padded row in scratch, and of a line: 4 zeros, tw numbers, zeros up to a multiple of 4 and 4 more. */
// @ts-ignore: decorator
@inline
function paddedOf(tw: i32): i32 {
  return ((2 * tw + 3) & ~3) + 16;
}
// @ts-ignore: decorator
@inline
function lineOf(tw: i32): i32 {
  return ((tw + 3) & ~3) + 8;
}

/** Planes that are worked on together. */
// @ts-ignore: decorator
@inline
function groupOf(th: i32, tw: i32): i32 {
  return max(1, min(16, 512 / (th * tw)));
}

/** Bytes of the work area that one call needs. */
export function winogradScratch(th: i32, tw: i32): i32 {
  return groupOf(th, tw) * (2 * th + 2) * (4 * lineOf(tw) + paddedOf(tw)) << 2;
}

/** The four lines of each of `rows` padded rows. */
function rowTransform(padded: usize, to: usize, rows: i32, tw: i32): void {
  const line = <usize>lineOf(tw) << 2;
  const wide = <usize>paddedOf(tw) << 2;
  for (let r = 0; r < rows; r++) {
    for (let t = 0; t < tw; t += 4) {
      const p = padded + (<usize>t << 3);
      const a = v128.load(p), b = v128.load(p, 16), c = v128.load(p, 8), d = v128.load(p, 24);
      const d0 = v128.shuffle<u32>(a, b, 0, 2, 4, 6);
      const d1 = v128.shuffle<u32>(a, b, 1, 3, 5, 7);
      const d2 = v128.shuffle<u32>(c, d, 0, 2, 4, 6);
      const d3 = v128.shuffle<u32>(c, d, 1, 3, 5, 7);
      const q = to + (<usize>t << 2);
      v128.store(q, f32x4.sub(d0, d2));
      v128.store(q + line, f32x4.add(d1, d2));
      v128.store(q + 2 * line, f32x4.sub(d2, d1));
      v128.store(q + 3 * line, f32x4.sub(d1, d3));
    }
    padded += wide;
    to += 4 * line;
  }
}

/**
 * d̂[ξ][c][image · th · tw + tile] of images [H, W], `step` bytes from one to the next. `plane` is the distance between
 * two ξ, `row` that between two channels, in bytes.
 */
export function winogradImage(
  x: usize, step: usize, images: i32, channels: i32, h: i32, w: i32, ph: i32, pw: i32, th: i32, tw: i32,
  out: usize, plane: usize, row: usize,
): void {
  const scratch = WORK;
  const rows = 2 * th + 2;
  const group = groupOf(th, tw);
  const wide = <usize>paddedOf(tw) << 2, lines = <usize>rows * <usize>lineOf(tw) << 4;
  const padded = scratch + <usize>group * lines;
  // What lies around the images stays 0.
  memory.fill(padded, 0, <usize>(group * rows) * wide);
  const words = min(w, 2 * tw + 2 - pw);
  const bottom = min(h, rows - ph);
  for (let c = 0; c < channels; c += group) {
    const count = min(group, channels - c);
    for (let n = 0; n < images; n++) {
      for (let i = 0; i < count; i++) {
        let from = x + <usize>n * step + (<usize>(c + i) * <usize>(h * w) << 2);
        let to = padded + <usize>(i * rows + ph) * wide + (<usize>pw << 2);
        for (let y = 0; y < bottom; y++) {
          copyWords(to, from, words);
          from += <usize>w << 2;
          to += wide;
        }
      }
      rowTransform(padded, scratch, count * rows, tw);
      for (let i = 0; i < count; i++) {
        const to = out + <usize>(c + i) * row + (<usize>(n * th * tw) << 2);
        columnTransform(scratch + <usize>i * lines, <usize>lineOf(tw) << 2, th, tw, to, plane);
      }
    }
  }
}

function columnTransform(scratch: usize, line: usize, th: i32, tw: i32, out: usize, plane: usize): void {
  let tile = out;
  for (let i = 0; i < th; i++) {
    for (let q = 0; q < 4; q++) {
      const p = scratch + <usize>(8 * i + q) * line;
      const to = tile + <usize>q * plane;
      let t = 0;
      while (t < tw) {
        const k = min(tw - t, 4);
        if (k < 4 && tw > 4) t = tw - 4; // overlaps the vector before
        const at = <usize>t << 2;
        const d0 = v128.load(p + at), d1 = v128.load(p + at + 4 * line);
        const d2 = v128.load(p + at + 8 * line), d3 = v128.load(p + at + 12 * line);
        const lanes = tw > 4 ? 4 : k;
        storeLanes(to + at, f32x4.sub(d0, d2), lanes);
        storeLanes(to + at + 4 * plane, f32x4.add(d1, d2), lanes);
        storeLanes(to + at + 8 * plane, f32x4.sub(d2, d1), lanes);
        storeLanes(to + at + 12 * plane, f32x4.sub(d1, d3), lanes);
        t += 4;
      }
    }
    tile += <usize>tw << 2;
  }
}

/** The transpose of `winogradImage`: images from d̂, plus `bias[c]` (0: none) on every pixel. */
export function winogradImageGrad(
  from: usize, plane: usize, row: usize, bias: usize, x: usize, step: usize, images: i32,
  channels: i32, h: i32, w: i32, ph: i32, pw: i32, th: i32, tw: i32,
): void {
  const scratch = WORK;
  const rows = 2 * th + 2;
  const group = groupOf(th, tw);
  const wide = <usize>paddedOf(tw) << 2, line = <usize>lineOf(tw) << 2;
  const lines = <usize>rows * 4 * line;
  const padded = scratch + <usize>group * lines;
  // The zeros beside the lines stay.
  memory.fill(scratch, 0, <usize>group * lines);
  const words = min(w, 2 * tw + 2 - pw);
  const bottom = min(h, rows - ph);
  for (let c = 0; c < channels; c += group) {
    const count = min(group, channels - c);
    for (let n = 0; n < images; n++) {
      for (let i = 0; i < count; i++) {
        const tiles = from + <usize>(c + i) * row + (<usize>(n * th * tw) << 2);
        columnGrad(tiles, plane, scratch + <usize>i * lines + 16, line, th, tw);
      }
      rowGrad(scratch + 16, padded, count * rows, tw);
      for (let i = 0; i < count; i++) {
        const add = f32x4.splat(bias ? load<f32>(bias + (<usize>(c + i) << 2)) : 0);
        let source = padded + <usize>(i * rows + ph) * wide + (<usize>pw << 2);
        let to = x + <usize>n * step + (<usize>(c + i) * <usize>(h * w) << 2);
        for (let y = 0; y < h; y++) {
          // No tile sees what lies behind.
          const seen = y < bottom ? words : 0;
          for (let q = 0; q < seen; q += 4) {
            const k = min(seen - q, 4);
            const at = <usize>q << 2;
            storeLanes(to + at, f32x4.add(v128.load(source + at), add), k);
          }
          for (let q = seen; q < w; q++) v128.store_lane<u32>(to + (<usize>q << 2), add, 0);
          source += wide;
          to += <usize>w << 2;
        }
      }
    }
  }
}

// Each row of a tile belongs to the patches above and below: the upper one's share is there already.
function columnGrad(from: usize, plane: usize, scratch: usize, line: usize, th: i32, tw: i32): void {
  const zero = f32x4.splat(0);
  let tile = from;
  for (let i = 0; i < th; i++) {
    for (let q = 0; q < 4; q++) {
      for (let t = 0; t < tw; t += 4) {
        const k = min(tw - t, 4);
        const v = tile + <usize>q * plane + (<usize>t << 2);
        const v0 = loadLanes(v, k), v1 = loadLanes(v + 4 * plane, k);
        const v2 = loadLanes(v + 8 * plane, k), v3 = loadLanes(v + 12 * plane, k);
        const to = scratch + <usize>(8 * i + q) * line + (<usize>t << 2);
        const above0 = i > 0 ? v128.load(to) : zero, above1 = i > 0 ? v128.load(to + 4 * line) : zero;
        v128.store(to, f32x4.add(above0, v0));
        v128.store(to + 4 * line, f32x4.add(above1, f32x4.add(f32x4.sub(v1, v2), v3)));
        v128.store(to + 8 * line, f32x4.add(f32x4.sub(v1, v0), v2));
        v128.store(to + 12 * line, f32x4.neg(v3));
      }
    }
    tile += <usize>tw << 2;
  }
}

/** Padded rows of pixels from their four lines. */
function rowGrad(from: usize, to: usize, rows: i32, tw: i32): void {
  const line = <usize>lineOf(tw) << 2;
  const wide = <usize>paddedOf(tw) << 2;
  for (let r = 0; r < rows; r++) {
    for (let t = 0; t <= tw; t += 4) {
      const q = from + (<usize>t << 2);
      const before0 = v128.load(q - 4), before1 = v128.load(q + line - 4);
      const before2 = v128.load(q + 2 * line - 4), before3 = v128.load(q + 3 * line - 4);
      const q0 = v128.load(q), q1 = v128.load(q + line), q2 = v128.load(q + 2 * line), q3 = v128.load(q + 3 * line);
      const even = f32x4.add(q0, f32x4.add(f32x4.sub(before1, before0), before2));
      const odd = f32x4.sub(f32x4.add(f32x4.sub(q1, q2), q3), before3);
      const at = to + (<usize>t << 3);
      v128.store(at, v128.shuffle<u32>(even, odd, 0, 4, 1, 5));
      v128.store(at, v128.shuffle<u32>(even, odd, 2, 6, 3, 7), 16);
    }
    from += 4 * line;
    to += wide;
  }
}
