import { environmentVariable } from "../../util/platform/index.ts";
import {
  firstLine,
  type Machine,
  type NativeFunction,
  type NativeLibrary,
  type NativeLoader,
  withEnvironment,
} from "../../util/platform/native.ts";
import { candidates } from "./candidates.ts";
import { threadsFor } from "./choice.ts";
import { betterCore } from "./core-type.ts";
import { type Identity, identify } from "./identify.ts";
import type { Blas, BlasSetting } from "./types.ts";

/** C's types of `cblas_sgemm`. */
export const SGEMM: readonly string[] = [
  ...["int", "int", "int", "int", "int", "int", "float"],
  // Addresses as numbers: 0.1 µs a call cheaper than pointers, which koffi also takes from typed arrays.
  ...["uintptr_t", "int", "uintptr_t", "int", "float", "uintptr_t", "int"],
];
const ROW_MAJOR = 101;
const NO_TRANSPOSE = 111;

interface Opened {
  library: NativeLibrary;
  identity: Identity;
  sgemm: NativeFunction;
}

/** Opens a BLAS library: the first that is fast (`auto`), or the one at a path. A text says why there is none. */
export function openBlas(setting: BlasSetting, loader: NativeLoader, machine: Machine): Blas | string {
  const open = (): Blas | string => openFirst(setting, loader, machine);
  return environmentVariable(TIMEOUT) === undefined ? withEnvironment(TIMEOUT, TICKS, open) : open();
}

// OpenBLAS reads, while it loads, for how long its threads look for a next product, as a power of two of the processor's
// ticks. Its own 2^26 are 20 ms in which they hold cores that the engine's threads want; 2^18 are 0.1 ms.
const TIMEOUT = "OPENBLAS_THREAD_TIMEOUT";
const TICKS = "18";

function openFirst(setting: BlasSetting, loader: NativeLoader, machine: Machine): Blas | string {
  if (setting !== "auto") {
    const opened = tryOpen(setting, false, loader);
    return typeof opened === "string" ? `${setting}: ${opened}` : finish(opened, setting, "asked for", loader, machine);
  }
  const failures: string[] = [];
  for (const { path, anonymous } of candidates(machine)) {
    const opened = tryOpen(path, anonymous, loader);
    if (typeof opened !== "string") return finish(opened, path, "found", loader, machine);
    if (opened !== NOT_FOUND) failures.push(`${path}: ${opened}`);
  }
  return failures.length === 0 ? "no BLAS library on this machine" : failures.join("; ");
}

const NOT_FOUND = "not found";

function tryOpen(path: string, anonymous: boolean, loader: NativeLoader): Opened | string {
  let library: NativeLibrary;
  try {
    library = loader.open(path);
  } catch (error) {
    const reason = firstLine(error);
    return /cannot open shared object file: No such|no such file|could not be found|Image not found/i.test(reason)
      ? NOT_FOUND
      : reason;
  }
  const sgemm = library.bind("cblas_sgemm", "void", SGEMM);
  const identity = sgemm === null ? null : identify(library, path);
  let reason: string | null = null;
  if (identity === null) reason = "it has no cblas_sgemm";
  else if (anonymous && identity.library === "BLAS") reason = "it is no OpenBLAS, MKL or BLIS, and so likely slow";
  else reason = identity.unusable;
  if (reason === null) return { library, identity: identity as Identity, sgemm: sgemm as NativeFunction };
  library.close();
  return reason;
}

/** Corrects the core type, and makes the functions that the engine calls. */
function finish(first: Opened, path: string, how: string, loader: NativeLoader, machine: Machine): Blas {
  let opened = first;
  let why = how;
  const { core } = first.identity;
  if (first.identity.library === "OpenBLAS" && core !== null && environmentVariable(CORE_TYPE) === undefined) {
    const better = betterCore(core, machine.flags);
    if (better !== null) {
      first.library.close();
      const again = withEnvironment(CORE_TYPE, better, () => tryOpen(path, false, loader));
      if (typeof again === "string") throw new Error(`${path} opened once, and then: ${again}`);
      opened = again;
      why = `${how}; it took this processor for ${core}, its flags say ${better}`;
    }
  }
  const { identity, sgemm } = opened;
  const most = identity.setThreads === null ? identity.threads : Math.min(identity.threads, machine.cores);
  const { setThreads } = identity;
  let threads = 0;
  let allowed = most;
  let shared = false;
  const { addon } = loader;
  const info = { library: identity.library, version: identity.version, path, core: identity.core, threads: most, why };
  return {
    info,
    limit(count) {
      if (setThreads === null) return;
      allowed = Math.min(count ?? most, most);
      info.threads = allowed;
    },
    shared: identity.concurrent && addon !== undefined ? { addon, path } : null,
    setShared(on) {
      shared = on;
      if (!on || setThreads === null || most === 1) return;
      // Not only when it was another number: somebody else in the process may have set it, and then every thread of
      // ours would wake others.
      setThreads(1);
      threads = 1;
    },
    address: (bytes) => loader.address(bytes),
    sgemm(transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc) {
      if (setThreads !== null && most > 1) {
        const wanted = shared ? 1 : threadsFor(m, n, k, allowed);
        if (wanted !== threads) {
          setThreads(wanted);
          threads = wanted;
        }
      }
      sgemm(ROW_MAJOR, NO_TRANSPOSE + transA, NO_TRANSPOSE + transB, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
    },
  };
}

const CORE_TYPE = "OPENBLAS_CORETYPE";
