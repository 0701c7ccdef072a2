import { Generator } from "../../engine/index.ts";

/** Rows of the source that follow each other. */
export interface Piece {
  readonly start: number;
  readonly rows: number;
}

/** What is in memory at a time: some pieces of the source, and how their rows are permuted. */
export interface WindowPlan {
  readonly pieces: readonly Piece[];
  /** Rows of all pieces; the source may end before. */
  readonly rows: number;
  /** Seed of the permutation of its rows; null for the order of the source. */
  readonly seed: number | null;
}

/** Rows read at a time without shuffling. */
const PLAIN_ROWS = 4096;

/**
 * The order of one epoch of a stream, that any position of it can be found by arithmetic:
 *
 * 1. the blocks of the source, where it has some, are permuted;
 * 2. they are cut into windows of `shuffleRows` rows or a little more (at least one block each);
 * 3. the rows of a window are permuted among themselves.
 *
 * Both permutations follow from one seed, so that nothing but the seed and a position is ever saved, and a position
 * costs the reading of one window. Each row comes exactly once, whatever the batches are.
 */
export class WindowOrder {
  readonly #numRows: number | null;
  readonly #shuffleRows: number | null;
  readonly #base: number;
  readonly #blocks: readonly Piece[] | null;
  // Of windows made of blocks: the first block of each, and the position of its first row.
  readonly #firstBlock: number[] = [0];
  readonly #position: number[] = [0];
  readonly #generator: Generator | null;
  readonly #seeds: number[] = [];

  /**
   * @param seed null for the order of the source
   * @param base without a seed: the first row that is wanted
   */
  constructor(
    source: { readonly numRows: number | null; readonly blockStarts?: readonly number[] },
    shuffle: { readonly seed: bigint; readonly shuffleRows: number } | null,
    base: number = 0,
  ) {
    const { numRows, blockStarts } = source;
    this.#numRows = numRows;
    this.#shuffleRows = shuffle?.shuffleRows ?? null;
    this.#base = shuffle === null ? base : 0;
    this.#generator = shuffle === null ? null : new Generator(shuffle.seed);
    if (this.#generator === null || blockStarts === undefined || numRows === null) {
      this.#blocks = null;
      return;
    }
    const order = this.#generator.randperm(blockStarts.length);
    this.#blocks = Array.from(order, (block) => {
      const start = blockStarts[block] as number;
      return { start, rows: (blockStarts[block + 1] ?? numRows) - start };
    });
    let position = 0;
    let rows = 0;
    this.#blocks.forEach((block, i) => {
      position += block.rows;
      rows += block.rows;
      if (rows < this.#windowRows || position === numRows) return;
      this.#firstBlock.push(i + 1);
      this.#position.push(position);
      rows = 0;
    });
  }

  get #windowRows(): number {
    return this.#shuffleRows ?? PLAIN_ROWS;
  }

  /** The window that holds a position of the epoch, and where in it that is. */
  locate(position: number): { window: number; offset: number } {
    if (this.#blocks === null) {
      const inside = position - this.#base;
      return { window: Math.floor(inside / this.#windowRows), offset: inside % this.#windowRows };
    }
    let low = 0;
    for (let high = this.#position.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if ((this.#position[middle] as number) <= position) low = middle;
      else high = middle - 1;
    }
    return { window: low, offset: position - (this.#position[low] as number) };
  }

  /** A window of the epoch; null beyond the end (where that is known). */
  window(index: number): WindowPlan | null {
    const pieces = this.#pieces(index);
    const rows = pieces.reduce((sum, each) => sum + each.rows, 0);
    return rows <= 0 ? null : { pieces, rows, seed: this.#seedOf(index) };
  }

  #pieces(index: number): readonly Piece[] {
    if (this.#blocks !== null) {
      const first = this.#firstBlock[index];
      return first === undefined ? [] : this.#blocks.slice(first, this.#firstBlock[index + 1]);
    }
    const start = this.#base + index * this.#windowRows;
    const left = this.#numRows === null ? this.#windowRows : this.#numRows - start;
    return [{ start, rows: Math.min(this.#windowRows, left) }];
  }

  #seedOf(index: number): number | null {
    if (this.#generator === null) return null;
    while (this.#seeds.length <= index) this.#seeds.push(this.#generator.random32());
    return this.#seeds[index] as number;
  }
}

/**
 * A permutation of `0 … count - 1`: Fisher and Yates's, drawn from xorshift128, which costs a tenth of what the Mersenne
 * Twister does. (Nobody else's order is to be reproduced here, and it is drawn for every row of an epoch.)
 *
 * @param seed a whole number of 32 bits
 */
export function permutation(seed: number, count: number): Int32Array {
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  let [x, y, z, w] = [seed | 0, 0x6c078965, 0x9908b0df, 0x5bd1e995];
  for (let left = count + WARM_UP; left > 1; left--) {
    const t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w ^= (w >>> 19) ^ t ^ (t >>> 8);
    if (left > count) continue;
    const at = Math.floor((w >>> 0) * 2 ** -32 * left);
    const kept = order[left - 1] as number;
    order[left - 1] = order[at] as number;
    order[at] = kept;
  }
  return order;
}

/** Draws after which seeds that are alike have become different states. */
const WARM_UP = 32;
