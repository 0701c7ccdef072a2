// Conversions of contiguous elements. A bool is one byte, 0 or 1; to bool means "is not 0" (NaN counts).

/** Truncates; out of range saturates and NaN gives 0. */
export function castF32ToI32(src: usize, dst: usize, n: i32): void {
  const bytes = <usize>n << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(dst + i, i32x4.trunc_sat_f32x4_s(v128.load(src + i)));
  for (; i < bytes; i += 4) {
    const whole = i32x4.trunc_sat_f32x4_s(v128.load_zero<u32>(src + i));
    store<i32>(dst + i, i32x4.extract_lane(whole, 0));
  }
}

export function castI32ToF32(src: usize, dst: usize, n: i32): void {
  const bytes = <usize>n << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(dst + i, f32x4.convert_i32x4_s(v128.load(src + i)));
  for (; i < bytes; i += 4) store<f32>(dst + i, <f32>load<i32>(src + i));
}

export function castF32ToBool(src: usize, dst: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n; i++) store<u8>(dst + i, u8(load<f32>(src + (i << 2)) != 0));
}

export function castI32ToBool(src: usize, dst: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n; i++) store<u8>(dst + i, u8(load<i32>(src + (i << 2)) != 0));
}

// @ts-ignore: decorator
@inline
function widen(p: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load_zero<u32>(p)));
}

export function castBoolToI32(src: usize, dst: usize, n: i32): void {
  const count = <usize>n;
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) v128.store(dst + (i << 2), widen(src + i));
  for (; i < count; i++) store<i32>(dst + (i << 2), <i32>load<u8>(src + i));
}

export function castBoolToF32(src: usize, dst: usize, n: i32): void {
  const count = <usize>n;
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) v128.store(dst + (i << 2), f32x4.convert_i32x4_s(widen(src + i)));
  for (; i < count; i++) store<f32>(dst + (i << 2), <f32>load<u8>(src + i));
}
