// Threads: Node's worker_threads, or a page's Workers, from a source text.

import { builtinModule, runsInNode } from "./index.ts";

/** A running worker. */
export interface WorkerHandle {
  /** Ends it without waiting for what it does. */
  terminate(): void;
}

interface NodeWorker {
  unref(): void;
  on(event: "error", fn: (error: unknown) => void): void;
  on(event: "exit", fn: (code: number) => void): void;
  terminate(): unknown;
}

interface NodeThreads {
  Worker: new (source: string, options: Record<string, unknown>) => NodeWorker;
}

interface PageWorker {
  onerror: ((event: { message?: string }) => void) | null;
  postMessage(data: unknown): void;
  terminate(): void;
}

interface PageGlobals {
  Worker?: new (url: string, options: { name: string }) => PageWorker;
  Blob?: new (parts: string[], options: { type: string }) => object;
  URL?: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };
  SharedArrayBuffer?: unknown;
  crossOriginIsolated?: boolean;
  navigator?: { hardwareConcurrency?: number };
}

const globals = globalThis as unknown as PageGlobals;

/** Why there can be no threads on shared memory here, or null where there can. */
export function whyNoThreads(): string | null {
  if (typeof globals.SharedArrayBuffer !== "function") {
    return globals.crossOriginIsolated === false
      ? "the page is not cross-origin isolated (it needs the headers COOP and COEP)"
      : "the runtime has no SharedArrayBuffer";
  }
  if (runsInNode()) return null; // (its threads' module takes milliseconds to load, which are for who starts one)
  if (globals.crossOriginIsolated !== true) {
    return "the page is not cross-origin isolated (it needs the headers COOP and COEP)";
  }
  return typeof globals.Worker === "function" ? null : "the runtime has no Worker";
}

/** How many threads run at once on this machine, as far as the process may use them; at least 1. */
export function availableThreads(): number {
  const system = builtinModule<{ availableParallelism(): number }>("node:os");
  return Math.max(1, system?.availableParallelism() ?? globals.navigator?.hardwareConcurrency ?? 1);
}

/** Whether this thread may sleep in Atomics.wait; a page's main thread may not. */
export function mayBlock(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a worker from JavaScript text, which finds `data` by calling `receive(fn)`. It never keeps a process alive.
 *
 * @param source a classic script; `require` is there in Node only
 * @param onEnd called when it fails or exits, with the reason; not by the time this returns
 * @throws {Error} when the system refuses another thread
 */
export function startWorker(
  source: string,
  data: Readonly<Record<string, unknown>>,
  name: string,
  onEnd: (reason: string) => void,
): WorkerHandle {
  const threads = builtinModule<NodeThreads>("node:worker_threads");
  if (threads !== null) {
    // Without execArgv a worker inherits flags such as --input-type, which are about the parent's source.
    const options = { eval: true, workerData: data, name, execArgv: [] };
    const worker = new threads.Worker(`${RECEIVE_IN_NODE}\n${source}`, options);
    worker.on("error", (error) => onEnd(error instanceof Error ? error.message : String(error)));
    worker.on("exit", (code) => onEnd(`it exited with code ${code}`));
    worker.unref();
    return { terminate: () => void worker.terminate() };
  }
  const { Worker, Blob, URL } = globals as Required<PageGlobals>;
  const url = URL.createObjectURL(new Blob([`${RECEIVE_IN_PAGE}\n${source}`], { type: "text/javascript" }));
  const worker = new Worker(url, { name });
  worker.onerror = (event) => onEnd(event.message ?? "it failed");
  worker.postMessage(data);
  return {
    terminate: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

const RECEIVE_IN_NODE = `const receive = (fn) => fn(require("node:worker_threads").workerData);`;
const RECEIVE_IN_PAGE = `const receive = (fn) => { self.onmessage = (event) => { fn(event.data); self.close(); }; };`;
