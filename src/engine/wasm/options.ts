import type { BlasInfo, BlasSetting } from "../blas/index.ts";
import type { KernelBuild } from "./instance.ts";
import type { ThreadsInfo } from "./threads/index.ts";

/** Options of a `WasmBackend`. */
export interface WasmOptions {
  /** Largest size of the memory, in pages of 64 KiB; 65535 (4 GiB) unless a test wants less. */
  maximumPages?: number;
  /** As in `setBlas`; what `INNERLOOP_BLAS` says, or "auto", unless given. */
  blas?: BlasSetting;
}

/** Which kernels a `WasmBackend` runs, and why those. */
export interface WasmInfo {
  name: "wasm";
  kernels: KernelBuild;
  why: string;
  blas: BlasInfo;
  threads: ThreadsInfo;
}
