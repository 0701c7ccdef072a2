import { prefersBlas } from "../blas/index.ts";
import { both, type Geometry } from "./conv-geometry.ts";
import { address4, type Runtime } from "./runtime.ts";
import type { RangeCall, TaskCall } from "./threads/index.ts";

// Convolutions with 3×3 weights and stride 1 by Winograd's F(2×2, 3×3): 16 products of matrices
// [O, C]·[C, tiles] instead of one [O, 9·C]·[9·C, 4·tiles], which is 2.25 times the work. The kernels winograd-*.ts
// take ranges of images, and do a chunk of images after the other from beginning to end. Its rounding errors are
// about twice those of a plain sum.

/** Tiles of as many images are done together as fit here: most of a second-level cache. */
const CHUNK_BYTES = 384 << 10;
/** Fewer columns cost the products too much. */
const LEAST_COLUMNS = 32;
/** Below this the transforms cost more than the products save: measured over 1 … 64 channels on either side. */
const LEAST_CHANNELS = 8;
const LEAST_TILES = 64;
/** Room for the tiles of all threads' chunks: where single images have more, one thread does them all. */
const ROOMS_BYTES = 256 << 20;
/** Parts in which the weights' gradients are summed, by sizes alone so that their bits are; and room for all parts. */
const MOST_PARTS = 8;
const PARTS_BYTES = 32 << 20;

/** Whether Winograd's way is the faster one, and its kernels have the room they need. By the sizes alone. */
export function suitsWinograd(runtime: Runtime, g: Geometry): boolean {
  const { kernel, stride, dilation } = g.window;
  if (!both(kernel, 3) || !both(stride, 1) || !both(dilation, 1)) return false;
  const { channels, filters } = g;
  if (channels < LEAST_CHANNELS || filters < LEAST_CHANNELS) return false;
  const { kernels } = runtime;
  const [down, across] = [Math.ceil(g.outHeight / 2), Math.ceil(g.outWidth / 2)];
  return (
    g.images * down * across >= LEAST_TILES &&
    kernels.winogradScratch(down, across, g.height, g.width) <= kernels.gemmWorkBytes()
  );
}

/** Where the parts of one call's scratch lie; distances in bytes. */
interface Layout {
  /** Images of a chunk. */
  readonly chunk: number;
  /** Whether each thread has room for one. */
  readonly shared: boolean;
  /** The description that the kernels read. */
  readonly call: number;
  /** ŵ, and the distance between two of its 16 planes. */
  readonly weight: number;
  readonly weightPlane: number;
  /** ĝ by ŵ: `parts` of them, the images of each, and the distance to the next. */
  readonly weightGrad: number;
  readonly parts: number;
  readonly partImages: number;
  readonly partBytes: number;
}

/** Distance between planes of `rows` rows: one cache line more than they take, so that 16 planes are in 16 sets. */
function planeOf(rows: number, columns: number): number {
  return Math.ceil((rows * columns * 4) / 64) * 64 + 64;
}

/** Images of a chunk. By the sizes alone: the products' last bits may depend on it. */
function chunkOf(g: Geometry, tiles: number): number {
  const fit = Math.floor(CHUNK_BYTES / (64 * tiles * (g.channels + g.filters)));
  return Math.min(Math.max(fit, Math.ceil(LEAST_COLUMNS / tiles)), g.images);
}

function withLayout(
  runtime: Runtime,
  g: Geometry,
  operation: string,
  summed: boolean,
  run: (layout: Layout) => void,
): void {
  const { channels, filters } = g;
  const down = Math.ceil(g.outHeight / 2);
  const across = Math.ceil(g.outWidth / 2);
  const chunk = chunkOf(g, down * across);
  const columns = chunk * down * across;
  const weightPlane = planeOf(filters, channels);
  const partBytes = 16 * weightPlane;
  const most = Math.max(1, Math.min(MOST_PARTS, Math.floor(PARTS_BYTES / partBytes)));
  const partImages = Math.ceil(Math.ceil(g.images / chunk) / most) * chunk;
  const parts = Math.ceil(g.images / partImages);
  const roomBytes = 16 * (planeOf(channels, columns) + planeOf(filters, columns)) + 64;
  const { count } = runtime.threads;
  const shared = roomBytes * count <= ROOMS_BYTES;
  const bytes = CALL_BYTES + partBytes * (summed ? 1 + parts : 1) + roomBytes * (shared ? count : 1);
  const view = runtime.temporary("float32", [bytes / 4], operation);
  try {
    const call = address4(runtime, view, operation);
    const weight = call + CALL_BYTES;
    const weightGrad = weight + partBytes;
    const room = weightGrad + (summed ? parts * partBytes : 0);
    const { height, width, outHeight, outWidth, imageStep, resultStep } = g;
    const [padTop, padLeft] = g.window.padding;
    const sizes = [channels, filters, height, width, outHeight, outWidth, padTop, padLeft, down, across];
    const large = prefersBlas(filters, columns, channels) && prefersBlas(filters, channels, columns);
    const library = large ? runtime.blas.forWorkers() : null;
    const blas = library === null ? 0 : 1;
    const rest = [imageStep, resultStep, chunk, weight, weightPlane, blas, room, roomBytes];
    runtime.memory.i32.set([...sizes, ...rest], call >>> 2);
    const layout = { chunk, shared, call, weight, weightPlane, weightGrad, parts, partImages, partBytes };
    if (library === null) run(layout);
    else {
      if (count > 1 && shared) runtime.threads.require(library);
      runtime.blas.share(() => run(layout));
    }
  } finally {
    runtime.release(view.storage);
  }
}

/** Room for the description, in cache lines. */
const CALL_BYTES = 128;

/** Of one core, a multiply-add with its share of the transforms. */
const NANOSECONDS = 0.06;
/** And one pair of a filter and a channel in a part of ĝ: 16 numbers. */
const SUM_NANOSECONDS = 6;

/** Ranges of `size` images, over threads where they have room and there is enough to do. */
function overImages(
  runtime: Runtime,
  g: Geometry,
  { shared }: Layout,
  size: number,
  products: number,
  call: TaskCall,
): void {
  const { threads, kernels } = runtime;
  const tasks = Math.ceil(g.images / size);
  const work = g.images * g.outHeight * g.outWidth * g.channels * g.filters * 4 * products;
  if (shared && work * NANOSECONDS >= threads.least) threads.run(tasks, call);
  else for (let task = 0; task < tasks; task++) call(kernels, task);
}

/** Images of a task where it may be any number of chunks: enough tasks that nobody waits long for the last. */
function rangeOf(runtime: Runtime, g: Geometry, chunk: number): number {
  return Math.ceil(g.images / (chunk * runtime.threads.count * 4)) * chunk;
}

/** `conv2d` of float32 operands at these addresses; `bias` is 0 for none. */
export function winogradForward(runtime: Runtime, g: Geometry, x: number, w: number, bias: number, y: number): void {
  const { kernels } = runtime;
  const { channels, filters, images, imageStep, resultStep } = g;
  withLayout(runtime, g, "conv2d", false, (l) => {
    const { call, weight, weightPlane } = l;
    const size = rangeOf(runtime, g, l.chunk);
    for (let group = 0; group < g.groups; group++) {
      kernels.winogradWeight(w + group * g.groupWeight, filters * channels, weight, weightPlane);
      const from = x + group * g.groupImage;
      const to = y + group * g.groupResult;
      const added = bias === 0 ? 0 : bias + group * filters * 4;
      overImages(runtime, g, l, size, 1, (k, task) => {
        const first = task * size;
        const count = Math.min(size, images - first);
        k.winogradForward(call, from + first * imageStep, added, to + first * resultStep, count);
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
  const { channels, filters, images, imageStep, resultStep } = g;
  const summed = gradWeight !== 0;
  withLayout(runtime, g, "conv2dGrad", summed, (l) => {
    const { call, weight, weightPlane, weightGrad, parts, partBytes } = l;
    const size = summed ? l.partImages : rangeOf(runtime, g, l.chunk);
    const products = (summed ? 1 : 0) + (gradImage === 0 ? 0 : 1);
    for (let group = 0; group < g.groups; group++) {
      const weights = group * g.groupWeight;
      if (gradImage !== 0) kernels.winogradWeight(w + weights, filters * channels, weight, weightPlane);
      const image = group * g.groupImage;
      const from = grad + group * g.groupResult;
      const added = bias === 0 ? 0 : bias + group * channels * 4;
      overImages(runtime, g, l, size, products, (k, task) => {
        const first = task * size;
        const at = image + first * imageStep;
        const by = gradImage === 0 ? 0 : gradImage + at;
        const part = summed ? weightGrad + task * partBytes : 0;
        const count = Math.min(size, images - first);
        k.winogradBackward(call, from + first * resultStep, x + at, added, by, part, count);
      });
      if (!summed) continue;
      const sum: RangeCall = (k, f, count) => {
        const to = gradWeight + weights + f * 36;
        k.winogradWeightGrad(weightGrad + f * 4, weightPlane, parts, partBytes, count, to);
      };
      const pairs = filters * channels;
      if (pairs * parts * SUM_NANOSECONDS >= runtime.threads.least) runtime.threads.ranges(pairs, 4, sum);
      else sum(kernels, 0, pairs);
    }
  });
}
