class Plain {}
class Positive {}

// @ts-ignore: decorator
@inline
function addTo<Mode>(x: usize, c: usize, rows: i32, columns: i32, step: i32): void {
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
    c += step;
  }
}

/** c += the row at `x` in `rows` rows `step` bytes apart; with `positive`, what is negative then becomes 0. */
export function addRow(x: usize, c: usize, rows: i32, columns: i32, step: i32, positive: i32): void {
  if (positive) addTo<Positive>(x, c, rows, columns, step);
  else addTo<Plain>(x, c, rows, columns, step);
}
