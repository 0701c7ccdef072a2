import { gradientSums, squaresRun, sumG, sumGX, sumRun } from "./moments";
import { affineRun, gradientRun, shiftRun } from "./norm-runs";

// Layer, group, instance and root-mean-square normalisation: each row of `size` neighbours for itself.
// Row r has parameters from number (r mod groups)·size/inner on, one for every `inner` neighbours.
// Moments are summed in float64, the mean first and the squares about it.

/** Forward; writes each row's mean (where `centered`) and reciprocal deviation. w, b: 0 for none. */
export function normalizeRows(
  x: usize, w: usize, b: usize, out: usize, means: usize, rstds: usize,
  rows: i32, size: i32, groups: i32, inner: i32, eps: f64, centered: i32,
): void {
  const parameters = size / inner;
  for (let r = 0; r < rows; r++) {
    const from = x + (<usize>r * <usize>size << 2);
    const to = out + (<usize>r * <usize>size << 2);
    const mean = centered ? sumRun(from, size) / <f64>size : 0;
    const rstd = 1 / Math.sqrt(squaresRun(from, size, mean) / <f64>size + eps);
    const m = <f32>mean;
    const s = <f32>rstd;
    if (centered) store<f32>(means + (<usize>r << 2), m);
    store<f32>(rstds + (<usize>r << 2), s);
    const first = <usize>(r % groups * parameters) << 2;
    if (inner == 1) {
      affineRun(from, to, w ? w + first : 0, b ? b + first : 0, m, s, size);
      continue;
    }
    for (let p = 0; p < parameters; p++) {
      const at = <usize>(p * inner) << 2;
      const parameter = first + (<usize>p << 2);
      const scale: f32 = w ? s * load<f32>(w + parameter) : s;
      shiftRun(from + at, to + at, m, scale, b ? load<f32>(b + parameter) : 0, inner);
    }
  }
}

/** The gradient by the input. means is 0 where rows are not centered. */
export function normalizeRowsGrad(
  g: usize, x: usize, w: usize, means: usize, rstds: usize, dx: usize,
  rows: i32, size: i32, groups: i32, inner: i32,
): void {
  const parameters = size / inner;
  const n = <f64>size;
  for (let r = 0; r < rows; r++) {
    const row = <usize>r * <usize>size << 2;
    const mean: f32 = means ? load<f32>(means + (<usize>r << 2)) : 0;
    const rstd = load<f32>(rstds + (<usize>r << 2));
    const first = <usize>(r % groups * parameters) << 2;
    let total: f64 = 0;
    let product: f64 = 0;
    if (inner == 1) {
      gradientSums(g + row, x + row, w ? w + first : 0, mean, size);
      total = sumG;
      product = sumGX;
    } else {
      for (let p = 0; p < parameters; p++) {
        const at = row + (<usize>(p * inner) << 2);
        gradientSums(g + at, x + at, 0, mean, inner);
        const weight: f64 = w ? <f64>load<f32>(w + first + (<usize>p << 2)) : 1;
        total += weight * sumG;
        product += weight * sumGX;
      }
    }
    const s = <f64>rstd;
    const e = <f32>(means ? s * total / n : 0);
    const c = <f32>(s * s * s * product / n);
    if (inner == 1) {
      gradientRun(g + row, x + row, w ? w + first : 0, dx + row, mean, rstd, c, e, size);
      continue;
    }
    for (let p = 0; p < parameters; p++) {
      const at = row + (<usize>(p * inner) << 2);
      const a: f32 = w ? rstd * load<f32>(w + first + (<usize>p << 2)) : rstd;
      gradientRun(g + at, x + at, 0, dx + at, mean, a, c, e, inner);
    }
  }
}
