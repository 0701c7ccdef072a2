import type { KernelExports } from "../kernel-exports.ts";

/** Kernels that note their call instead of making it: how a region's tasks are written down for other threads. */
export class Recorder {
  readonly kernels: KernelExports;
  /** The last call. */
  name = "";
  values: readonly number[] = [];

  /** @param names of all kernels */
  constructor(names: readonly string[]) {
    const kernels: Record<string, (...values: number[]) => number> = {};
    for (const name of names) {
      kernels[name] = (...values) => {
        this.name = name;
        this.values = values;
        return 0;
      };
    }
    this.kernels = kernels as unknown as KernelExports;
  }
}
