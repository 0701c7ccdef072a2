import { sgemm } from "./blas";
import { gemm, gemmPacked } from "./gemm";
import { tanhRun } from "./math-gates";
import {
  gruCell, gruCellGrad, lstmCell, lstmCellGrad, reluStep, reluStepGrad, tanhStepGrad,
} from "./recurrent-cells";

// A recurrent layer over a whole sequence for some rows of the batch: at each step a product, then the cell. A thread
// does its rows by itself, so that threads meet once a sequence.

/** What all parts of one call share; ../dispatch-recurrent.ts writes it word by word. */
// @ts-ignore: decorator
@unmanaged
class Call {
  mode: i32;
  steps: i32;
  batch: i32;
  size: i32;
  /** Columns of the gates. */
  wide: i32;
  reverse: i32;
  way: i32;
  /** The weight as the way of multiplying takes it: whether transposed, its leading dimension, where. */
  transposed: i32;
  leading: i32;
  weight: usize;
  /** Of a GRU; 0 for none. */
  bias: usize;
  h0: usize;
  c0: usize;
  gates: usize;
  hidden: usize;
  cells: usize;
  out: usize;
  /** The gradient by `out`; then where the others go. */
  grad: usize;
  byGates: usize;
  byHidden: usize;
  byH: usize;
  byC: usize;
  /** 1 where the gradient by h0 is wanted. */
  toStart: i32;
}

// Positions in the lists of ../dispatch-recurrent.ts.
const LSTM: i32 = 0;
const GRU: i32 = 1;
const TANH: i32 = 2;
/** A BLAS library multiplies, or the kernel with a weight that `packWeight` has packed. Else the kernel as it is. */
const LIBRARY: i32 = 1;
const PACKED: i32 = 2;

/** c[rows, n] = a[rows, k]·weight, + c where `add` is 1, + bias where there is one (never both). */
function product(g: Call, rows: i32, n: i32, k: i32, a: usize, c: usize, add: i32, bias: usize): void {
  if (g.way == LIBRARY) {
    if (bias) {
      for (let i = 0; i < rows; i++) memory.copy(c + (<usize>(i * n) << 2), bias, <usize>n << 2);
      add = 1;
    }
    sgemm(0, g.transposed, rows, n, k, a, k, g.weight, g.leading, add, c, n);
  } else if (g.way == PACKED) {
    gemmPacked(rows, n, k, a, k, g.weight, c, n, add, bias);
  } else {
    gemm(0, g.transposed, rows, n, k, a, k, g.weight, g.leading, c, n, add, bias);
  }
}

/** Rows `first` … `first + rows - 1` of the batch through all time steps. */
export function recurrent(call: usize, first: i32, rows: i32): void {
  const g = changetype<Call>(call);
  const mode = g.mode, size = g.size, wide = g.wide, steps = g.steps;
  const own = <usize>(first * size) << 2, ownGates = <usize>(first * wide) << 2;
  const step = <usize>(g.batch * size) << 2, gateStep = <usize>(g.batch * wide) << 2;
  let h = g.h0 + own, c = g.c0 + own;
  for (let i = 0; i < steps; i++) {
    const time = <usize>(g.reverse ? steps - 1 - i : i);
    const gates = g.gates + time * gateStep + ownGates;
    const next = g.out + time * step + own;
    if (mode == GRU) {
      const hidden = g.hidden + time * gateStep + ownGates;
      product(g, rows, wide, size, h, hidden, 0, g.bias);
      gruCell(gates, hidden, h, next, rows, size);
    } else {
      product(g, rows, wide, size, h, gates, 1, 0);
      if (mode == LSTM) {
        const cell = g.cells + time * step + own;
        lstmCell(gates, c, cell, next, rows, size);
        c = cell;
      } else if (mode == TANH) tanhRun(gates, next, rows * size);
      else reluStep(gates, next, rows * size);
    }
    h = next;
  }
  if (mode == LSTM) memory.copy(g.out + <usize>steps * step + own, c, <usize>(rows * size) << 2);
}

/** The same backwards. */
export function recurrentGrad(call: usize, first: i32, rows: i32): void {
  const g = changetype<Call>(call);
  const mode = g.mode, size = g.size, wide = g.wide, steps = g.steps;
  const own = <usize>(first * size) << 2, ownGates = <usize>(first * wide) << 2;
  const step = <usize>(g.batch * size) << 2, gateStep = <usize>(g.batch * wide) << 2;
  const bytes = <usize>(rows * size) << 2;
  const dh = g.byH + own, dc = g.byC + own;
  memory.fill(dh, 0, bytes);
  if (mode == LSTM) memory.copy(dc, g.grad + <usize>steps * step + own, bytes);
  for (let i = steps - 1; i >= 0; i--) {
    const time = <usize>(g.reverse ? steps - 1 - i : i);
    const before = g.reverse ? time + 1 : time - 1;
    const at = time * step + own, atGates = time * gateStep + ownGates;
    const gates = g.gates + atGates, grad = g.grad + at;
    const toGates = g.byGates + atGates, toHidden = g.byHidden + atGates;
    if (mode == LSTM) {
      const c = i > 0 ? g.cells + before * step + own : g.c0 + own;
      lstmCellGrad(gates, c, g.cells + at, grad, dh, dc, toGates, rows, size);
    } else if (mode == GRU) {
      const h = i > 0 ? g.out + before * step + own : g.h0 + own;
      gruCellGrad(gates, g.hidden + atGates, h, grad, dh, toGates, toHidden, rows, size);
    } else if (mode == TANH) tanhStepGrad(grad, dh, g.out + at, toGates, rows * size);
    else reluStepGrad(grad, dh, g.out + at, toGates, rows * size);
    if (i > 0 || g.toStart) product(g, rows, size, wide, toHidden, dh, mode == GRU ? 1 : 0, 0);
  }
}
