import type { View } from "../storage.ts";
import type { Window2d } from "../windows.ts";

/** Sizes of one convolution from an image [N, C, H, W] to a result [N, O, OH, OW], for one group at a time. */
export interface Geometry {
  readonly images: number;
  readonly groups: number;
  /** Channels of a group. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Output channels of a group. */
  readonly filters: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Elements that one output element sees: C·kh·kw. */
  readonly depth: number;
  /** Bytes from one image to the next, and from one result to the next. */
  readonly imageStep: number;
  readonly resultStep: number;
  /** The same from one group's channels, filters or weights to the next one's. */
  readonly groupImage: number;
  readonly groupResult: number;
  readonly groupWeight: number;
  readonly window: Window2d;
}

export function geometryOf(image: View, result: View, window: Window2d, groups: number): Geometry {
  const [images, allChannels, height, width] = image.shape as [number, number, number, number];
  const [, allFilters, outHeight, outWidth] = result.shape as [number, number, number, number];
  const channels = allChannels / groups;
  const filters = allFilters / groups;
  const depth = channels * window.kernel[0] * window.kernel[1];
  const groupImage = channels * height * width * 4;
  const groupResult = filters * outHeight * outWidth * 4;
  return {
    images,
    groups,
    channels,
    height,
    width,
    filters,
    outHeight,
    outWidth,
    depth,
    imageStep: groupImage * groups,
    resultStep: groupResult * groups,
    groupImage,
    groupResult,
    groupWeight: filters * depth * 4,
    window,
  };
}

/** Whether both numbers of a pair are `value`. */
export function both(pair: readonly [number, number], value: number): boolean {
  return pair[0] === value && pair[1] === value;
}
