import { base64Decode } from "../../util/platform/index.ts";
import { WasmPool } from "../../util/platform/wasm-pool.ts";
import { availableThreads, whyNoThreads } from "../../util/platform/workers.ts";

// (TypeScript's library leaves WebAssembly out of Node's types.)
interface WebAssemblyLike {
  Module: new (bytes: Uint8Array) => object;
  Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => { buffer: ArrayBufferLike };
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
}

const { Module, Memory, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyLike }).WebAssembly;

/** Tasks of one region, at most. */
export const REGION = 16;
const PARAMETERS = 4096;
const PARAMETER_BYTES = 65536 - PARAMETERS;
const WORK = 65536;
const WORK_BYTES = 8192;
const PAGES = 4;

/** Nodes that the parameters have room for. */
export const MAX_NODES: number = Math.floor((PARAMETER_BYTES / 8 - 112) / 4);

/** The sampling kernel on one or several threads. */
export interface Kernel {
  threads: number;
  /** Where parameters are written. */
  parameters: Float64Array;
  /** Draws `counts[i]` samples from `first + Σ counts[<i]` on in task i, and gives the counters' sums. */
  region(
    seed: readonly [number, number],
    first: number,
    counts: readonly number[],
  ): { hits: number; initial: number; invalid: number };
  /** Gives it back: it waits for the next run. */
  close(): void;
}

// "env" "memory", a memory: then its limits, of which bit 1 says that it is shared.
const MEMORY_IMPORT = [3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2];

function declareShared(bytes: Uint8Array): void {
  let at = 0;
  while (!MEMORY_IMPORT.every((byte, i) => bytes[at + i] === byte)) at++;
  at += MEMORY_IMPORT.length;
  bytes[at] = (bytes[at] as number) | 2;
}

// The kernel that was closed last: starting threads costs more than a short run. They sleep, and keep no process alive.
let parked: { readonly kernel: Kernel; end(): void } | null = null;

/**
 * The kernel on so many threads, for one run at a time: the one that was closed last, or another. Threads beyond what is
 * here, or where there can be none, are one thread.
 */
export async function openKernel(threads: number | undefined): Promise<Kernel> {
  const possible = whyNoThreads() === null;
  const number = possible ? Math.min(threads ?? availableThreads(), REGION) : 1;
  const { strictKernels } = await import("../wasm/kernels.gen.ts");
  if (parked?.kernel.threads === number) {
    const { kernel } = parked;
    parked = null;
    return kernel;
  }
  return compile(base64Decode(strictKernels), number);
}

function compile(bytes: Uint8Array<ArrayBuffer>, number: number): Kernel {
  const shared = number > 1;
  if (shared) declareShared(bytes);
  const memory = new Memory({ initial: PAGES, maximum: 65535, shared });
  const module = new Module(bytes);
  const abort = (): never => {
    throw new Error("a kernel aborted");
  };
  const { exports } = new Instance(module, { env: { memory, abort } });
  const pool = shared ? new WasmPool({ module, memory, exports, threads: number, name: "innerloop-ssa" }) : null;
  const sample = exports.sample as (...values: number[]) => number;
  const end = (): void => pool?.close();
  const kernel: Kernel = {
    threads: number,
    parameters: new Float64Array(memory.buffer, PARAMETERS, PARAMETER_BYTES / 8),
    region(seed, first, counts) {
      const starts = counts.map((_, task) => first + counts.slice(0, task).reduce((a, b) => a + b, 0));
      const call = (task: number): number[] => {
        const start = starts[task] as number;
        const [low, high] = [start % 2 ** 32, Math.floor(start / 2 ** 32)];
        return [PARAMETERS, WORK + task * WORK_BYTES, seed[0], seed[1], low, high, counts[task] as number];
      };
      const sum = { hits: 0, initial: 0, invalid: 0 };
      if (pool !== null) pool.run("sample", counts.length, call);
      for (let task = 0; task < counts.length; task++) {
        sum.hits += pool === null ? sample(...call(task)) : pool.result(task);
        const counters = new Float64Array(memory.buffer, WORK + task * WORK_BYTES, 2);
        sum.initial += counters[0] as number;
        sum.invalid += counters[1] as number;
      }
      return sum;
    },
    close() {
      if (parked?.kernel === kernel) return;
      if (pool !== null && pool.failure !== null) return end();
      parked?.end();
      parked = { kernel, end };
    },
  };
  return kernel;
}
