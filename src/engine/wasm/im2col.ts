import { both, type Geometry } from "./conv-geometry.ts";
import { gemm } from "./gemm.ts";
import { address4, type Runtime } from "./runtime.ts";

// A convolution as the product of the weights [O, C·kh·kw] with what the windows see (im2col). That matrix is made
// in pieces that stay in the cache: a few output rows of one image, or several small images side by side.

/** Bytes of im2col's matrix that stay in the second-level cache beside the weights. */
const PIECE_BYTES = 1 << 19;

/** A part of the positions: `count` images from `image`, of each `rows` rows from `row`. */
interface Piece {
  image: number;
  count: number;
  row: number;
  rows: number;
  /** Positions: count · rows · OW. */
  columns: number;
}

/** Scratch of one call: a piece of the matrix, and of the results where several images share it. */
interface Scratch {
  /** 0 where every output sees one pixel, its own: the image is its own matrix. */
  readonly matrix: number;
  /** 0 where the pieces are parts of one image. */
  readonly result: number;
}

function isDirect(g: Geometry): boolean {
  const { kernel, stride, padding } = g.window;
  const same = g.height === g.outHeight && g.width === g.outWidth;
  return both(kernel, 1) && both(stride, 1) && both(padding, 0) && same;
}

/** Calls `visit` with each piece of each group; `run` gets what it needs for a group. */
function forEachPiece(
  runtime: Runtime,
  g: Geometry,
  operation: string,
  visit: (piece: Piece, group: number, scratch: Scratch) => void,
): void {
  const direct = isDirect(g);
  const positions = Math.floor(PIECE_BYTES / 4 / Math.max(g.depth, 1));
  const perImage = g.outHeight * g.outWidth;
  const together = direct ? 1 : Math.max(1, Math.min(Math.floor(positions / perImage), g.images));
  const rows = direct ? g.outHeight : Math.min(Math.max(Math.floor(positions / g.outWidth), 1), g.outHeight);
  const most = together * rows * g.outWidth;
  const matrixLength = direct ? 0 : g.depth * most;
  const resultLength = together > 1 ? g.filters * most : 0;
  const view = runtime.temporary("float32", [matrixLength + resultLength], operation);
  try {
    const at = address4(runtime, view, operation);
    const scratch = { matrix: direct ? 0 : at, result: together > 1 ? at + matrixLength * 4 : 0 };
    for (let group = 0; group < g.groups; group++) {
      for (let image = 0; image < g.images; image += together) {
        const count = Math.min(together, g.images - image);
        for (let row = 0; row < g.outHeight; row += rows) {
          const height = Math.min(rows, g.outHeight - row);
          visit({ image, count, row, rows: height, columns: count * height * g.outWidth }, group, scratch);
        }
      }
    }
  } finally {
    runtime.release(view.storage);
  }
}

/** Between images and a piece of their matrix, in one direction or the other. */
function move(runtime: Runtime, g: Geometry, piece: Piece, image: number, matrix: number, back: boolean): void {
  const { kernel: size, stride, padding, dilation } = g.window;
  const { im2col, col2im } = runtime.kernels;
  for (let i = 0; i < piece.count; i++) {
    const pixels = image + (piece.image + i) * g.imageStep;
    const column = matrix + i * piece.rows * g.outWidth * 4;
    (back ? col2im : im2col)(
      back ? column : pixels,
      g.channels,
      g.height,
      g.width,
      size[0],
      size[1],
      stride[0],
      stride[1],
      padding[0],
      padding[1],
      dilation[0],
      dilation[1],
      piece.row,
      piece.rows,
      g.outWidth,
      back ? pixels : column,
      piece.columns * 4,
    );
  }
}

/** Results [images, filters, size] to rows of all images, [filters, images · size], or back. */
function moveResults(runtime: Runtime, g: Geometry, piece: Piece, rows: number, results: number): void {
  const plane = g.outHeight * g.outWidth * 4;
  const at = results + piece.image * g.resultStep;
  const { count, columns } = piece;
  runtime.kernels.movePlanes(at, g.resultStep, plane, rows, plane, columns * 4, count, g.filters, plane / 4, 0);
}

/** `conv2d` of float32 operands at these addresses; `bias` is 0 for none. */
export function im2colForward(runtime: Runtime, g: Geometry, x: number, w: number, bias: number, y: number): void {
  const { kernels } = runtime;
  const plane = g.outHeight * g.outWidth;
  let filled = false;
  forEachPiece(runtime, g, "conv2d", (piece, group, scratch) => {
    const { columns, count } = piece;
    const image = x + group * g.groupImage;
    const first = image + piece.image * g.imageStep;
    const result = y + group * g.groupResult + piece.image * g.resultStep;
    const weight = w + group * g.groupWeight;
    const matrix = scratch.matrix === 0 ? first : scratch.matrix;
    if (scratch.matrix !== 0) move(runtime, g, piece, image, matrix, false);
    if (scratch.result === 0) {
      if (bias !== 0 && !filled) {
        kernels.fillPlanes(y, bias, g.images * g.groups * g.filters, g.groups * g.filters, plane);
        filled = true;
      }
      const to = result + piece.row * g.outWidth * 4;
      const add = bias === 0 ? 0 : 1;
      gemm(runtime, 0, 0, g.filters, columns, g.depth, weight, g.depth, matrix, columns, to, plane, add, 0);
      return;
    }
    const { result: rows } = scratch;
    gemm(runtime, 0, 0, g.filters, columns, g.depth, weight, g.depth, matrix, columns, rows, columns, 0, 0);
    const added = bias === 0 ? 0 : bias + group * g.filters * 4;
    const to = plane * 4;
    kernels.movePlanes(rows, to, columns * 4, result, g.resultStep, to, count, g.filters, plane, added);
  });
}

/** Gradients by the image (plus `bias` on each of its channels) and by the weight, each where it is given an address. */
export function im2colBackward(
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
  const plane = g.outHeight * g.outWidth;
  const pixels = g.height * g.width;
  const empty = g.images * plane * g.filters === 0;
  const planes = g.images * g.groups * g.channels;
  if (gradImage !== 0 && bias !== 0) kernels.fillPlanes(gradImage, bias, planes, g.groups * g.channels, pixels);
  else if (gradImage !== 0 && (!isDirect(g) || empty)) kernels.fill4(gradImage, 0, planes * pixels);
  if (gradWeight !== 0 && empty) kernels.fill4(gradWeight, 0, g.groups * g.filters * g.depth);
  forEachPiece(runtime, g, "conv2dGrad", (piece, group, scratch) => {
    const { columns } = piece;
    const results = grad + group * g.groupResult;
    let from = results + piece.image * g.resultStep + piece.row * g.outWidth * 4;
    let pitch = plane;
    if (scratch.result !== 0) {
      moveResults(runtime, g, piece, scratch.result, results);
      from = scratch.result;
      pitch = columns;
    }
    if (gradWeight !== 0) {
      const image = x + group * g.groupImage;
      const matrix = scratch.matrix === 0 ? image + piece.image * g.imageStep : scratch.matrix;
      if (scratch.matrix !== 0) move(runtime, g, piece, image, matrix, false);
      const to = gradWeight + group * g.groupWeight;
      const add = piece.image > 0 || piece.row > 0 ? 1 : 0;
      gemm(runtime, 0, 1, g.filters, g.depth, columns, from, pitch, matrix, columns, to, g.depth, add, 0);
    }
    if (gradImage === 0) return;
    const image = gradImage + group * g.groupImage;
    const matrix = scratch.matrix === 0 ? image + piece.image * g.imageStep : scratch.matrix;
    const weight = w + group * g.groupWeight;
    const add = scratch.matrix === 0 && bias !== 0 ? 1 : 0;
    gemm(runtime, 1, 0, g.depth, columns, g.filters, weight, g.depth, from, pitch, matrix, columns, add, 0);
    if (scratch.matrix !== 0) move(runtime, g, piece, image, matrix, true);
  });
}
