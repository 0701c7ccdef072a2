import { empty } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { DataError } from "../../util/index.ts";
import { type ColumnChunk, placeOf } from "./row-source.ts";
import type { PartLayout, StreamingDataset } from "./streaming-dataset.ts";
import { type Piece, permutation, type WindowPlan } from "./window-order.ts";

type Staging = Float32Array | Int32Array;

// Columns become rows in tiles: the rows of one stay in the processor's cache while each column is written.
const TILE = 512;

/** Rows in the engine, in the order in which they are handed out. */
export interface Window {
  readonly rows: number;
  /** One a part: `[rows]` or `[rows, columns]`; roots, released by whoever takes them. */
  readonly tensors: readonly Tensor[];
  /** The rows of the source, for `sourceRow`. */
  readonly origin: WindowOrigin;
}

/** Where a window's rows come from. */
export interface WindowOrigin {
  readonly pieces: readonly Piece[];
  /** Where each row of the pieces stands in the window; null for their own order. */
  readonly places: Int32Array | null;
}

export function releaseWindow(window: Window): void {
  for (const each of window.tensors) each.release();
}

/** The row of the source that is the `row`-th of some pieces. */
function rowOf(pieces: readonly Piece[], row: number): number {
  let rest = row;
  for (const { start, rows } of pieces) {
    if (rest < rows) return start + rest;
    rest -= rows;
  }
  return rest;
}

/** The rows of the source that stand in a window from `start` on. */
export function sourceRows({ pieces, places }: WindowOrigin, start: number, count: number): number[] {
  const rows = Array.from({ length: count }, (_, i) => start + i);
  places?.forEach((place, row) => {
    if (place >= start && place < start + count) rows[place - start] = row;
  });
  return rows.map((row) => rowOf(pieces, row));
}

/** Reads windows: one piece after another, going on in what is open where pieces follow each other. */
export class WindowReader {
  readonly #dataset: StreamingDataset;
  readonly #columns: readonly string[];
  readonly #staging: Staging[] = [];
  // Where the rows of a tile begin in a part.
  readonly #starts: Int32Array = new Int32Array(TILE);
  #open: AsyncIterator<ColumnChunk> | null = null;
  // The row of the source that the open iterator comes to next, and what is left of its last chunk.
  #at = -1;
  #chunk: ColumnChunk | null = null;
  #used = 0;

  constructor(dataset: StreamingDataset) {
    this.#dataset = dataset;
    this.#columns = dataset.columns;
  }

  /** A window with as many rows as there are; null when there are none. */
  async read(plan: WindowPlan): Promise<Window | null> {
    const { layout } = this.#dataset;
    layout.forEach(({ columns, dtype }, part) => {
      const size = plan.rows * columns.length;
      if ((this.#staging[part]?.length ?? -1) >= size) return;
      this.#staging[part] = dtype === "int32" ? new Int32Array(size) : new Float32Array(size);
    });
    let places = plan.seed === null ? null : permutation(plan.seed, plan.rows);
    let filled = 0;
    for (const piece of plan.pieces) {
      const got = await this.#readPiece(piece, filled, places);
      filled += got;
      if (got === piece.rows) continue;
      const { numRows } = this.#dataset.source;
      if (numRows === null) break; // that was the end
      throw new DataError(
        "StreamLoader",
        `the source ended before ${placeOf(this.#dataset.source, piece.start + got)}`,
        `expected the ${numRows} rows it had at first`,
        "The file was changed, or its reader counts otherwise: open it again.",
      );
    }
    if (filled === 0) return null;
    if (places !== null && filled < plan.rows) places = this.#closeRanks(places, filled);
    return this.#upload(filled, { pieces: plan.pieces, places });
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    this.#chunk = null;
    await open?.return?.();
  }

  async #readPiece(piece: Piece, into: number, places: Int32Array | null): Promise<number> {
    if (this.#open === null || this.#at !== piece.start) {
      await this.close();
      this.#open = this.#dataset.source.open(piece.start, this.#columns);
      this.#at = piece.start;
    }
    let got = 0;
    while (got < piece.rows) {
      if (this.#chunk === null) {
        const { done, value } = await this.#open.next();
        if (done === true) break;
        this.#chunk = value;
        this.#used = 0;
      }
      const take = Math.min(piece.rows - got, this.#chunk.rows - this.#used);
      this.#write(this.#chunk, this.#used, into + got, take, places);
      got += take;
      this.#at += take;
      this.#used += take;
      if (this.#used === this.#chunk.rows) this.#chunk = null;
    }
    return got;
  }

  #write(chunk: ColumnChunk, from: number, to: number, rows: number, places: Int32Array | null): void {
    this.#dataset.layout.forEach(({ columns }, part) => {
      const out = this.#staging[part] as Staging;
      const width = columns.length;
      const values = columns.map((name) => chunk.columns[name] as ArrayLike<number>);
      const starts = this.#starts;
      for (let tile = 0; tile < rows; tile += TILE) {
        const count = Math.min(TILE, rows - tile);
        placeRows(starts, places, to + tile, width, count);
        for (let column = 0; column < width; column++) {
          const each = values[column] as ArrayLike<number>;
          const bad = writeColumn(out, each, from + tile, starts, column, count);
          if (bad >= 0) throw this.#notWhole(this.#at + tile + bad, columns[column] as string, each[from + tile + bad]);
        }
      }
    });
  }

  /** The source ended within the window: what is there moves up. */
  #closeRanks(places: Int32Array, filled: number): Int32Array {
    const rows = new Int32Array(places.length).fill(-1);
    for (let row = 0; row < filled; row++) rows[places[row] as number] = row;
    const closed = new Int32Array(filled);
    let next = 0;
    rows.forEach((row, place) => {
      if (row < 0) return;
      closed[row] = next;
      this.#dataset.layout.forEach(({ columns }, part) => {
        const width = columns.length;
        (this.#staging[part] as Staging).copyWithin(next * width, place * width, (place + 1) * width);
      });
      next++;
    });
    return closed;
  }

  #notWhole(row: number, column: string, value: unknown): DataError {
    return new DataError(
      "StreamLoader",
      `${placeOf(this.#dataset.source, row)}, column ${column} holds ${value}`,
      "expected whole numbers within 32 bits in an int32 part",
      "Drop or impute missing values, or leave the part float32.",
    );
  }

  #upload(rows: number, origin: WindowOrigin): Window {
    const tensors = this.#dataset.layout.map(({ columns, dtype, flat }, part) => {
      const width = columns.length;
      const values = (this.#staging[part] as Staging).subarray(0, rows * width);
      const out = empty(flat ? [rows] : [rows, width], dtype === "int32" ? { dtype } : {}).keep();
      // (the default float dtype may be another)
      out.storage.backend.write(out.storage, 0, out.dtype === dtype ? values : Float64Array.from(values));
      return out;
    });
    const window: Window = { rows, tensors, origin };
    try {
      tensors.forEach((each, part) => {
        this.#checkFinite(each, part, origin);
      });
    } catch (error) {
      releaseWindow(window);
      throw error;
    }
    return window;
  }

  #checkFinite(values: Tensor, part: number, origin: WindowOrigin): void {
    const { columns, dtype } = this.#dataset.layout[part] as PartLayout;
    if (dtype === "int32") return; // (checked as they were written)
    const at = values.storage.backend.firstNonfinite(values);
    if (at < 0) return;
    const [row] = sourceRows(origin, Math.floor(at / columns.length), 1) as [number];
    throw new DataError(
      "StreamLoader",
      `${placeOf(this.#dataset.source, row)}, column ${columns[at % columns.length]} holds ${(this.#staging[part] as Staging)[at]}`,
      "expected finite values only",
      "Drop or impute that row before training; nothing is filled in silently.",
    );
  }
}

/** Where `count` rows from `row` on begin. */
function placeRows(starts: Int32Array, places: Int32Array | null, row: number, width: number, count: number): void {
  if (places === null) for (let i = 0; i < count; i++) starts[i] = (row + i) * width;
  else for (let i = 0; i < count; i++) starts[i] = (places[row + i] as number) * width;
}

/** Writes `count` elements of a column. Returns the first that an int32 part cannot hold, or -1. */
function writeColumn(
  out: Staging,
  values: ArrayLike<number>,
  from: number,
  starts: Int32Array,
  column: number,
  count: number,
): number {
  if (out instanceof Int32Array) return copyWhole(out, values, from, starts, column, count);
  if (values instanceof Float64Array) copyFloat64(out, values, from, starts, column, count);
  else copyAny(out, values, from, starts, column, count);
  return -1;
}

// One function for each kind of array: the engine then compiles each loop for that kind.
function copyFloat64(
  out: Float32Array,
  values: Float64Array,
  from: number,
  starts: Int32Array,
  column: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) out[(starts[i] as number) + column] = values[from + i] as number;
}

function copyAny(
  out: Float32Array,
  values: ArrayLike<number>,
  from: number,
  starts: Int32Array,
  column: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) out[(starts[i] as number) + column] = values[from + i] as number;
}

function copyWhole(
  out: Int32Array,
  values: ArrayLike<number>,
  from: number,
  starts: Int32Array,
  column: number,
  count: number,
): number {
  for (let i = 0; i < count; i++) {
    const value = values[from + i] as number;
    const at = (starts[i] as number) + column;
    out[at] = value;
    if (out[at] !== value) return i;
  }
  return -1;
}
