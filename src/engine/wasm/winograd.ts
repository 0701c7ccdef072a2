import { prefersBlas } from "../blas/index.ts";
import { both, type Geometry } from "./conv-geometry.ts";
import { address4, type Runtime } from "./runtime.ts";
import type { RangeCall, TaskCall } from "./threads/index.ts";

// Convolutions with 3×3 weights and stride 1 by Winograd's F(2×2, 3×3): 16 products of matrices
// [O, C]·[C, tiles] instead of one [O, 9·C]·[9·C, 4·tiles], which is 2.25 times the work. The kernels winograd-*.ts
// take ranges of chunks, which are images or bands of a large one, and do one after the other from beginning to end. Its
// rounding errors are about twice those of a plain sum.

/** Tiles of as many images are done together as fit here: most of a second-level cache. */
const CHUNK_BYTES = 384 << 10;
/** Fewer images than these are cut into bands, so that there is something for several threads; and so are larger ones. */
const FEW_CHUNKS = 8;
const BAND_BYTES = 8 << 20;
/** Rows of tiles of a band, forward and backward: the gradient by the image does one more for each. */
const LEAST_BAND = 6;
const LEAST_BAND_BACK = 12;
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
  const { down, across, band } = cutOf(g, LEAST_BAND_BACK);
  return (
    g.images * down * across >= LEAST_TILES &&
    kernels.winogradScratch(Math.min(band + 1, down), across, g.height, g.width) <= kernels.gemmWorkBytes()
  );
}

/** Where the parts of one call's scratch lie; distances in bytes. */
interface Layout {
  readonly chunks: number;
  /** Whether each thread has room for one. */
  readonly shared: boolean;
  /** The description that the kernels read. */
  readonly call: number;
  /** ŵ, and the distance between two of its 16 planes. */
  readonly weight: number;
  readonly weightPlane: number;
  /** ĝ by ŵ: `parts` of them, the chunks of each, and the distance to the next. */
  readonly weightGrad: number;
  readonly parts: number;
  readonly partChunks: number;
  readonly partBytes: number;
}

/** Distance between planes of `rows` rows: one cache line more than they take, so that 16 planes are in 16 sets. */
function planeOf(rows: number, columns: number): number {
  return Math.ceil((rows * columns * 4) / 64) * 64 + 64;
}

/** How the tiles are cut into chunks. */
interface Cut {
  /** Tiles of an image. */
  readonly down: number;
  readonly across: number;
  /** Images of a chunk; bands of an image, more than one where a chunk is one image, and rows of tiles of a band. */
  readonly chunk: number;
  readonly bands: number;
  readonly band: number;
}

/** By the sizes alone: the products' last bits may depend on it. */
function cutOf(g: Geometry, leastBand: number): Cut {
  const [down, across] = [Math.ceil(g.outHeight / 2), Math.ceil(g.outWidth / 2)];
  const rowBytes = 64 * across * (g.channels + g.filters);
  const fit = Math.floor(CHUNK_BYTES / (rowBytes * down));
  const least = Math.max(leastBand, Math.ceil(LEAST_COLUMNS / across));
  const wanted = Math.max(Math.ceil(FEW_CHUNKS / g.images), Math.ceil((rowBytes * down) / BAND_BYTES));
  const bands = fit > 0 ? 1 : Math.min(wanted, Math.floor(down / least));
  if (bands > 1) {
    const band = Math.ceil(down / bands);
    return { down, across, chunk: 1, bands: Math.ceil(down / band), band };
  }
  const chunk = Math.min(Math.max(fit, Math.ceil(LEAST_COLUMNS / (down * across))), g.images);
  return { down, across, chunk, bands: 1, band: down };
}

function withLayout(
  runtime: Runtime,
  g: Geometry,
  operation: string,
  leastBand: number,
  summed: boolean,
  run: (layout: Layout) => void,
): void {
  const { channels, filters } = g;
  const { down, across, chunk, bands, band } = cutOf(g, leastBand);
  const chunks = Math.ceil(g.images / chunk) * bands;
  const columns = chunk * band * across;
  const weightPlane = planeOf(filters, channels);
  const partBytes = 16 * weightPlane;
  const most = Math.max(1, Math.min(MOST_PARTS, Math.floor(PARTS_BYTES / partBytes)));
  const partChunks = Math.ceil(chunks / most);
  const parts = Math.ceil(chunks / partChunks);
  const widest = bands > 1 ? columns + across : columns;
  const roomBytes = 16 * (planeOf(channels, widest) + planeOf(filters, widest)) + 64;
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
    const rest = [imageStep, resultStep, g.images, chunk, bands, band, weight, weightPlane, blas, room, roomBytes];
    runtime.memory.i32.set([...sizes, ...rest], call >>> 2);
    const layout = { chunks, shared, call, weight, weightPlane, weightGrad, parts, partChunks, partBytes };
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

/** Ranges of `size` chunks, over threads where they have room and there is enough to do. */
function overChunks(
  runtime: Runtime,
  g: Geometry,
  { shared, chunks }: Layout,
  size: number,
  products: number,
  call: TaskCall,
): void {
  const { threads, kernels } = runtime;
  const tasks = Math.ceil(chunks / size);
  const work = g.images * g.outHeight * g.outWidth * g.channels * g.filters * 4 * products;
  if (shared && work * NANOSECONDS >= threads.least) threads.run(tasks, call);
  else for (let task = 0; task < tasks; task++) call(kernels, task);
}

/** Chunks of a task where it may be any number: enough tasks that nobody waits long for the last. */
function rangeOf(runtime: Runtime, chunks: number): number {
  return Math.ceil(chunks / (runtime.threads.count * 4));
}

/** `conv2d` of float32 operands at these addresses; `bias` is 0 for none. */
export function winogradForward(runtime: Runtime, g: Geometry, x: number, w: number, bias: number, y: number): void {
  const { kernels } = runtime;
  const { channels, filters } = g;
  withLayout(runtime, g, "conv2d", LEAST_BAND, false, (l) => {
    const { call, weight, weightPlane, chunks } = l;
    const size = rangeOf(runtime, chunks);
    for (let group = 0; group < g.groups; group++) {
      kernels.winogradWeight(w + group * g.groupWeight, filters * channels, weight, weightPlane);
      const from = x + group * g.groupImage;
      const to = y + group * g.groupResult;
      const added = bias === 0 ? 0 : bias + group * filters * 4;
      overChunks(runtime, g, l, size, 1, (k, task) =>
        k.winogradForward(call, from, added, to, task * size, Math.min((task + 1) * size, chunks)),
      );
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
  const summed = gradWeight !== 0;
  withLayout(runtime, g, "conv2dGrad", LEAST_BAND_BACK, summed, (l) => {
    const { call, weight, weightPlane, weightGrad, parts, partBytes, chunks } = l;
    const size = summed ? l.partChunks : rangeOf(runtime, chunks);
    const products = (summed ? 1 : 0) + (gradImage === 0 ? 0 : 1);
    for (let group = 0; group < g.groups; group++) {
      const weights = group * g.groupWeight;
      if (gradImage !== 0) kernels.winogradWeight(w + weights, filters * channels, weight, weightPlane);
      const image = group * g.groupImage;
      const from = grad + group * g.groupResult;
      const added = bias === 0 ? 0 : bias + group * channels * 4;
      const by = gradImage === 0 ? 0 : gradImage + image;
      overChunks(runtime, g, l, size, products, (k, task) => {
        const part = summed ? weightGrad + task * partBytes : 0;
        const first = task * size;
        k.winogradBackward(call, from, x + image, added, by, part, first, Math.min(first + size, chunks));
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
