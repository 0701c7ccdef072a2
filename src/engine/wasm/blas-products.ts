import { ConfigError } from "../../util/index.ts";
import { environmentVariable } from "../../util/platform/index.ts";
import type { WorkerSetup } from "../../util/platform/wasm-pool.ts";
import { type Blas, type BlasInfo, type BlasSetting, findBlas, sgemmInWorkers } from "../blas/index.ts";
import type { Memory } from "./memory.ts";

const VARIABLE = "INNERLOOP_BLAS";

/** A backend's matrix products that a BLAS library computes, on the backend's own memory. */
export class BlasProducts {
  private readonly memory: Memory;
  private setting: BlasSetting;
  private asked: string;
  private strict = false;
  private blas: Blas | null = null;
  private why = "";
  /** Whether a library has been looked for under the present setting. */
  private searched = false;
  private base = 0;
  private bytes = -1;
  private threads: number | null = null;
  private workers: WorkerSetup | null = null;

  constructor(memory: Memory) {
    this.memory = memory;
    const variable = environmentVariable(VARIABLE);
    this.setting = variable ?? "auto";
    this.asked = variable === undefined ? "" : `${VARIABLE}=${variable}`;
  }

  /** Strict mode never calls a library. */
  setStrict(strict: boolean): void {
    this.strict = strict;
    this.searched = false;
  }

  /** On how many threads a library may run; null for all it has. */
  limit(threads: number | null): void {
    this.threads = threads;
    this.blas?.limit(threads);
  }

  /** @throws {ConfigError} when `setting` names a library that cannot be used; the setting then stays as it was */
  set(setting: BlasSetting): void {
    if (setting !== "off" && setting !== "auto") {
      const found = findBlas(setting);
      if (typeof found === "string") {
        throw new ConfigError(
          "engine.setBlas",
          found,
          'expected "off", "auto", or the path of a BLAS library with cblas_sgemm',
          'engine.setBlas("auto") looks for one; innerloop doctor says what it finds.',
        );
      }
    }
    this.setting = setting;
    this.asked = `setBlas(${JSON.stringify(setting)})`;
    this.searched = false;
  }

  info(): BlasInfo {
    if (!this.searched) this.search();
    if (this.blas !== null) return this.blas.info;
    return { library: null, version: null, path: null, core: null, threads: 0, why: this.why };
  }

  /** Whether a library is there to multiply. The first call under a setting loads it, in about 20 ms. */
  ready(): boolean {
    if (!this.searched) this.search();
    return this.blas !== null;
  }

  /** What workers need to call the library themselves; null where there is none that several threads may call. */
  forWorkers(): WorkerSetup | null {
    const shared = this.ready() ? (this.blas as Blas).shared : null;
    if (shared === null) return null;
    if (this.bytes !== this.memory.bytes) this.locate();
    const known = this.workers?.data;
    if (known?.path !== shared.path || known.base !== this.base) {
      this.workers = sgemmInWorkers(shared.addon, shared.path, this.base);
    }
    return this.workers;
  }

  /** Runs `fn`, in which several threads call the library: each call then takes one. */
  share(fn: () => void): void {
    const blas = this.blas as Blas;
    blas.setShared(true);
    try {
      fn();
    } finally {
      blas.setShared(false);
    }
  }

  /** C = op(A)·op(B) + beta·C, addresses on the engine's memory; only when `ready()`. */
  sgemm(
    transA: number,
    transB: number,
    m: number,
    n: number,
    k: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    beta: number,
    c: number,
    ldc: number,
  ): void {
    // Growing may move the memory.
    if (this.bytes !== this.memory.bytes) this.locate();
    const base = this.base;
    (this.blas as Blas).sgemm(transA, transB, m, n, k, base + a, lda, base + b, ldb, beta, base + c, ldc);
  }

  private locate(): void {
    this.base = (this.blas as Blas).address(this.memory.u8);
    this.bytes = this.memory.bytes;
  }

  private search(): void {
    this.searched = true;
    this.blas = null;
    this.bytes = -1;
    if (this.strict) this.why = "strict mode: the same bits on every machine";
    else if (this.setting === "off") this.why = `${this.asked} asks for none`;
    else {
      const found = findBlas(this.setting);
      if (typeof found === "string") this.why = found;
      else {
        this.blas = found;
        // (All backends of a process share a library.)
        found.limit(this.threads);
      }
    }
  }
}
