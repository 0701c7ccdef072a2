import { GATES, type RecurrentGradients, type RecurrentRun } from "../recurrent.ts";
import type { View } from "../storage.ts";
import { load, store } from "./strided.ts";

type Numbers = { [at: number]: number };
const get = (values: Numbers, at: number): number => values[at] as number;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** All views of a run. */
export function viewsOf({ weight, h0, c0, gates, hidden, cells, out }: RecurrentRun): View[] {
  return [weight, h0, c0, gates, hidden, cells, out].filter((view) => view !== null);
}

interface Sizes {
  readonly batch: number;
  readonly size: number;
  readonly wide: number;
  /** Time steps in the order in which they are done. */
  readonly times: readonly number[];
}

function sizesOf({ mode, reverse, h0, gates }: RecurrentRun): Sizes {
  const [batch, size] = h0.shape as readonly [number, number];
  const steps = batch === 0 ? 0 : (gates.shape[0] as number) / batch;
  const times = Array.from({ length: steps }, (_, i) => (reverse ? steps - 1 - i : i));
  return { batch, size, wide: GATES[mode] * size, times };
}

/** The time steps, each sample by itself: `h` and `c` are its state, which a step replaces. */
export function recurrent(run: RecurrentRun, bias: View | null): void {
  const { mode } = run;
  const { batch, size, wide, times } = sizesOf(run);
  const [w, h0, gates, out] = [load(run.weight), load(run.h0), load(run.gates), load(run.out)];
  const [c0, cells, hidden] = [run.c0, run.cells, run.hidden].map((view) => (view === null ? h0 : load(view))) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const b = bias === null ? null : load(bias);
  for (let sample = 0; sample < batch; sample++) {
    const h = h0.slice(sample * size, (sample + 1) * size);
    const c = c0.slice(sample * size, (sample + 1) * size);
    for (const time of times) {
      const row = time * batch + sample;
      const u = Array.from({ length: wide }, (_, gate) =>
        h.reduce((sum, x, k) => sum + x * get(w, gate * size + k), b === null ? 0 : get(b, gate)),
      );
      for (let j = 0; j < size; j++) {
        const at = row * wide + j;
        const x = (gate: number): number => get(gates, at + gate * size) + get(u, j + gate * size);
        if (mode === "lstm") {
          const [i, f, g, o] = [sigmoid(x(0)), sigmoid(x(1)), Math.tanh(x(2)), sigmoid(x(3))];
          for (const [gate, value] of [i, f, g, o].entries()) gates[at + gate * size] = value;
          c[j] = f * get(c, j) + i * g;
          cells[row * size + j] = get(c, j);
          h[j] = o * Math.tanh(get(c, j));
        } else if (mode === "gru") {
          const [r, z] = [sigmoid(x(0)), sigmoid(x(1))];
          const n = Math.tanh(get(gates, at + 2 * size) + r * get(u, j + 2 * size));
          for (const [gate, value] of [r, z, n].entries()) gates[at + gate * size] = value;
          for (let gate = 0; gate < 3; gate++) hidden[at + gate * size] = get(u, j + gate * size);
          h[j] = (get(h, j) - n) * z + n;
        } else h[j] = mode === "tanh" ? Math.tanh(x(0)) : Math.max(x(0), 0);
      }
      out.set(h, row * size);
    }
    if (mode === "lstm") out.set(c, (times.length * batch + sample) * size);
  }
  store(run.gates, gates);
  store(run.out, out);
  if (run.hidden !== null) store(run.hidden, hidden);
  if (run.cells !== null) store(run.cells, cells);
}

/** The time steps backwards, each sample by itself: `dh` and `dc` are the gradients by its state. */
export function recurrentGrad(run: RecurrentRun, grad: View, by: RecurrentGradients): void {
  const { mode } = run;
  const { batch, size, wide, times } = sizesOf(run);
  const [w, h0, a, out, dOut] = [run.weight, run.h0, run.gates, run.out, grad].map(load) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [c0, cells, hidden] = [run.c0, run.cells, run.hidden].map((view) => (view === null ? h0 : load(view))) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const byGates = new Float64Array(a.length);
  const byHidden = mode === "gru" ? new Float64Array(a.length) : byGates;
  const byH = new Float64Array(batch * size);
  const byC = new Float64Array(batch * size);
  for (let sample = 0; sample < batch; sample++) {
    const dh = byH.subarray(sample * size, (sample + 1) * size);
    const dc = byC.subarray(sample * size, (sample + 1) * size);
    const last = (times.length * batch + sample) * size;
    if (mode === "lstm") dc.set(dOut.subarray(last, last + size));
    for (const [step, time] of [...times.entries()].reverse()) {
      const row = time * batch + sample;
      const earlier = step === 0 ? sample : (times[step - 1] as number) * batch + sample;
      const before = (first: Float64Array, all: Float64Array, j: number): number =>
        get(step === 0 ? first : all, earlier * size + j);
      for (let j = 0; j < size; j++) {
        const [at, own] = [row * wide + j, row * size + j];
        const act = (gate: number): number => get(a, at + gate * size);
        const d = get(dh, j) + get(dOut, own);
        // What goes to the state before without the weight.
        dh[j] = 0;
        if (mode === "lstm") {
          const [i, f, g, o] = [act(0), act(1), act(2), act(3)];
          const t = Math.tanh(get(cells, own));
          const toCell = get(dc, j) + d * o * (1 - t * t);
          byGates[at] = toCell * g * i * (1 - i);
          byGates[at + size] = toCell * before(c0, cells, j) * f * (1 - f);
          byGates[at + 2 * size] = toCell * i * (1 - g * g);
          byGates[at + 3 * size] = d * t * o * (1 - o);
          dc[j] = toCell * f;
        } else if (mode === "gru") {
          const [r, z, n] = [act(0), act(1), act(2)];
          const dn = d * (1 - z) * (1 - n * n);
          const dz = d * (before(h0, out, j) - n) * z * (1 - z);
          const dr = dn * get(hidden, at + 2 * size) * r * (1 - r);
          for (const [gate, value] of [dr, dz, dn].entries()) {
            byGates[at + gate * size] = value;
            byHidden[at + gate * size] = gate === 2 ? value * r : value;
          }
          dh[j] = d * z;
        } else {
          const y = get(out, own);
          byGates[at] = mode === "tanh" ? d * (1 - y * y) : y <= 0 ? 0 : d;
        }
      }
      for (let gate = 0; gate < wide; gate++) {
        const value = get(byHidden, row * wide + gate);
        for (let k = 0; k < size; k++) dh[k] = get(dh, k) + value * get(w, gate * size + k);
      }
    }
  }
  store(by.gates, byGates);
  if (by.hidden !== null) store(by.hidden, byHidden);
  store(by.h0, byH);
  if (by.c0 !== null) store(by.c0, byC);
}
