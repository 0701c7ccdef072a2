import { both, type Geometry } from "./conv-geometry.ts";
import { gemm } from "./gemm.ts";
import { address4, type Runtime } from "./runtime.ts";
import type { RangeCall } from "./threads/index.ts";

// Convolutions with 3×3 weights and stride 1 by Winograd's F(2×2, 3×3): 16 products of matrices
// [O, C]·[C, tiles] instead of one [O, 9·C]·[9·C, 4·tiles], which is 2.25 times the work. The kernels
// winograd-*.ts go from images to tiles and back. Its rounding errors are about twice those of a plain sum.

/**
 * Tiles of as many images are done together as fit here: enough for products that two threads share, few enough for
 * the caches. Measured on 4 × 64 channels: 1 to 2 MiB are best on one thread, 4 to 8 on two, 16 worse on both.
 */
const CHUNK_BYTES = 6 << 20;
/** Below this the transforms cost more than the products save: measured over 1 … 64 channels on either side. */
const LEAST_CHANNELS = 8;
const LEAST_TILES = 64;

/** Whether Winograd's way is the faster one, and its kernels have the room they need. By the sizes alone. */
export function suitsWinograd(runtime: Runtime, g: Geometry): boolean {
  const { kernel, stride, dilation } = g.window;
  if (!both(kernel, 3) || !both(stride, 1) || !both(dilation, 1)) return false;
  const { channels, filters } = g;
  if (channels < LEAST_CHANNELS || filters < LEAST_CHANNELS) return false;
  const { kernels } = runtime;
  const [down, across] = [Math.ceil(g.outHeight / 2), Math.ceil(g.outWidth / 2)];
  return g.images * down * across >= LEAST_TILES && kernels.winogradScratch(down, across) <= kernels.gemmWorkBytes();
}

/** Where the parts of one call's scratch lie; distances in bytes. `plane` is one between two of the 16 positions. */
interface Layout {
  readonly down: number;
  readonly across: number;
  readonly tiles: number;
  /** Images of a chunk. */
  readonly chunk: number;
  readonly weight: number;
  readonly weightPlane: number;
  readonly weightGrad: number;
  readonly image: number;
  readonly result: number;
}

/** Distance between planes of `rows` rows: one cache line more than they take, so that 16 planes are in 16 sets. */
function planeOf(rows: number, bytes: number): number {
  return Math.ceil((rows * bytes) / 64) * 64 + 64;
}

function withLayout(runtime: Runtime, g: Geometry, operation: string, run: (layout: Layout) => void): void {
  const { channels, filters } = g;
  const down = Math.ceil(g.outHeight / 2);
  const across = Math.ceil(g.outWidth / 2);
  const tiles = down * across;
  const wanted = Math.floor(CHUNK_BYTES / (64 * tiles * (channels + filters)));
  const chunk = Math.max(1, Math.min(wanted, g.images));
  const weightPlane = planeOf(filters, channels * 4);
  const imageBytes = 16 * planeOf(channels, chunk * tiles * 4);
  const resultBytes = 16 * planeOf(filters, chunk * tiles * 4);
  const bytes = 32 * weightPlane + imageBytes + resultBytes + 64;
  const view = runtime.temporary("float32", [bytes / 4], operation);
  try {
    const weight = address4(runtime, view, operation);
    const weightGrad = weight + 16 * weightPlane;
    const image = weightGrad + 16 * weightPlane;
    const result = image + imageBytes;
    run({ down, across, tiles, chunk, weight, weightPlane, weightGrad, image, result });
  } finally {
    runtime.release(view.storage);
  }
}

/** One chunk: its first image, how many there are, its tiles, and the distances between planes. */
type Visit = (first: number, count: number, columns: number, imagePlane: number, resultPlane: number) => void;

function forEachChunk(g: Geometry, layout: Layout, visit: Visit): void {
  for (let first = 0; first < g.images; first += layout.chunk) {
    const count = Math.min(layout.chunk, g.images - first);
    const columns = count * layout.tiles;
    visit(first, count, columns, planeOf(g.channels, columns * 4), planeOf(g.filters, columns * 4));
  }
}

/** Nanoseconds that a kernel takes for one number of a tile. */
const NANOSECONDS = 0.5;

/** Channels in ranges, over threads where there is enough to do. */
function overChannels(runtime: Runtime, channels: number, columns: number, call: RangeCall): void {
  const { threads } = runtime;
  if (16 * channels * columns * NANOSECONDS >= threads.least) threads.ranges(channels, 4, call);
  else call(runtime.kernels, 0, channels);
}

function imageTiles(runtime: Runtime, g: Geometry, l: Layout, x: number, count: number, plane: number): void {
  const [ph, pw] = g.window.padding;
  const { channels, height: h, width: w, imageStep } = g;
  const { down, across } = l;
  const columns = count * l.tiles;
  overChannels(runtime, channels, columns, (k, c, some) => {
    const row = columns * 4;
    k.winogradImage(
      x + c * h * w * 4,
      imageStep,
      count,
      some,
      h,
      w,
      ph,
      pw,
      down,
      across,
      l.image + c * row,
      plane,
      row,
    );
  });
}

/** `conv2d` of float32 operands at these addresses; `bias` is 0 for none. */
export function winogradForward(runtime: Runtime, g: Geometry, x: number, w: number, bias: number, y: number): void {
  const { kernels } = runtime;
  const { channels, filters } = g;
  withLayout(runtime, g, "conv2d", (l) => {
    for (let group = 0; group < g.groups; group++) {
      kernels.winogradWeight(w + group * g.groupWeight, filters * channels, l.weight, l.weightPlane);
      forEachChunk(g, l, (first, n, columns, imagePlane, resultPlane) => {
        imageTiles(runtime, g, l, x + group * g.groupImage + first * g.imageStep, n, imagePlane);
        for (let i = 0; i < 16; i++) {
          const a = l.weight + i * l.weightPlane;
          const b = l.image + i * imagePlane;
          const c = l.result + i * resultPlane;
          gemm(runtime, 0, 0, filters, columns, channels, a, channels, b, columns, c, columns, 0, 0);
        }
        const { outHeight: h, outWidth: w, resultStep } = g;
        const to = y + group * g.groupResult + first * resultStep;
        const row = columns * 4;
        overChannels(runtime, filters, columns, (k, o, some) => {
          const added = bias === 0 ? 0 : bias + (group * filters + o) * 4;
          const from = l.result + o * row;
          const at = to + o * h * w * 4;
          k.winogradResult(from, resultPlane, row, added, at, resultStep, n, some, h, w, l.down, l.across);
        });
      });
    }
  });
}

/**
 * Gradients by the image (`bias` is added to each of its channels) and by the weight, each where it is given an
 * address. Both begin with the results' gradients spread to tiles.
 */
export function winogradBackward(
  runtime: Runtime,
  g: Geometry,
  grad: number,
  x: number,
  w: number,
  bias: number,
  gradImage: number,
  gradWeight: number,
): void {
  const { kernels } = runtime;
  const { channels, filters } = g;
  const [ph, pw] = g.window.padding;
  withLayout(runtime, g, "conv2dGrad", (l) => {
    for (let group = 0; group < g.groups; group++) {
      const weights = group * g.groupWeight;
      if (gradImage !== 0) kernels.winogradWeight(w + weights, filters * channels, l.weight, l.weightPlane);
      forEachChunk(g, l, (first, n, columns, imagePlane, resultPlane) => {
        const row = columns * 4;
        const { outHeight, outWidth, resultStep, height: h, width: w, imageStep } = g;
        const from = grad + group * g.groupResult + first * resultStep;
        overChannels(runtime, filters, columns, (k, o, some) => {
          const at = from + o * outHeight * outWidth * 4;
          const to = l.result + o * row;
          k.winogradResultGrad(at, resultStep, n, some, outHeight, outWidth, l.down, l.across, to, resultPlane, row);
        });
        const image = group * g.groupImage + first * g.imageStep;
        if (gradWeight !== 0) {
          imageTiles(runtime, g, l, x + image, n, imagePlane);
          const add = first > 0 ? 1 : 0;
          for (let i = 0; i < 16; i++) {
            const a = l.result + i * resultPlane;
            const b = l.image + i * imagePlane;
            const c = l.weightGrad + i * l.weightPlane;
            gemm(runtime, 0, 1, filters, channels, columns, a, columns, b, columns, c, channels, add, 0);
          }
        }
        if (gradImage === 0) return;
        for (let i = 0; i < 16; i++) {
          const a = l.weight + i * l.weightPlane;
          const b = l.result + i * resultPlane;
          const c = l.image + i * imagePlane;
          gemm(runtime, 1, 0, channels, columns, filters, a, channels, b, columns, c, columns, 0, 0);
        }
        overChannels(runtime, channels, columns, (k, c, some) => {
          const added = bias === 0 ? 0 : bias + (group * channels + c) * 4;
          const at = l.image + c * row;
          const to = gradImage + image + c * h * w * 4;
          k.winogradImageGrad(at, imagePlane, row, added, to, imageStep, n, some, h, w, ph, pw, l.down, l.across);
        });
      });
      if (gradWeight !== 0) {
        kernels.winogradWeightGrad(l.weightGrad, l.weightPlane, filters * channels, gradWeight + weights);
      }
    }
  });
}
