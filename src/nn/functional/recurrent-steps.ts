import type { Backend, View } from "../../engine/index.ts";
import { emptyRaw } from "../../ops/index.ts";
import { Tensor } from "../../tensor/index.ts";

/** What a recurrent layer computes at each time step. */
export type RecurrentMode = "lstm" | "gru" | "tanh" | "relu";

/** Gates that stand side by side in the rows of its weights. */
export const GATES: Readonly<Record<RecurrentMode, number>> = { lstm: 4, gru: 3, tanh: 1, relu: 1 };

/** Everything that a run over a sequence leaves behind for its way back; rows are `time · batch`. */
export interface Run {
  readonly mode: RecurrentMode;
  readonly backend: Backend;
  readonly times: readonly number[];
  readonly batch: number;
  readonly size: number;
  /** `[batch, size]` */
  readonly h0: Tensor;
  /** Whether `h0` is known to be 0, and so its share of the weight's gradient. */
  readonly fromRest: boolean;
  /** `[batch, size]`, LSTM only */
  readonly c0: Tensor | null;
  /** Activations of the gates, `[time · batch, gates · size]`. */
  readonly gates: Tensor;
  /** What the state gave to the gates, `[time · batch, 3 · size]`, GRU only. */
  readonly hidden: Tensor | null;
  /** Cell states, `[time · batch, size]`, LSTM only. */
  readonly cells: Tensor | null;
  /** `[time · batch, size]`, and, LSTM only, another batch of rows with the last cell state. */
  readonly out: Tensor;
}

/** Rows `start … start + count − 1` of a contiguous matrix. */
export function rowsOf(matrix: Tensor, start: number, count: number): Tensor {
  const columns = matrix.shape[1] as number;
  const offset = matrix.offset + start * columns;
  return new Tensor(matrix.storage, [count, columns], [columns, 1], offset, count * columns, true);
}

/** The matrix with rows and columns swapped. */
export function turned(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape as [number, number];
  const [down, across] = matrix.strides as [number, number];
  return new Tensor(matrix.storage, [columns, rows], [across, down], matrix.offset, matrix.length);
}

function at(matrix: Tensor | null, run: Run, time: number): Tensor {
  return rowsOf(matrix as Tensor, time * run.batch, run.batch);
}

/** The time steps in order; each reads what the one before wrote. `run.gates` holds the input's share. */
export function forwardSteps(run: Run, weightHh: Tensor, biasHh: Tensor | null): void {
  const { backend, mode, out, times } = run;
  const recurrent = turned(weightHh);
  let h = run.h0;
  let c = run.c0;
  for (const time of times) {
    const gates = at(run.gates, run, time);
    const next = at(out, run, time);
    if (mode === "gru") {
      const hidden = at(run.hidden, run, time);
      backend.matmul(h, recurrent, hidden, { bias: biasHh });
      backend.gruCell(gates, hidden, h, next);
    } else {
      backend.matmul(h, recurrent, gates, { accumulate: true });
      if (mode === "lstm") {
        const cell = at(run.cells, run, time);
        backend.lstmCell(gates, c as Tensor, cell, next);
        c = cell;
      } else backend.unary(mode, gates, next);
    }
    h = next;
  }
  if (mode === "lstm") backend.copy(c as View, rowsOf(out, times.length * run.batch, run.batch));
}

/** Gradients by the gates' preactivations and by the initial state. */
export interface StepGradients {
  /** `[time · batch, gates · size]` */
  readonly gates: Tensor;
  /** By what the state gave to the gates: the same tensor but for the GRU. */
  readonly hidden: Tensor;
  /** Null where it was not asked for. */
  readonly h0: Tensor | null;
  readonly c0: Tensor | null;
}

/**
 * The time steps in reverse. `grad` is contiguous and has the rows of `run.out`.
 *
 * @param toStart whether the gradient by `h0` is wanted
 */
export function backwardSteps(run: Run, grad: Tensor, weightHh: Tensor, toStart: boolean): StepGradients {
  const { backend, mode, batch, size, times } = run;
  const { dtype } = grad;
  const gates = emptyRaw(run.gates.shape, dtype, mode);
  const hidden = mode === "gru" ? emptyRaw(run.gates.shape, dtype, mode) : gates;
  const h = emptyRaw([batch, size], dtype, mode);
  const c = mode === "lstm" ? emptyRaw([batch, size], dtype, mode) : null;
  if (c !== null) backend.copy(rowsOf(grad, times.length * batch, batch), c);
  backend.fill(h, 0);
  // A product with the second matrix transposed takes BLAS libraries less than one with it as it stands.
  const recurrent = times.length > 4 ? transposed(weightHh) : weightHh;
  for (let i = times.length - 1; i >= 0; i--) {
    const time = times[i] as number;
    const before = i > 0 ? at(run.out, run, times[i - 1] as number) : run.h0;
    const toGates = at(gates, run, time);
    const toHidden = at(hidden, run, time);
    backend.binary("add", h, at(grad, run, time), h);
    if (mode === "lstm") {
      const cBefore = i > 0 ? at(run.cells, run, times[i - 1] as number) : (run.c0 as Tensor);
      backend.lstmCellGrad(at(run.gates, run, time), cBefore, at(run.cells, run, time), h, c as Tensor, toGates);
    } else if (mode === "gru") {
      backend.gruCellGrad(at(run.gates, run, time), at(run.hidden, run, time), before, h, toGates, toHidden);
    } else {
      backend.binary(mode === "tanh" ? "tanhGrad" : "reluGrad", h, at(run.out, run, time), toGates);
    }
    if (i > 0 || toStart) backend.matmul(toHidden, recurrent, h, { accumulate: mode === "gru" });
  }
  return { gates, hidden, h0: toStart ? h : null, c0: c };
}

/** The same matrix, stored column by column. */
function transposed(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape as [number, number];
  const columnwise = emptyRaw([columns, rows], matrix.dtype, "transpose");
  matrix.storage.backend.copy(turned(matrix), columnwise);
  return turned(columnwise);
}
