import { loadLanes, storeLanes } from "./lanes";
import { sumRun } from "./moments";

// Planes of `size` neighbouring elements, one for each image and channel.

/** out[p][…] = values[p mod channels] for `planes` planes of `size` elements. */
export function fillPlanes(out: usize, values: usize, planes: i32, channels: i32, size: i32): void {
  let to = out;
  for (let p = 0; p < planes; p++) {
    const v = v128.load_splat<f32>(values + (<usize>(p % channels) << 2));
    let left = size;
    for (; left >= 4; left -= 4) {
      v128.store(to, v);
      to += 16;
    }
    for (; left > 0; left--) {
      v128.store_lane<u32>(to, v, 0);
      to += 4;
    }
  }
}

/**
 * Planes to another order: each image's are `fromImage` and `toImage` bytes apart, each channel's `fromChannel` and
 * `toChannel`. `bias[channel]` is added (0: none).
 */
export function movePlanes(
  from: usize, fromImage: i32, fromChannel: i32, to: usize, toImage: i32, toChannel: i32,
  images: i32, channels: i32, size: i32, bias: usize,
): void {
  for (let n = 0; n < images; n++) {
    for (let c = 0; c < channels; c++) {
      let source = from + <usize>n * fromImage + <usize>c * fromChannel;
      let target = to + <usize>n * toImage + <usize>c * toChannel;
      const add = f32x4.splat(bias ? load<f32>(bias + (<usize>c << 2)) : 0);
      for (let left = size; left > 0; left -= 4) {
        const k = min(left, 4);
        storeLanes(target, f32x4.add(loadLanes(source, k), add), k);
        source += 16;
        target += 16;
      }
    }
  }
}

/** out[c] = Σ over images and positions of [images, channels, size], carried in float64, for c from `first` to before `end`. */
export function sumPlanes(
  x: usize, images: i32, channels: i32, size: i32, out: usize, first: i32, end: i32,
): void {
  const step = <usize>channels * <usize>size << 2;
  for (let c = first; c < end; c++) {
    let plane = x + (<usize>c * <usize>size << 2);
    let total: f64 = 0;
    for (let n = 0; n < images; n++, plane += step) total += sumRun(plane, size);
    store<f32>(out + (<usize>c << 2), <f32>total);
  }
}
