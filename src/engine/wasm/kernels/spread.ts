/** Every row of c, `rows` of `columns` neighbours `step` bytes apart, becomes the row at `x`. */
export function spreadRow(x: usize, c: usize, rows: i32, columns: i32, step: i32): void {
  const end = <usize>columns << 2, vectors = <usize>(columns & ~3) << 2;
  for (; rows > 0; rows--) {
    let at: usize = 0;
    for (; at < vectors; at += 16) v128.store(c + at, v128.load(x + at));
    for (; at < end; at += 4) store<u32>(c + at, load<u32>(x + at));
    c += step;
  }
}

class Plain {}
class Positive {}

// @ts-ignore: decorator
@inline
function addTo<Mode>(x: usize, c: usize, rows: i32, columns: i32): void {
  const end = <usize>columns << 2, vectors = <usize>(columns & ~3) << 2;
  const zero = f32x4.splat(0);
  for (; rows > 0; rows--) {
    let at: usize = 0;
    for (; at < vectors; at += 16) {
      let value = f32x4.add(v128.load(c + at), v128.load(x + at));
      if (idof<Mode>() == idof<Positive>()) value = f32x4.max(value, zero);
      v128.store(c + at, value);
    }
    for (; at < end; at += 4) {
      let value = load<f32>(c + at) + load<f32>(x + at);
      if (idof<Mode>() == idof<Positive>()) value = max<f32>(value, 0);
      store<f32>(c + at, value);
    }
    c += end;
  }
}

/** c[rows, columns] += the row at `x`; with `positive`, what is negative then becomes 0. */
export function addRow(x: usize, c: usize, rows: i32, columns: i32, positive: i32): void {
  if (positive) addTo<Positive>(x, c, rows, columns);
  else addTo<Plain>(x, c, rows, columns);
}
