import { add, contiguous, emptyRaw, reshape, sum } from "../../ops/index.ts";
import { record, Tensor } from "../../tensor/index.ts";
import { unrecorded } from "./elementwise.ts";
import { backwardSteps, forwardSteps, GATES, type RecurrentMode, type Run, rowsOf, turned } from "./recurrent-steps.ts";

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
  const times = Array.from({ length: steps }, (_, i) => (reverse ? steps - 1 - i : i));
  const run: Run = {
    mode,
    backend,
    times,
    batch,
    size,
    h0: unrecorded(() => contiguous(h0)),
    fromRest,
    c0: c0 === null ? null : unrecorded(() => contiguous(c0)),
    gates,
    hidden: mode === "gru" ? emptyRaw([rows, wide], dtype, mode) : null,
    cells: mode === "lstm" ? emptyRaw([rows, size], dtype, mode) : null,
    out: emptyRaw([mode === "lstm" ? rows + batch : rows, size], dtype, mode),
  };
  forwardSteps(run, weightHh, biasHh);
  const out = asSequence(run.out, mode === "lstm" ? steps + 1 : steps, batch);
  const state = c0 === null ? [h0] : [h0, c0];
  const biases = biasIh === null || biasHh === null ? [] : [biasIh, biasHh];
  const saved = [input, ...state, weightIh, weightHh, out];
  return record(mode, out, [input, ...state, weightIh, weightHh, ...biases], saved, (grad) => {
    const flat = reshape(contiguous(grad), [-1, size]);
    const g = backwardSteps(run, flat, weightHh, h0.requiresGrad);
    // But for the GRU, both biases have one gradient.
    const byIh = biases.some((each) => each.requiresGrad) ? sum(g.gates, 0) : null;
    const byHh = byIh === null || g.hidden === g.gates ? byIh : sum(g.hidden, 0);
    return [
      input.requiresGrad ? asSequence(product(g.gates, weightIh), steps, batch) : null,
      g.h0,
      ...(g.c0 === null ? [] : [g.c0]),
      weightIh.requiresGrad ? product(turned(g.gates), x) : null,
      weightHh.requiresGrad ? byRecurrentWeight(run, g.hidden) : null,
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
function byRecurrentWeight(run: Run, hidden: Tensor): Tensor {
  const { backend, batch, times, out } = run;
  const first = times[0] as number;
  const others = (times.length - 1) * batch;
  const alone = others === 0 || !run.fromRest;
  const total = alone ? product(turned(rowsOf(hidden, first * batch, batch)), run.h0) : null;
  if (others === 0) return total as Tensor;
  const forwards = first === 0;
  const grads = rowsOf(hidden, forwards ? batch : 0, others);
  const before = rowsOf(out, forwards ? 0 : batch, others);
  if (total === null) return product(turned(grads), before);
  backend.matmul(turned(grads), before, total, { accumulate: true });
  return total;
}

function asSequence(matrix: Tensor, steps: number, batch: number): Tensor {
  const size = matrix.shape[1] as number;
  return new Tensor(matrix.storage, [steps, batch, size], [batch * size, size, 1], 0, matrix.length, true);
}
