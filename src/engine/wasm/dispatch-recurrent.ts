import { prefersBlas } from "../blas/index.ts";
import { GATES, type RecurrentGradients, type RecurrentMode, type RecurrentRun } from "../recurrent.ts";
import type { View } from "../storage.ts";
import { contiguousCopy } from "./dispatch-copy.ts";
import type { KernelExports } from "./kernel-exports.ts";
import { address4, type Runtime } from "./runtime.ts";

// Recurrent layers: parts of the batch go through the whole sequence by themselves, so that threads meet once a sequence
// and not at each of its steps.

/** Rows of a part at least: with fewer, a library packs the weight too often for what it multiplies. */
const LEAST_ROWS = 12;
/** Halves of halves, so that 2, 4 and 8 threads have as much to do each. */
const MOST_PARTS = 8;
/** From so many steps on it pays to bring the weight to another order first. */
const LEAST_STEPS = 4;
/** Of one core: a multiply-add, and a gate's share of the cell. */
const NANOSECONDS = 0.03;
const CELL_NANOSECONDS = 1.5;
/** Floats of the description that the kernels read: kernels/recurrent.ts has its fields. */
const CALL_LENGTH = 32;

const MODES: Record<RecurrentMode, number> = { lstm: 0, gru: 1, tanh: 2, relu: 3 };
/** Who multiplies. */
const KERNEL = 0;
const LIBRARY = 1;
const PACKED = 2;

/** Rows of a part, by the batch alone: the products' last bits may depend on it. */
function rowsOfPart(batch: number): number {
  let parts = 1;
  while (parts < MOST_PARTS && batch >= 2 * parts * LEAST_ROWS) parts *= 2;
  return Math.ceil(batch / parts);
}

export function recurrent(runtime: Runtime, run: RecurrentRun, bias: View | null): void {
  if (run.h0.length === 0) return;
  inParts(runtime, run, bias, false, [], (kernels, call, first, rows) => kernels.recurrent(call, first, rows));
}

export function recurrentGrad(
  runtime: Runtime,
  run: RecurrentRun,
  grad: View,
  by: RecurrentGradients,
  toStart: boolean,
): void {
  if (run.h0.length === 0) return;
  const addresses = [grad, by.gates, by.hidden ?? by.gates, by.h0, by.c0].map((view) => addressOf(runtime, view));
  const words = [...addresses, toStart ? 1 : 0];
  inParts(runtime, run, null, true, words, (kernels, call, first, rows) => kernels.recurrentGrad(call, first, rows));
}

function addressOf(runtime: Runtime, view: View | null): number {
  return view === null ? 0 : address4(runtime, view, "recurrent");
}

/** Calls `kernel` for each part, over threads where there is enough to do. */
function inParts(
  runtime: Runtime,
  run: RecurrentRun,
  bias: View | null,
  backwards: boolean,
  words: readonly number[],
  kernel: (kernels: KernelExports, call: number, first: number, rows: number) => void,
): void {
  const { kernels, threads, blas } = runtime;
  const { mode, weight, h0, gates } = run;
  const [batch, size] = h0.shape as readonly [number, number];
  const wide = GATES[mode] * size;
  const steps = gates.length / (batch * wide);
  const rows = rowsOfPart(batch);
  const parts = Math.ceil(batch / rows);
  const library = prefersBlas(rows, backwards ? size : wide, backwards ? wide : size) && blas.ready();
  const view = runtime.temporary("float32", [CALL_LENGTH], "recurrent");
  let copy: View | null = null;
  try {
    if (steps >= LEAST_STEPS && rows > 1)
      copy = library ? turnedFor(runtime, weight, backwards) : packed(runtime, weight, backwards);
    const way = library ? LIBRARY : copy === null ? KERNEL : PACKED;
    const transposed = backwards || copy !== null ? 0 : 1;
    const leading = backwards || copy === null ? size : wide;
    const call = address4(runtime, view, "recurrent");
    const numbers = [MODES[mode], steps, batch, size, wide, run.reverse ? 1 : 0, way, transposed, leading];
    const operands = [copy ?? weight, bias, h0, run.c0, gates, run.hidden, run.cells, run.out];
    const addresses = operands.map((operand) => addressOf(runtime, operand));
    runtime.memory.i32.set([...numbers, ...addresses, ...words], call >>> 2);
    const work = steps * batch * wide * (size * NANOSECONDS + CELL_NANOSECONDS);
    const setup = library ? blas.forWorkers() : null;
    const spread = parts > 1 && work >= threads.least && (setup !== null || !library);
    const all = (): void => {
      const part = (instance: KernelExports, task: number): void =>
        kernel(instance, call, task * rows, Math.min(rows, batch - task * rows));
      if (spread) threads.run(parts, part);
      else for (let task = 0; task < parts; task++) part(kernels, task);
    };
    if (setup === null) all();
    else {
      if (spread) threads.require(setup);
      blas.share(all);
    }
  } finally {
    runtime.release(view.storage);
    if (copy !== null) runtime.release(copy.storage);
  }
}

/** The weight as libraries multiply by it fastest: forwards its transpose. Null for as it is. */
function turnedFor(runtime: Runtime, weight: View, backwards: boolean): View | null {
  if (backwards) return null;
  const { storage, dtype, offset, length } = weight;
  const [wide, size] = weight.shape as readonly [number, number];
  const turned = { storage, dtype, shape: [size, wide], strides: [1, size], offset, length, packed: false };
  return contiguousCopy(runtime, turned, "recurrent");
}

/** The weight as the kernel packs it, which it would do at each step. */
function packed(runtime: Runtime, weight: View, backwards: boolean): View {
  const [wide, size] = weight.shape as readonly [number, number];
  const [n, k] = backwards ? [size, wide] : [wide, size];
  const out = runtime.temporary("float32", [Math.ceil(n / 8) * 8 * k], "recurrent");
  runtime.kernels.packWeight(
    backwards ? 0 : 1,
    n,
    k,
    address4(runtime, weight, "recurrent"),
    size,
    address4(runtime, out, "recurrent"),
  );
  return out;
}
