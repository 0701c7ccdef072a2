import { sgemm } from "./blas";
import { gemm } from "./gemm";
import { threadNumber } from "./scratch";
import { winogradImage, winogradImageGrad } from "./winograd-image";
import { winogradResult, winogradResultGrad } from "./winograd-result";

// Convolutions by Winograd's way in chunks: to tiles, 16 products, and back, all while the chunk is in a cache. A chunk is
// a few images or, of large ones, a band: some rows of the tiles of one. A thread does a range of chunks by itself, so that
// threads meet once a call.

/** What all ranges of one call share; ../winograd.ts writes it word by word. */
// @ts-ignore: decorator
@unmanaged
class Call {
  channels: i32;
  filters: i32;
  height: i32;
  width: i32;
  outHeight: i32;
  outWidth: i32;
  padTop: i32;
  padLeft: i32;
  /** Tiles of an image. */
  down: i32;
  across: i32;
  /** Bytes from one image, and from one result, to the next. */
  imageStep: i32;
  resultStep: i32;
  images: i32;
  /** Images of a chunk; bands of an image, and rows of tiles of a band. */
  chunk: i32;
  bands: i32;
  band: i32;
  /** ŵ, and the distance between two of its 16 planes. */
  weight: usize;
  weightPlane: usize;
  /** 1 where a BLAS library multiplies. */
  blas: i32;
  /** Where thread 0 keeps a chunk's tiles, and how far it is to the next thread's. */
  room: usize;
  roomBytes: usize;
}

/** Distance between planes of tiles: one cache line more than they take, so that 16 planes are in 16 sets. */
// @ts-ignore: decorator
@inline
function planeOf(rows: i32, columns: i32): usize {
  return ((<usize>(rows * columns) * 4 + 63) & ~63) + 64;
}

/** The 16 products of planes: C[ξ] = op(A[ξ])·op(B[ξ]), + C[ξ] where `add` is 1. */
function products(
  blas: i32, transA: i32, transB: i32, m: i32, n: i32, k: i32, a: usize, planeA: usize, lda: i32,
  b: usize, planeB: usize, ldb: i32, c: usize, planeC: usize, ldc: i32, add: i32,
): void {
  for (let i = 0; i < 16; i++) {
    if (blas) sgemm(transA, transB, m, n, k, a, lda, b, ldb, add, c, ldc);
    else gemm(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, add, 0);
    a += planeA;
    b += planeB;
    c += planeC;
  }
}

/** Results at `y` of chunks `from` to `to` - 1 of the images at `x`; `bias` is 0 for none. */
export function winogradForward(call: usize, x: usize, bias: usize, y: usize, from: i32, to: i32): void {
  const g = changetype<Call>(call);
  const channels = g.channels, filters = g.filters, across = g.across;
  const image = g.room + <usize>threadNumber() * g.roomBytes;
  for (let chunk = from; chunk < to; chunk++) {
    const first = chunk / g.bands * g.chunk;
    const count = min(g.chunk, g.images - first);
    const top = chunk % g.bands * g.band;
    const down = min(g.band, g.down - top);
    const columns = count * down * across;
    const row = <usize>columns << 2;
    const imagePlane = planeOf(channels, columns), resultPlane = planeOf(filters, columns);
    const result = image + 16 * imagePlane;
    winogradImage(
      x + <usize>first * g.imageStep, g.imageStep, count, channels, g.height, g.width, g.padTop, g.padLeft,
      top, down, across, image, imagePlane, row,
    );
    products(
      g.blas, 0, 0, filters, columns, channels, g.weight, g.weightPlane, channels, image, imagePlane, columns,
      result, resultPlane, columns, 0,
    );
    winogradResult(
      result, resultPlane, row, bias, y + <usize>first * g.resultStep, g.resultStep, count, filters,
      g.outHeight, g.outWidth, top, down, across,
    );
  }
}

/**
 * From the results' gradients at `grad`: those by the images to `gradImage` (plus `bias` on each channel), and the
 * part of those by ŵ that these chunks give to `gradWeight`, in planes as ŵ's; each where it is given an address.
 */
export function winogradBackward(
  call: usize, grad: usize, x: usize, bias: usize, gradImage: usize, gradWeight: usize, from: i32, to: i32,
): void {
  const g = changetype<Call>(call);
  const channels = g.channels, filters = g.filters, across = g.across;
  const image = g.room + <usize>threadNumber() * g.roomBytes;
  for (let chunk = from; chunk < to; chunk++) {
    const first = chunk / g.bands * g.chunk;
    const count = min(g.chunk, g.images - first);
    const top = chunk % g.bands * g.band;
    const down = min(g.band, g.down - top);
    // A band's first pixels see the row of tiles above it, too.
    const above = gradImage && top > 0 ? 1 : 0;
    const columns = count * down * across, wider = columns + above * across;
    const row = <usize>wider << 2;
    const imagePlane = planeOf(channels, wider), resultPlane = planeOf(filters, wider);
    const result = image + 16 * imagePlane;
    winogradResultGrad(
      grad + <usize>first * g.resultStep, g.resultStep, count, filters, g.outHeight, g.outWidth,
      top - above, down + above, across, result, resultPlane, row,
    );
    if (gradWeight) {
      winogradImage(
        x + <usize>first * g.imageStep, g.imageStep, count, channels, g.height, g.width, g.padTop, g.padLeft,
        top, down, across, image, imagePlane, <usize>columns << 2,
      );
      products(
        g.blas, 0, 1, filters, channels, columns, result + (<usize>(above * across) << 2), resultPlane, wider,
        image, imagePlane, columns, gradWeight, g.weightPlane, channels, chunk > from ? 1 : 0,
      );
    }
    if (!gradImage) continue;
    products(
      g.blas, 1, 0, channels, wider, filters, g.weight, g.weightPlane, channels, result, resultPlane, wider,
      image, imagePlane, wider, 0,
    );
    const begin = top > 0 ? min(g.height, max(0, 2 * top - g.padTop)) : 0;
    const end = top + down < g.down ? min(g.height, max(0, 2 * (top + down) - g.padTop)) : g.height;
    winogradImageGrad(
      image, imagePlane, row, bias, gradImage + <usize>first * g.imageStep, g.imageStep, count, channels,
      g.height, g.width, g.padTop, g.padLeft, top - above, down + above, across, begin, end,
    );
  }
}
