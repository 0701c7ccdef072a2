import { ShapeError } from "../../util/index.ts";
import type { View } from "../storage.ts";
import { DESCRIPTOR, type Memory } from "./memory.ts";

/** As many dimensions as PyTorch's own limit for indexing loops, and more than anyone uses. */
const MAX_RANK = 32;
/** What a kernel takes; further dimensions that do not join become a loop here. */
const KERNEL_RANK = 8;
const OPERANDS = 4;

/**
 * How to walk several strided operands together: their common shape without dimensions of size 1,
 * neighbouring dimensions joined wherever all operands allow, and each operand's strides.
 *
 * One object is reused for all calls, so nothing is allocated: `start`, `operand` for each slot, then
 * `finish`, which writes the descriptor for the kernel.
 */
export class StridedPlan {
  private readonly memory: Memory;
  /** Address of the descriptor. */
  readonly descriptor: number = DESCRIPTOR;
  private readonly shape: Int32Array = new Int32Array(MAX_RANK);
  /** `strides[slot * MAX_RANK + dimension]` */
  private readonly strides: Int32Array = new Int32Array(OPERANDS * MAX_RANK);
  /** Dimensions in the descriptor, 1 to 8. */
  rank = 0;
  /** How often to call the kernel; 1 unless more than 8 dimensions remain. */
  outer = 1;
  /** Elements that one call covers. */
  inner = 1;
  private outerRank = 0;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  start(operation: string, shape: readonly number[]): void {
    const rank = shape.length;
    if (rank > MAX_RANK) {
      throw new ShapeError(
        operation,
        `a tensor of ${rank} dimensions`,
        `expected at most ${MAX_RANK}`,
        "Reshape it to fewer dimensions.",
      );
    }
    for (let i = 0; i < rank; i++) this.shape[i] = shape[i] as number;
    this.rank = rank;
  }

  /** An operand, broadcast to the shape. */
  operand(slot: number, view: View): void {
    const { shape, strides } = view;
    const base = slot * MAX_RANK;
    const missing = this.rank - shape.length;
    for (let i = 0; i < missing; i++) this.strides[base + i] = 0;
    for (let i = 0; i < shape.length; i++) {
      this.strides[base + missing + i] = shape[i] === 1 ? 0 : (strides[i] as number);
    }
  }

  /** An operand that is one element for all positions. */
  scalar(slot: number): void {
    this.strides.fill(0, slot * MAX_RANK, slot * MAX_RANK + this.rank);
  }

  /** Lets an operand stand still along `dim`, which its kernel walks by itself. */
  still(slot: number, dim: number): void {
    this.strides[slot * MAX_RANK + dim] = 0;
  }

  /** Two numbers behind the descriptor of one operand, after `finish`. */
  append(first: number, second: number): void {
    const at = (DESCRIPTOR >>> 2) + 1 + 2 * this.rank;
    this.memory.i32[at] = first;
    this.memory.i32[at + 1] = second;
  }

  /** Joins dimensions and writes the descriptor of the first `operands` slots. */
  finish(operands: number): void {
    this.join(operands);
    this.outerRank = this.rank > KERNEL_RANK ? this.rank - KERNEL_RANK : 0;
    this.outer = 1;
    for (let d = 0; d < this.outerRank; d++) this.outer *= this.shape[d] as number;
    this.rank -= this.outerRank;
    this.inner = 1;
    for (let d = 0; d < this.rank; d++) this.inner *= this.shape[this.outerRank + d] as number;

    const { i32 } = this.memory;
    let at = DESCRIPTOR >>> 2;
    i32[at++] = this.rank;
    for (let d = 0; d < this.rank; d++) i32[at++] = this.shape[this.outerRank + d] as number;
    for (let slot = 0; slot < operands; slot++) {
      const base = slot * MAX_RANK + this.outerRank;
      for (let d = 0; d < this.rank; d++) i32[at++] = this.strides[base + d] as number;
    }
  }

  /** Stride of an operand along the descriptor's first dimension, when `outer` is 1. */
  firstStride(slot: number): number {
    return this.strides[slot * MAX_RANK] as number;
  }

  /** Stride of an operand when a single dimension remained (`rank` 1, `outer` 1). */
  stride(slot: number): number {
    return this.strides[slot * MAX_RANK] as number;
  }

  /** Where an operand's elements of the call number `index` begin, in elements from its first. */
  offset(slot: number, index: number): number {
    let rest = index;
    let offset = 0;
    for (let d = this.outerRank - 1; d >= 0; d--) {
      const size = this.shape[d] as number;
      offset += (rest % size) * (this.strides[slot * MAX_RANK + d] as number);
      rest = Math.floor(rest / size);
    }
    return offset;
  }

  private join(operands: number): void {
    const { shape, strides } = this;
    let rank = 0;
    for (let d = 0; d < this.rank; d++) {
      const size = shape[d] as number;
      if (size === 1) continue;
      let joins = rank > 0;
      for (let slot = 0; joins && slot < operands; slot++) {
        const base = slot * MAX_RANK;
        joins = strides[base + rank - 1] === (strides[base + d] as number) * size;
      }
      const to = joins ? rank - 1 : rank;
      shape[to] = joins ? (shape[to] as number) * size : size;
      for (let slot = 0; slot < operands; slot++) {
        const base = slot * MAX_RANK;
        strides[base + to] = strides[base + d] as number;
      }
      if (!joins) rank++;
    }
    if (rank === 0) {
      shape[0] = 1;
      for (let slot = 0; slot < operands; slot++) strides[slot * MAX_RANK] = 0;
      rank = 1;
    }
    this.rank = rank;
  }
}

/**
 * The descriptor of `[rows, cols]` with a contiguous operand and a row that repeats (a bias), written
 * straight away: the commonest broadcast of all. `rowSlot` says which of the two operands is the row.
 */
export function describeRow(memory: Memory, rows: number, cols: number, rowSlot: 0 | 1): void {
  const { i32 } = memory;
  const at = DESCRIPTOR >>> 2;
  i32[at] = 2;
  i32[at + 1] = rows;
  i32[at + 2] = cols;
  i32[at + 3] = rowSlot === 0 ? 0 : cols;
  i32[at + 4] = 1;
  i32[at + 5] = rowSlot === 1 ? 0 : cols;
  i32[at + 6] = 1;
}
