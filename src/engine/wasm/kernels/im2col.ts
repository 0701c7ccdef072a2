import { copyWords, loadLanes, storeLanes } from "./lanes";

// Between an image [C, H, W] and the matrix [C·kh·kw, positions] whose product with the weights is the
// convolution: column q holds what the window sees at output position q. Windows beyond the border see 0.
// Rows of the matrix are `pitch` bytes apart, so that several images can lie side by side.

/** First output position whose window element `shift` (may be negative) is not before the border. */
// @ts-ignore: decorator
@inline
function firstInside(shift: i32, stride: i32, count: i32): i32 {
  return shift >= 0 ? 0 : min((stride - 1 - shift) / stride, count);
}

/** The first position behind those whose element lies before `size`. */
// @ts-ignore: decorator
@inline
function endInside(shift: i32, stride: i32, size: i32, count: i32): i32 {
  return shift >= size ? 0 : min((size - shift + stride - 1) / stride, count);
}

/** `rows` lines where the result is as wide as the image, with stride 1: one run of pixels, then zeros at the border. */
// @ts-ignore: decorator
@inline
function shiftedLines(to: usize, plane: usize, h: i32, w: i32, y: i32, rows: i32, shift: i32): void {
  // Lines of the image that are there; the run may begin before a line, but not before the image.
  const top = max(-y, 0), bottom = min(h - y, rows);
  if (top > 0) memory.fill(to, 0, <usize>(min(top, rows) * w) << 2);
  if (bottom <= top) {
    memory.fill(to, 0, <usize>(rows * w) << 2);
    return;
  }
  if (bottom < rows) memory.fill(to + (<usize>(bottom * w) << 2), 0, <usize>((rows - bottom) * w) << 2);
  const skip = max(-shift, 0), cut = max(shift, 0);
  const begin = top * w + (y + top == 0 ? skip : 0);
  const end = bottom * w - (y + bottom == h ? cut : 0);
  copyWords(to + (<usize>begin << 2), plane + (<isize>(y * w + begin + shift) << 2), end - begin);
  for (let r = top; r < bottom; r++) {
    const line = to + (<usize>(r * w) << 2);
    for (let q = 0; q < skip; q++) store<f32>(line + (<usize>q << 2), 0);
    for (let q = w - cut; q < w; q++) store<f32>(line + (<usize>q << 2), 0);
  }
}

/** col[(c·kh + i)·kw + j][(r - first)·ow + q] = x[c][r·sh - ph + i·dh][q·sw - pw + j·dw] for `rows` rows r from `first`. */
export function im2col(
  x: usize, channels: i32, h: i32, w: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
  first: i32, rows: i32, ow: i32, col: usize, pitch: i32,
): void {
  const line = <usize>ow << 2;
  let row = col;
  for (let c = 0; c < channels; c++) {
    const plane = x + (<usize>c * <usize>h * <usize>w << 2);
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++, row += pitch) {
        const shift = j * dw - pw;
        if (sh == 1 && sw == 1 && ow == w && abs(shift) < w) {
          shiftedLines(row, plane, h, w, first - ph + i * dh, rows, shift);
          continue;
        }
        const end = endInside(shift, sw, w, ow);
        const begin = min(firstInside(shift, sw, ow), end);
        let to = row;
        for (let r = 0; r < rows; r++) {
          const y = (first + r) * sh - ph + i * dh;
          if (<u32>y >= <u32>h || begin == end) {
            memory.fill(to, 0, line);
            to += line;
            continue;
          }
          const from = plane + (<usize>(y * w) << 2) + (<isize>(begin * sw + shift) << 2);
          for (let q = 0; q < begin; q++) store<f32>(to + (<usize>q << 2), 0);
          const inside = to + (<usize>begin << 2);
          if (sw == 1) {
            copyWords(inside, from, end - begin);
          } else {
            let source = from;
            const last = to + (<usize>end << 2);
            for (let at = inside; at < last; at += 4) {
              store<u32>(at, load<u32>(source));
              source += <usize>sw << 2;
            }
          }
          for (let q = end; q < ow; q++) store<f32>(to + (<usize>q << 2), 0);
          to += line;
        }
      }
    }
  }
}

/** The transpose of `im2col`: adds each element of `col` to where it was read from. */
export function col2im(
  col: usize, channels: i32, h: i32, w: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
  first: i32, rows: i32, ow: i32, x: usize, pitch: i32,
): void {
  const line = <usize>ow << 2;
  let row = col;
  for (let c = 0; c < channels; c++) {
    const plane = x + (<usize>c * <usize>h * <usize>w << 2);
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++, row += pitch) {
        const shift = j * dw - pw;
        const end = endInside(shift, sw, w, ow);
        const begin = min(firstInside(shift, sw, ow), end);
        let from = row;
        for (let r = 0; r < rows; r++, from += line) {
          const y = (first + r) * sh - ph + i * dh;
          if (<u32>y >= <u32>h || begin == end) continue;
          let to = plane + (<usize>(y * w) << 2) + (<isize>(begin * sw + shift) << 2);
          let at = from + (<usize>begin << 2);
          let left = end - begin;
          if (sw == 1) {
            for (; left > 0; left -= 4) {
              const k = min(left, 4);
              storeLanes(to, f32x4.add(loadLanes(to, k), loadLanes(at, k)), k);
              to += 16;
              at += 16;
            }
          } else {
            for (; left > 0; left--) {
              store<f32>(to, load<f32>(to) + load<f32>(at));
              to += <usize>sw << 2;
              at += 4;
            }
          }
        }
      }
    }
  }
}
