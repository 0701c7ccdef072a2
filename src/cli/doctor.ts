import { type BlasInfo, info, memory } from "../engine/index.ts";

/** A report on the engine, for people who wonder why it is fast or slow here. */
export function doctor(): string {
  const { backend, kernels, why, blas, threads } = info();
  const { heapBytes } = memory();
  return [
    `node       ${process.version} (${process.platform} ${process.arch})`,
    `backend    ${backend}`,
    `kernels    ${kernels}: ${why}`,
    `blas       ${describeBlas(blas)}`,
    `threads    ${threads.threads}: ${threads.why}`,
    `heap       ${(heapBytes / 1024 / 1024).toFixed(1)} MiB`,
  ].join("\n");
}

/** Which library multiplies matrices, or why none does. */
export function describeBlas({ library, version, path, core, threads, why }: BlasInfo): string {
  if (library === null) return `none: ${why}`;
  const name = version === null ? library : `${library} ${version}`;
  const details = [path, core !== null && `kernels for ${core}`, threads > 0 && `${threads} threads at most`];
  return `${name} (${details.filter((each) => typeof each === "string").join(", ")}): ${why}`;
}
