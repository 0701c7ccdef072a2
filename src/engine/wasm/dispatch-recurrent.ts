import type { View } from "../storage.ts";
import { address4, type Runtime } from "./runtime.ts";

// One time step of a recurrent layer; all views are contiguous.

function sizes(h: View): [rows: number, size: number] {
  return h.shape as unknown as [number, number];
}

export function lstmCell(runtime: Runtime, gates: View, before: View, c: View, h: View): void {
  if (h.length === 0) return;
  const [rows, size] = sizes(h);
  runtime.kernels.lstmCell(
    address4(runtime, gates, "lstmCell"),
    address4(runtime, before, "lstmCell"),
    address4(runtime, c, "lstmCell"),
    address4(runtime, h, "lstmCell"),
    rows,
    size,
  );
}

export function lstmCellGrad(
  runtime: Runtime,
  gates: View,
  before: View,
  c: View,
  gradH: View,
  gradC: View,
  gradGates: View,
): void {
  if (gradH.length === 0) return;
  const [rows, size] = sizes(gradH);
  runtime.kernels.lstmCellGrad(
    address4(runtime, gates, "lstmCell"),
    address4(runtime, before, "lstmCell"),
    address4(runtime, c, "lstmCell"),
    address4(runtime, gradH, "lstmCell"),
    address4(runtime, gradC, "lstmCell"),
    address4(runtime, gradGates, "lstmCell"),
    rows,
    size,
  );
}

export function gruCell(runtime: Runtime, gates: View, hidden: View, before: View, h: View): void {
  if (h.length === 0) return;
  const [rows, size] = sizes(h);
  runtime.kernels.gruCell(
    address4(runtime, gates, "gruCell"),
    address4(runtime, hidden, "gruCell"),
    address4(runtime, before, "gruCell"),
    address4(runtime, h, "gruCell"),
    rows,
    size,
  );
}

export function gruCellGrad(
  runtime: Runtime,
  gates: View,
  hidden: View,
  before: View,
  gradH: View,
  gradGates: View,
  gradHidden: View,
): void {
  if (gradH.length === 0) return;
  const [rows, size] = sizes(gradH);
  runtime.kernels.gruCellGrad(
    address4(runtime, gates, "gruCell"),
    address4(runtime, hidden, "gruCell"),
    address4(runtime, before, "gruCell"),
    address4(runtime, gradH, "gruCell"),
    address4(runtime, gradGates, "gruCell"),
    address4(runtime, gradHidden, "gruCell"),
    rows,
    size,
  );
}
