import { Generator } from "../../engine/index.ts";
import { fromTypedArray, tensor } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { DataError } from "../../util/index.ts";
import type { ColumnChunk } from "./row-source.ts";
import type { PartLayout, StreamingDataset } from "./streaming-dataset.ts";
import type { Piece, WindowPlan } from "./window-order.ts";

type Staging = Float32Array | Int32Array;

// Columns become rows in tiles: the rows of one stay in the processor's cache while each column is written.
const TILE = 1024;

/** Rows in the engine. */
export interface Window {
  readonly rows: number;
  /** One a part: `[rows]` or `[rows, columns]`, in the order of the source; roots, released by whoever takes them. */
  readonly tensors: readonly Tensor[];
  /** The order in which they are to be taken; null for their own. */
  readonly order: { readonly indices: Int32Array; readonly inEngine: Tensor } | null;
  readonly pieces: readonly Piece[];
}

export function releaseWindow(window: Window): void {
  for (const each of window.tensors) each.release();
  window.order?.inEngine.release();
}

/** The row of the source that is row `row` of a window. */
export function sourceRow(pieces: readonly Piece[], row: number): number {
  let rest = row;
  for (const { start, rows } of pieces) {
    if (rest < rows) return start + rest;
    rest -= rows;
  }
  return rest;
}

/** Reads windows: one piece after another, going on in what is open where pieces follow each other. */
export class WindowReader {
  readonly #dataset: StreamingDataset;
  readonly #columns: readonly string[];
  readonly #staging: Staging[] = [];
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
    let filled = 0;
    for (const piece of plan.pieces) {
      const got = await this.#readPiece(piece, filled);
      filled += got;
      if (got === piece.rows) continue;
      const { numRows } = this.#dataset.source;
      if (numRows === null) break; // that was the end
      throw new DataError(
        "StreamLoader",
        `the source ended at row ${piece.start + got}`,
        `expected the ${numRows} rows it had at first`,
        "The file was changed, or its reader counts otherwise: open it again.",
      );
    }
    return filled === 0 ? null : this.#upload(plan, filled);
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    this.#chunk = null;
    await open?.return?.();
  }

  async #readPiece(piece: Piece, into: number): Promise<number> {
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
      this.#write(this.#chunk, this.#used, into + got, take);
      got += take;
      this.#at += take;
      this.#used += take;
      if (this.#used === this.#chunk.rows) this.#chunk = null;
    }
    return got;
  }

  #write(chunk: ColumnChunk, from: number, to: number, rows: number): void {
    this.#dataset.layout.forEach(({ columns }, part) => {
      const out = this.#staging[part] as Staging;
      const width = columns.length;
      const values = columns.map((name) => chunk.columns[name] as ArrayLike<number>);
      for (let tile = 0; tile < rows; tile += TILE) {
        const end = Math.min(rows, tile + TILE);
        for (let column = 0; column < width; column++) {
          writeColumn(
            out,
            values[column] as ArrayLike<number>,
            from + tile,
            (to + tile) * width + column,
            width,
            end - tile,
          );
        }
      }
    });
  }

  #upload(plan: WindowPlan, rows: number): Window {
    const tensors = this.#dataset.layout.map(({ columns, flat }, part) => {
      const width = columns.length;
      const values = (this.#staging[part] as Staging).subarray(0, rows * width);
      return fromTypedArray(values, flat ? [rows] : [rows, width]).keep();
    });
    try {
      tensors.forEach((each, part) => {
        this.#checkFinite(each, part, plan.pieces);
      });
    } catch (error) {
      for (const each of tensors) each.release();
      throw error;
    }
    if (plan.seed === null) return { rows, tensors, order: null, pieces: plan.pieces };
    const indices = new Generator(plan.seed).randperm(rows);
    return { rows, tensors, order: { indices, inEngine: tensor(indices).keep() }, pieces: plan.pieces };
  }

  #checkFinite(values: Tensor, part: number, pieces: readonly Piece[]): void {
    const { columns, dtype } = this.#dataset.layout[part] as PartLayout;
    if (dtype === "int32") return; // (checked as they were written)
    const at = values.storage.backend.firstNonfinite(values);
    if (at < 0) return;
    const row = sourceRow(pieces, Math.floor(at / columns.length));
    throw new DataError(
      "StreamLoader",
      `row ${row}, column ${columns[at % columns.length]} holds ${(this.#staging[part] as Staging)[at]}`,
      "expected finite values only",
      "Drop or impute that row before training; nothing is filled in silently.",
    );
  }
}

// Writes `rows` elements of a column; in an int32 part only what is one.
function writeColumn(
  out: Staging,
  values: ArrayLike<number>,
  from: number,
  to: number,
  step: number,
  rows: number,
): void {
  if (out instanceof Int32Array) copyWhole(out, values, from, to, step, rows);
  else if (values instanceof Float64Array) copyFloat64(out, values, from, to, step, rows);
  else copyAny(out, values, from, to, step, rows);
}

// One function for each kind of array: the engine then compiles each loop for that kind.
function copyFloat64(
  out: Float32Array,
  values: Float64Array,
  from: number,
  to: number,
  step: number,
  rows: number,
): void {
  for (let i = 0, at = to; i < rows; i++, at += step) out[at] = values[from + i] as number;
}

function copyAny(
  out: Float32Array,
  values: ArrayLike<number>,
  from: number,
  to: number,
  step: number,
  rows: number,
): void {
  for (let i = 0, at = to; i < rows; i++, at += step) out[at] = values[from + i] as number;
}

function copyWhole(
  out: Int32Array,
  values: ArrayLike<number>,
  from: number,
  to: number,
  step: number,
  rows: number,
): void {
  for (let i = 0, at = to; i < rows; i++, at += step) {
    const value = values[from + i] as number;
    out[at] = value;
    if (out[at] === value) continue;
    throw new DataError(
      "StreamLoader",
      `an int32 part holds ${value}`,
      "expected whole numbers within 32 bits",
      "Drop or impute missing values, or leave the part float32.",
    );
  }
}
