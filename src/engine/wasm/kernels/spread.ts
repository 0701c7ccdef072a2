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
