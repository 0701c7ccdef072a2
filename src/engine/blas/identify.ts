import type { NativeLibrary } from "../../util/platform/native.ts";

/** What a library says about itself. */
export interface Identity {
  library: string;
  version: string | null;
  core: string | null;
  /** Threads it would use; 0 where it does not tell. */
  threads: number;
  setThreads: ((count: number) => void) | null;
  /** Whether several threads may call it at once. */
  concurrent: boolean;
  /** Why it cannot be used, or null. */
  unusable: string | null;
}

/** Recognises OpenBLAS, MKL, BLIS and Accelerate by functions that only they have. */
export function identify(library: NativeLibrary, path: string): Identity {
  return openblas(library) ?? mkl(library) ?? blis(library) ?? other(path);
}

function openblas(library: NativeLibrary): Identity | null {
  const config = library.bind("openblas_get_config", "const char *", []);
  if (config === null) return null;
  const text = String(config());
  const set = library.bind("openblas_set_num_threads", "void", ["int"]);
  const threads = library.bind("openblas_get_num_threads", "int", []);
  return {
    library: "OpenBLAS",
    version: /OpenBLAS (\S+)/.exec(text)?.[1] ?? null,
    core: asText(library.bind("openblas_get_corename", "const char *", [])?.()),
    threads: Number(threads?.() ?? 0),
    setThreads: set === null ? null : (count) => void set(count),
    // A build without threads has no locks either.
    concurrent: Number(library.bind("openblas_get_parallel", "int", [])?.() ?? 0) !== 0,
    unusable: text.includes("USE64BITINT") ? "it is built with 64-bit integers" : null,
  };
}

function mkl(library: NativeLibrary): Identity | null {
  const set = library.bind("MKL_Set_Num_Threads", "void", ["int"]);
  const threads = library.bind("MKL_Get_Max_Threads", "int", []);
  if (set === null || threads === null) return null;
  const text = new Uint8Array(200);
  library.bind("MKL_Get_Version_String", "void", ["void *", "int"])?.(text, 198);
  const version = /Version ([^\s\0]+)/.exec(new TextDecoder().decode(text))?.[1] ?? null;
  return {
    library: "MKL",
    version,
    core: null,
    threads: Number(threads()),
    setThreads: (count) => void set(count),
    concurrent: true,
    unusable: null,
  };
}

function blis(library: NativeLibrary): Identity | null {
  const version = library.bind("bli_info_get_version_str", "const char *", []);
  if (version === null) return null;
  const arch = library.bind("bli_arch_query_id", "int", []);
  const name = library.bind("bli_arch_string", "const char *", ["int"]);
  const set = library.bind("bli_thread_set_num_threads", "void", ["int64"]);
  // The number BLIS has before it is told one is 1 or -1: it never starts threads by itself.
  return {
    library: "BLIS",
    version: asText(version()),
    core: arch === null || name === null ? null : asText(name(arch() as number)),
    threads: set === null ? 1 : Number.MAX_SAFE_INTEGER,
    setThreads: set === null ? null : (count) => void set(count),
    concurrent: true,
    unusable: null,
  };
}

function other(path: string): Identity {
  const library = path.includes("Accelerate") ? "Accelerate" : "BLAS";
  const concurrent = library === "Accelerate";
  return { library, version: null, core: null, threads: 0, setThreads: null, concurrent, unusable: null };
}

function asText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
