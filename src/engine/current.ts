import { ConfigError } from "../util/index.ts";
import type { Backend, MemoryInfo } from "./backend.ts";
import type { BlasInfo, BlasSetting } from "./blas/index.ts";
import { ReferenceBackend } from "./reference/index.ts";
import { type ThreadsInfo, WasmBackend } from "./wasm/index.ts";

/** The backends there are. */
export type BackendName = "wasm" | "reference";

// Instantiated at import: the first tensor of a program finds it ready, and nothing is asynchronous.
const wasm: WasmBackend = new WasmBackend();
const NAMES: readonly BackendName[] = ["wasm", "reference"];
let reference: ReferenceBackend | null = null;

let current: Backend = wasm;

/** The backend on which new tensors are made. */
export function currentBackend(): Backend {
  return current;
}

function find(name: BackendName): Backend {
  if (name === "wasm") return wasm;
  if (name === "reference") {
    reference ??= new ReferenceBackend();
    return reference;
  }
  throw new ConfigError(
    "engine.setBackend",
    `backend is ${JSON.stringify(name)}`,
    `expected one of ${NAMES.join(", ")}`,
    "wasm is the fast one; reference is plain TypeScript and knows float64.",
  );
}

/**
 * Chooses where new tensors are made. Tensors that exist stay where they are; an operation on tensors
 * of two backends is refused.
 *
 * @throws {ConfigError} for a name that is none.
 * @example
 * engine.setBackend("wasm");
 */
export function setBackend(name: BackendName): void {
  current = find(name);
}

/**
 * Runs `fn` with another backend, and comes back also when it throws.
 *
 * @example
 * engine.withBackend("reference", () => tensor([1, 2], { dtype: "float64" }).sum().item()); // 3
 */
export function withBackend<T>(name: BackendName, fn: () => T): T {
  const before = current;
  current = find(name);
  try {
    return fn();
  } finally {
    current = before;
  }
}

/**
 * Strict mode: kernels without relaxed instructions, so that the same run gives the same bits on every
 * machine. Slower matrix multiplies; see also the environment variable `INNERLOOP_DETERMINISTIC=1`.
 *
 * @throws {ConfigError} for anything but true or false
 * @example
 * engine.setDeterministic(true);
 */
export function setDeterministic(on: boolean): void {
  if (typeof on !== "boolean") {
    throw new ConfigError(
      "engine.setDeterministic",
      `got ${String(on)}`,
      "expected true or false",
      "Pass one of them.",
    );
  }
  wasm.setStrict(on);
}

/**
 * Chooses the BLAS library that multiplies larger matrices on the wasm backend. `"auto"` (the default) looks for
 * OpenBLAS, BLIS, MKL or Accelerate, `"off"` leaves all products to the engine's own kernels, anything else is
 * the path of a library. None is ever used in strict mode. The environment variable `INNERLOOP_BLAS` takes the
 * same values; a library that it names and that cannot be used is no error, and `info()` says so.
 *
 * @throws {ConfigError} when a path names a library that cannot be used.
 * @example
 * engine.setBlas("off");
 */
export function setBlas(setting: BlasSetting): void {
  wasm.setBlas(setting);
}

/**
 * On how many threads large kernels run, the calling one included. Results do not depend on it, to the last bit. The
 * default is what the machine runs at once, at most 8; the environment variable `INNERLOOP_THREADS` sets another. In a
 * page that is not cross-origin isolated it stays 1.
 *
 * @param count 1 to 32
 * @throws {ConfigError} for anything else.
 * @example
 * engine.setNumThreads(2);
 */
export function setNumThreads(count: number): void {
  wasm.setNumThreads(count);
}

/**
 * On how many threads large kernels run.
 *
 * @example
 * engine.getNumThreads(); // as many as the machine has cores, unless set
 */
export function getNumThreads(): number {
  return wasm.threads.count;
}

/** What `info` tells. */
export interface EngineInfo {
  backend: string;
  kernels: "relaxed" | "strict";
  why: string;
  blas: BlasInfo;
  threads: ThreadsInfo;
}

/**
 * Which engine runs, with which BLAS library, on how many threads, and why. Looks for the library first: some 20 ms.
 *
 * @example
 * engine.info(); // backend, kernels, BLAS, threads, and why those
 */
export function info(): EngineInfo {
  const { kernels, why, blas, threads } = wasm.info();
  return { backend: current.name, kernels, why, blas, threads };
}

/**
 * Live bytes and blocks of the current backend. In a loop that leaks nothing they are equal at every step.
 *
 * @example
 * const before = engine.memory().liveBytes;
 */
export function memory(): MemoryInfo {
  return current.memory();
}
