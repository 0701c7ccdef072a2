import { ConfigError, ThreadError } from "../../../util/index.ts";
import { environmentVariable } from "../../../util/platform/index.ts";
import { MAX_TASKS, WasmPool, type WorkerSetup } from "../../../util/platform/wasm-pool.ts";
import { availableThreads, whyNoThreads } from "../../../util/platform/workers.ts";
import type { Allocator } from "../allocator.ts";
import { areasOf, type KernelInstance } from "../instance.ts";
import type { KernelExports } from "../kernel-exports.ts";
import { type Memory, MOST_THREADS } from "../memory.ts";
import { Recorder } from "./recorder.ts";

const VARIABLE = "INNERLOOP_THREADS";
/** More rarely pay: the kernels' large products apart, it is memory that is short. */
const MOST_BY_DEFAULT = 8;
/** Nanoseconds of one core below which waking others costs more than they do: docs/performance.md, "Threads". */
const LEAST_WORK = 100_000;
/** Tasks for each thread where a region is cut by ranges, so that one that the system holds up does not hold up all. */
const TASKS_A_THREAD = 4;

/** On how many threads the kernels run, and why. */
export interface ThreadsInfo {
  threads: number;
  why: string;
}

/** Elements of which one task makes a sum. It does not depend on the number of threads, so that the sum does not. */
export const SUM_SIZE = 65536;

/** One call of one kernel, a task of a region: makes exactly one, and returns what it returned. */
export type TaskCall = (kernels: KernelExports, task: number) => unknown;
/** The same for `count` elements from `from` on. */
export type RangeCall = (kernels: KernelExports, from: number, count: number) => unknown;

/**
 * The engine's threads: regions of calls of one kernel each, shared by a pool that starts at the first region that is
 * large enough. What is computed depends on how a region is cut, never on how many threads there are.
 */
export class Threads {
  /** How many somebody asked for; null where the machine decided. */
  asked: number | null = null;
  /** A region of at least as much work, in nanoseconds of one core, is worth cutting; Infinity on one thread. */
  least: number = Number.POSITIVE_INFINITY;
  /** Threads in all. */
  count = 1;
  private why = "";
  private threshold = LEAST_WORK;
  private readonly memory: Memory;
  private readonly allocator: Allocator;
  private readonly workBytes: number;
  private readonly pools: Map<KernelInstance, WasmPool> = new Map();
  /** Work areas of threads 1, 2, … */
  private readonly areas: number[] = [];
  private instance: KernelInstance;
  private recorder: Recorder | null = null;
  private setup: WorkerSetup | null = null;

  constructor(memory: Memory, allocator: Allocator, instance: KernelInstance, workBytes: number) {
    this.memory = memory;
    this.allocator = allocator;
    this.instance = instance;
    this.workBytes = workBytes;
    const variable = environmentVariable(VARIABLE);
    const asked = Number(variable);
    if (variable !== undefined && Number.isInteger(asked) && asked >= 1) {
      this.asked = Math.min(asked, MOST_THREADS);
      this.choose(this.asked, `${VARIABLE}=${variable}`);
    } else {
      const wrong = variable === undefined ? "" : `; ${VARIABLE}=${variable} is no number of threads`;
      this.choose(Math.min(availableThreads(), MOST_BY_DEFAULT), `what the machine runs at once${wrong}`);
    }
  }

  info(): ThreadsInfo {
    return { threads: this.count, why: this.why };
  }

  /** @throws {ConfigError} for anything but a whole number from 1 to 32 */
  set(count: number): void {
    if (!Number.isInteger(count) || count < 1 || count > MOST_THREADS) {
      const expected = `expected a whole number from 1 to ${MOST_THREADS}`;
      throw new ConfigError("engine.setNumThreads", `count is ${count}`, expected, "engine.info() says what runs.");
    }
    this.close();
    this.asked = count;
    this.choose(count, `setNumThreads(${count})`);
  }

  /** Another build of the kernels; the pool of the one before goes on sleeping. */
  use(instance: KernelInstance): void {
    this.instance = instance;
  }

  /** What workers have to have: others are started where those that run have not. */
  require(setup: WorkerSetup): void {
    if (this.setup === setup) return;
    this.setup = setup;
    this.close();
  }

  /** For tests: from how much work on a region is cut, in nanoseconds. */
  setThreshold(nanoseconds: number = LEAST_WORK): void {
    this.threshold = nanoseconds;
    if (this.count > 1) this.least = nanoseconds;
  }

  /**
   * A region of `tasks` calls of one kernel, in any number. They run in any order on any thread: none reads what another
   * writes, and the descriptor, if any, stays as it is.
   *
   * @param onResult takes what the calls returned, in the order of the tasks
   * @throws {ThreadError} when a thread failed; from then on all runs on one
   */
  run(tasks: number, call: TaskCall, onResult?: (result: number) => void): void {
    for (let first = 0; first < tasks; first += MAX_TASKS) {
      this.region(first, Math.min(MAX_TASKS, tasks - first), call, onResult);
    }
  }

  /** `run` over ranges of 0 … n - 1 that begin at multiples of `step`. The results must not depend on where they do. */
  ranges(n: number, step: number, call: RangeCall): void {
    const most = this.count * TASKS_A_THREAD;
    const size = Math.ceil(n / (step * most)) * step;
    this.run(Math.ceil(n / size), (kernels, at) => call(kernels, at * size, Math.min(size, n - at * size)));
  }

  /**
   * `run` over ranges of `size`, whatever the number of threads: where results depend on it. On this thread alone when it
   * is less work than `least`, or one range.
   *
   * @param work in nanoseconds of one core
   */
  fixedRanges(n: number, size: number, work: number, call: RangeCall, onResult: (result: number) => void): void {
    if (n > size && work >= this.least) {
      const task: TaskCall = (kernels, at) => call(kernels, at * size, Math.min(size, n - at * size));
      this.run(Math.ceil(n / size), task, onResult);
      return;
    }
    const { kernels } = this.instance;
    for (let from = 0; from < n; from += size) onResult(call(kernels, from, Math.min(size, n - from)) as number);
  }

  /** Workers that have started; for tests. */
  get ready(): number {
    return this.pools.get(this.instance)?.ready ?? 0;
  }

  private region(first: number, tasks: number, call: TaskCall, onResult: ((result: number) => void) | undefined): void {
    const pool = tasks > 1 ? this.pool() : null;
    if (pool === null) {
      const { kernels } = this.instance;
      for (let task = first; task < first + tasks; task++) {
        const result = call(kernels, task);
        onResult?.(result as number);
      }
      return;
    }
    if (this.recorder === null) this.recorder = new Recorder(Object.keys(this.instance.kernels));
    const recorder = this.recorder;
    call(recorder.kernels, first);
    const { name, values } = recorder;
    try {
      pool.run(name, tasks, (task) => {
        if (task === 0) return values;
        call(recorder.kernels, first + task);
        return recorder.values;
      });
    } catch (error) {
      if (error instanceof ThreadError) this.choose(1, `the threads failed: ${error.got}`);
      throw error;
    }
    if (onResult !== undefined) for (let task = 0; task < tasks; task++) onResult(pool.result(task));
  }

  /** The pool of the kernels in use, started now if need be; null on one thread. */
  private pool(): WasmPool | null {
    if (this.count === 1) return null;
    const known = this.pools.get(this.instance);
    if (known !== undefined) return known;
    const { module, exports } = this.instance;
    try {
      while (this.areas.length < this.count - 1) {
        this.areas.push(this.allocator.reserve(this.workBytes, "engine.setNumThreads"));
      }
      const imports = (thread: number) => ({ env: areasOf(thread, this.areas[thread - 1] as number) });
      const { setup } = this;
      const pool = new WasmPool({ module, memory: this.memory.handle, exports, threads: this.count, imports, setup });
      this.pools.set(this.instance, pool);
      return pool;
    } catch (error) {
      // Not enough memory, or no more threads: one is enough to go on.
      this.choose(1, `the threads did not start: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  }

  private choose(count: number, why: string): void {
    const reason = this.memory.shared ? null : whyNoThreads();
    this.count = reason === null ? count : 1;
    this.why = reason ?? why;
    this.least = this.count > 1 ? this.threshold : Number.POSITIVE_INFINITY;
  }

  private close(): void {
    for (const pool of this.pools.values()) pool.close();
    this.pools.clear();
  }
}
