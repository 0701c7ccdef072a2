import { describe, expect, it } from "vitest";
import type { Machine, NativeFunction, NativeLoader } from "../../util/platform/native.ts";
import { candidates } from "./candidates.ts";
import { prefersBlas, threadsFor } from "./choice.ts";
import { betterCore } from "./core-type.ts";
import { openBlas } from "./open.ts";

const AVX2 = ["avx", "avx2", "fma"];
const AVX512 = [...AVX2, "avx512f", "avx512bw", "avx512dq", "avx512vl"];

function machine(flags: string[] = AVX2, platform = "linux"): Machine {
  return { platform, cores: 4, flags: new Set(flags) };
}

type Functions = Record<string, NativeFunction>;

/** A loader that knows some libraries, and what has been done with it. */
function loader(libraries: Record<string, () => Functions>): { log: string[]; fake: NativeLoader } {
  const log: string[] = [];
  const fake: NativeLoader = {
    open(path) {
      const make = libraries[path];
      if (make === undefined) throw new Error("cannot open shared object file: No such file or directory");
      log.push(`open ${path}`);
      const functions = make();
      return { bind: (name) => functions[name] ?? null, close: () => void log.push(`close ${path}`) };
    },
    address: () => 1000,
  };
  return { log, fake };
}

function openblas(core: () => string, extra: Functions = {}, config = "OpenBLAS 0.3.21 DYNAMIC_ARCH"): Functions {
  return {
    cblas_sgemm: () => undefined,
    openblas_get_config: () => config,
    openblas_get_corename: core,
    openblas_get_num_threads: () => 8,
    openblas_set_num_threads: () => undefined,
    ...extra,
  };
}

const reference = (): Functions => ({ cblas_sgemm: () => undefined });

describe("openBlas", () => {
  it("takes the first library that is fast, and says how it was found", () => {
    const { fake, log } = loader({ "libopenblas.so.0": () => openblas(() => "Haswell"), "libblas.so.3": reference });
    const found = openBlas("auto", fake, machine());
    expect(found).toMatchObject({
      info: {
        library: "OpenBLAS",
        version: "0.3.21",
        path: "libopenblas.so.0",
        core: "Haswell",
        threads: 4,
        why: "found",
      },
    });
    expect(log).toEqual(["open libopenblas.so.0"]);
  });

  it("leaves an unknown libblas alone, but takes one that is OpenBLAS, and any that is asked for", () => {
    const slow = loader({ "libblas.so.3": reference });
    expect(openBlas("auto", slow.fake, machine())).toBe(
      "libblas.so.3: it is no OpenBLAS, MKL or BLIS, and so likely slow",
    );
    expect(slow.log).toEqual(["open libblas.so.3", "close libblas.so.3"]);
    expect(openBlas("libblas.so.3", slow.fake, machine())).toMatchObject({
      info: { library: "BLAS", threads: 0, why: "asked for" },
    });
    const fast = loader({ "libblas.so.3": () => openblas(() => "Zen") });
    expect(openBlas("auto", fast.fake, machine())).toMatchObject({ info: { library: "OpenBLAS" } });
  });

  it("says why there is none", () => {
    const { fake } = loader({ "/a.so": () => ({}), "/64.so": () => openblas(() => "Zen", {}, "USE64BITINT") });
    expect(openBlas("auto", fake, machine())).toBe("no BLAS library on this machine");
    expect(openBlas("/b.so", fake, machine())).toBe("/b.so: not found");
    expect(openBlas("/a.so", fake, machine())).toBe("/a.so: it has no cblas_sgemm");
    expect(openBlas("/64.so", fake, machine())).toBe("/64.so: it is built with 64-bit integers");
  });

  it("recognises MKL, BLIS and Accelerate", () => {
    const mkl = (): Functions => ({
      ...reference(),
      MKL_Set_Num_Threads: () => undefined,
      MKL_Get_Max_Threads: () => 2,
      MKL_Get_Version_String: (text) => {
        (text as Uint8Array).set(
          new TextEncoder().encode("Intel(R) oneAPI Math Kernel Library Version 2024.2-Product"),
        );
      },
    });
    const blis = (): Functions => ({
      ...reference(),
      bli_info_get_version_str: () => "1.0",
      bli_arch_query_id: () => 3,
      bli_arch_string: (id) => (id === 3 ? "zen3" : "?"),
      bli_thread_set_num_threads: () => undefined,
    });
    const { fake } = loader({
      "libmkl_rt.so.2": mkl,
      "/blis.so": blis,
      "/System/Library/Frameworks/Accelerate.framework/Accelerate": reference,
    });
    expect(openBlas("auto", fake, machine())).toMatchObject({
      info: { library: "MKL", version: "2024.2-Product", threads: 2 },
    });
    expect(openBlas("/blis.so", fake, machine())).toMatchObject({
      info: { library: "BLIS", version: "1.0", core: "zen3", threads: 4 },
    });
    expect(openBlas("auto", fake, machine([], "darwin"))).toMatchObject({
      info: { library: "Accelerate", threads: 0 },
    });
  });

  it("opens OpenBLAS again with the core type of the processor's flags, and leaves the environment as it was", () => {
    const { fake, log } = loader({
      "libopenblas.so.0": () => openblas(() => process.env.OPENBLAS_CORETYPE ?? "Prescott"),
    });
    const found = openBlas("auto", fake, machine(AVX512));
    expect(found).toMatchObject({
      info: { core: "SkylakeX", why: "found; it took this processor for Prescott, its flags say SkylakeX" },
    });
    expect(log).toEqual(["open libopenblas.so.0", "close libopenblas.so.0", "open libopenblas.so.0"]);
    expect(process.env.OPENBLAS_CORETYPE).toBeUndefined();
  });

  it("lets OpenBLAS's threads sleep soon, unless somebody has set when, and leaves the environment as it was", () => {
    const seen: (string | undefined)[] = [];
    const { fake } = loader({
      "libopenblas.so.0": () => {
        seen.push(process.env.OPENBLAS_THREAD_TIMEOUT);
        return openblas(() => "Haswell");
      },
    });
    openBlas("auto", fake, machine());
    expect(process.env.OPENBLAS_THREAD_TIMEOUT).toBeUndefined();
    process.env.OPENBLAS_THREAD_TIMEOUT = "26";
    try {
      openBlas("auto", fake, machine());
    } finally {
      delete process.env.OPENBLAS_THREAD_TIMEOUT;
    }
    expect(seen).toEqual(["18", "26"]);
  });

  it("does not overrule a core type that somebody has set", () => {
    process.env.OPENBLAS_CORETYPE = "Nehalem";
    try {
      const { fake, log } = loader({ "libopenblas.so.0": () => openblas(() => "Nehalem") });
      expect(openBlas("auto", fake, machine(AVX512))).toMatchObject({ info: { core: "Nehalem", why: "found" } });
      expect(log).toHaveLength(1);
    } finally {
      delete process.env.OPENBLAS_CORETYPE;
    }
  });

  it("calls with one thread for small products, and with more as the work grows", () => {
    const calls: unknown[] = [];
    const functions = openblas(() => "Haswell", {
      openblas_set_num_threads: (count) => void calls.push(count),
      cblas_sgemm: (...values) => void calls.push(values),
    });
    const { fake } = loader({ "libopenblas.so.0": () => functions });
    const blas = openBlas("auto", fake, machine());
    if (typeof blas === "string") throw new Error(blas);
    blas.sgemm(0, 1, 64, 64, 64, 10, 64, 20, 64, 0, 30, 64);
    blas.sgemm(0, 1, 64, 64, 64, 10, 64, 20, 64, 0, 30, 64);
    blas.sgemm(1, 0, 1024, 1024, 1024, 10, 1024, 20, 1024, 1, 30, 1024);
    expect(calls).toEqual([
      1,
      [101, 111, 112, 64, 64, 64, 1, 10, 64, 20, 64, 0, 30, 64],
      [101, 111, 112, 64, 64, 64, 1, 10, 64, 20, 64, 0, 30, 64],
      4,
      [101, 112, 111, 1024, 1024, 1024, 1, 10, 1024, 20, 1024, 1, 30, 1024],
    ]);
    calls.length = 0;
    blas.setShared(true);
    blas.sgemm(1, 0, 1024, 1024, 1024, 10, 1024, 20, 1024, 1, 30, 1024);
    blas.setShared(false);
    blas.sgemm(1, 0, 1024, 1024, 1024, 10, 1024, 20, 1024, 1, 30, 1024);
    expect(calls.filter((call) => typeof call === "number")).toEqual([1, 4]);
  });

  it("is called by several threads only where it is made for that", () => {
    const shared = (parallel: number | null, addon = "/koffi"): unknown => {
      const extra: Functions = parallel === null ? {} : { openblas_get_parallel: () => parallel };
      const { fake } = loader({ "/x.so": () => openblas(() => "Haswell", extra) });
      const blas = openBlas("/x.so", addon === "" ? fake : { ...fake, addon }, machine());
      return typeof blas === "string" ? blas : blas.shared;
    };
    expect(shared(1)).toEqual({ addon: "/koffi", path: "/x.so" });
    expect([shared(0), shared(null), shared(1, "")]).toEqual([null, null, null]);
  });
});

describe("the choice by shape", () => {
  it("leaves thin and small products to the kernel", () => {
    expect(prefersBlas(64, 64, 64)).toBe(true);
    expect(prefersBlas(1024, 1024, 1024)).toBe(true);
    for (const [m, n, k] of [
      [64, 64, 4],
      [64, 1, 64],
      [1, 1024, 1024],
      [1024, 1, 1024],
      [1024, 1024, 1],
      [16, 16, 16],
      [0, 64, 64],
    ] as const) {
      expect(prefersBlas(m, n, k), `[${m}, ${k}] × [${k}, ${n}]`).toBe(false);
    }
  });

  it("gives a thread no less than it is worth waking for", () => {
    expect(threadsFor(128, 120, 84, 8)).toBe(1);
    expect(threadsFor(128, 128, 128, 8)).toBe(2);
    expect(threadsFor(1024, 1024, 1024, 8)).toBe(8);
    expect(threadsFor(1024, 1024, 1024, 1)).toBe(1);
  });
});

describe("the core type", () => {
  it("is corrected upwards only, and only where the name is known", () => {
    expect(betterCore("Prescott", new Set(AVX512))).toBe("SkylakeX");
    expect(betterCore("Prescott", new Set(AVX2))).toBe("Haswell");
    expect(betterCore("Zen", new Set(AVX512))).toBe("SkylakeX");
    expect(betterCore("Zen", new Set(AVX2))).toBeNull();
    expect(betterCore("SkylakeX", new Set(AVX512))).toBeNull();
    expect(betterCore("SapphireRapids", new Set(AVX2))).toBeNull();
    expect(betterCore("neoversen1", new Set([]))).toBeNull();
  });
});

describe("candidates", () => {
  it("differ between systems, and only an unnamed libblas must prove itself", () => {
    const lists = ["linux", "darwin", "win32"].map((platform) => candidates(machine([], platform)));
    expect(new Set(lists.map((list) => list[0]?.path)).size).toBe(3);
    expect(lists.flat().filter((each) => each.anonymous)).toEqual([{ path: "libblas.so.3", anonymous: true }]);
  });
});
