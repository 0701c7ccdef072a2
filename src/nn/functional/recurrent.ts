import { GATES, type RecurrentMode, type RecurrentRun } from "../../engine/index.ts";
import { add, contiguous, emptyRaw, reshape, sum } from "../../ops/index.ts";
import { record, Tensor } from "../../tensor/index.ts";
import { unrecorded } from "./elementwise.ts";

/** The weights of one direction of one recurrent layer. */
export interface RecurrentWeights {
  /** `[gates · size, in]` */
  readonly weightIh: Tensor;
  /** `[gates · size, size]` */
  readonly weightHh: Tensor;
  /** `[gates · size]`, or null */
  readonly biasIh: Tensor | null;
  /** `[gates · size]`, or null */
  readonly biasHh: Tensor | null;
}

/**
 * One direction of one recurrent layer over a whole sequence, as one recorded node.
 *
 * The input's share of all time steps is one product; the steps then add the state's.
 *
 * @param input `[time, batch, in]`
 * @param h0 `[batch, size]`
 * @param c0 `[batch, size]` of an LSTM, else null
 * @param reverse from the last time step to the first
 * @param fromRest whether `h0` is known to be 0
 * @returns `[time, batch, size]`; of an LSTM `[time + 1, batch, size]`, the last row being the final cell state
 */
export function recurrentLayer(
  mode: RecurrentMode,
  input: Tensor,
  h0: Tensor,
  c0: Tensor | null,
  weights: RecurrentWeights,
  reverse: boolean,
  fromRest: boolean,
): Tensor {
  const { weightIh, weightHh, biasIh, biasHh } = weights;
  const [steps, batch, inSize] = input.shape as [number, number, number];
  const size = weightHh.shape[1] as number;
  const { dtype } = input;
  const { backend } = input.storage;
  const rows = steps * batch;
  const wide = GATES[mode] * size;
  const x = unrecorded(() => reshape(contiguous(input), [rows, inSize]));
  const gates = emptyRaw([rows, wide], dtype, mode);
  const separate = mode === "gru" || biasIh === null || biasHh === null;
  const bias = separate ? biasIh : unrecorded(() => add(biasIh, biasHh));
  backend.matmul(x, turned(weightIh), gates, { bias });
  const run = {
    mode,
    reverse,
    weight: unrecorded(() => contiguous(weightHh)),
    h0: unrecorded(() => contiguous(h0)),
    c0: c0 === null ? null : unrecorded(() => contiguous(c0)),
    gates,
    hidden: mode === "gru" ? emptyRaw([rows, wide], dtype, mode) : null,
    cells: mode === "lstm" ? emptyRaw([rows, size], dtype, mode) : null,
    out: emptyRaw([mode === "lstm" ? rows + batch : rows, size], dtype, mode),
  } satisfies RecurrentRun;
  const own = mode === "gru" && biasHh !== null ? unrecorded(() => contiguous(biasHh)) : null;
  backend.recurrent(run, own);
  const out = asSequence(run.out, mode === "lstm" ? steps + 1 : steps, batch);
  const state = c0 === null ? [h0] : [h0, c0];
  const biases = biasIh === null || biasHh === null ? [] : [biasIh, biasHh];
  const saved = [input, ...state, weightIh, weightHh, out];
  return record(mode, out, [input, ...state, weightIh, weightHh, ...biases], saved, (grad) => {
    const toGates = emptyRaw([rows, wide], dtype, mode);
    const toHidden = mode === "gru" ? emptyRaw([rows, wide], dtype, mode) : null;
    const toH = emptyRaw([batch, size], dtype, mode);
    const toC = mode === "lstm" ? emptyRaw([batch, size], dtype, mode) : null;
    const by = { gates: toGates, hidden: toHidden, h0: toH, c0: toC };
    backend.recurrentGrad(run, contiguous(grad), by, h0.requiresGrad);
    // But for the GRU, both biases have one gradient.
    const byIh = biases.some((each) => each.requiresGrad) ? sum(toGates, 0) : null;
    const byHh = byIh === null || toHidden === null ? byIh : sum(toHidden, 0);
    return [
      input.requiresGrad ? asSequence(product(toGates, weightIh), steps, batch) : null,
      h0.requiresGrad ? toH : null,
      ...(toC === null ? [] : [toC]),
      weightIh.requiresGrad ? product(turned(toGates), x) : null,
      weightHh.requiresGrad ? byRecurrentWeight(run, toHidden ?? toGates, fromRest) : null,
      ...(biases.length === 0 ? [] : [byIh, byHh]),
    ];
  });
}

function product(a: Tensor, b: Tensor): Tensor {
  const out = emptyRaw([a.shape[0] as number, b.shape[1] as number], a.dtype, "matmul");
  a.storage.backend.matmul(a, b, out);
  return out;
}

// Each step's gradient meets the state before it: the initial one, unless it is 0, and then all others in one product.
function byRecurrentWeight(
  run: { reverse: boolean; h0: Tensor; out: Tensor },
  hidden: Tensor,
  fromRest: boolean,
): Tensor {
  const { reverse, h0, out } = run;
  const batch = h0.shape[0] as number;
  const others = (hidden.shape[0] as number) - batch;
  const alone = others === 0 || !fromRest;
  const total = alone ? product(turned(rowsOf(hidden, reverse ? others : 0, batch)), h0) : null;
  if (others === 0) return total as Tensor;
  const grads = rowsOf(hidden, reverse ? 0 : batch, others);
  const before = rowsOf(out, reverse ? batch : 0, others);
  if (total === null) return product(turned(grads), before);
  out.storage.backend.matmul(turned(grads), before, total, { accumulate: true });
  return total;
}

/** Rows `start … start + count − 1` of a contiguous matrix. */
function rowsOf(matrix: Tensor, start: number, count: number): Tensor {
  const columns = matrix.shape[1] as number;
  const offset = matrix.offset + start * columns;
  return new Tensor(matrix.storage, [count, columns], [columns, 1], offset, count * columns, true);
}

/** The matrix with rows and columns swapped. */
function turned(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape as [number, number];
  const [down, across] = matrix.strides as [number, number];
  return new Tensor(matrix.storage, [columns, rows], [across, down], matrix.offset, matrix.length);
}

function asSequence(matrix: Tensor, steps: number, batch: number): Tensor {
  const size = matrix.shape[1] as number;
  return new Tensor(matrix.storage, [steps, batch, size], [batch * size, size, 1], 0, matrix.length, true);
}
