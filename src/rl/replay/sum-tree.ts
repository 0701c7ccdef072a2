/**
 * Non-negative numbers whose sum, and the place where a running sum passes a value, are found in log₂ steps. A parent
 * is always the sum of its two children, so the leaves alone decide every bit of it.
 */
export class SumTree {
  /** Node 1 is the root; the children of i are 2i and 2i + 1; leaf k is node `#first + k`. */
  readonly #nodes: Float64Array;
  readonly #first: number;

  constructor(capacity: number) {
    this.#first = 2 ** Math.ceil(Math.log2(Math.max(capacity, 2)));
    this.#nodes = new Float64Array(2 * this.#first);
  }

  get total(): number {
    return this.#nodes[1] as number;
  }

  get(leaf: number): number {
    return this.#nodes[this.#first + leaf] as number;
  }

  set(leaf: number, value: number): void {
    const nodes = this.#nodes;
    let i = this.#first + leaf;
    nodes[i] = value;
    for (i >>= 1; i >= 1; i >>= 1) nodes[i] = (nodes[2 * i] as number) + (nodes[2 * i + 1] as number);
  }

  /** The leaf in whose stretch of the running sum `value` lies, `0 ≤ value < total`. */
  find(value: number): number {
    const nodes = this.#nodes;
    let left = value;
    let i = 1;
    while (i < this.#first) {
      const below = nodes[2 * i] as number;
      // (rounding can leave a value at the very end of an empty half)
      if (left < below || (nodes[2 * i + 1] as number) === 0) i = 2 * i;
      else {
        left -= below;
        i = 2 * i + 1;
      }
    }
    return i - this.#first;
  }

  /** The first `length` leaves. */
  leaves(length: number): Float64Array {
    return this.#nodes.slice(this.#first, this.#first + length);
  }

  /** Replaces all leaves; those beyond `values` become 0. */
  load(values: Float64Array): void {
    const nodes = this.#nodes.fill(0);
    nodes.set(values, this.#first);
    for (let i = this.#first - 1; i >= 1; i--) nodes[i] = (nodes[2 * i] as number) + (nodes[2 * i + 1] as number);
  }
}
