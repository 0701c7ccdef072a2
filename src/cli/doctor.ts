import { info, memory } from "../engine/index.ts";

/** A report on the engine, for people who wonder why it is fast or slow here. */
export function doctor(): string {
  const { backend, kernels, why } = info();
  const { heapBytes } = memory();
  return [
    `node       ${process.version} (${process.platform} ${process.arch})`,
    `backend    ${backend}`,
    `kernels    ${kernels}: ${why}`,
    `heap       ${(heapBytes / 1024 / 1024).toFixed(1)} MiB`,
  ].join("\n");
}
