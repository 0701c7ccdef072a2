import { ThreadError } from "../errors.ts";
import {
  ARGUMENTS,
  AT,
  CONTROL_BYTES,
  MAX_ARGUMENTS,
  MAX_TASKS,
  RESULTS,
  WORKER_SOURCE,
  type WorkerData,
  type WorkerSetup,
} from "./wasm-pool-worker.ts";
import { mayBlock, startWorker, type WorkerHandle, whyNoThreads } from "./workers.ts";

export { MAX_ARGUMENTS, MAX_TASKS, type WorkerSetup } from "./wasm-pool-worker.ts";

/** Arguments of one call of a WebAssembly export; 64-bit integers are not among them. */
export type CallArguments = readonly number[];

/** What a `WasmPool` runs, and on how many threads. */
export interface WasmPoolOptions {
  /** A compiled `WebAssembly.Module` that imports its memory as `env.memory`, declared shared. */
  module: object;
  /** The shared `WebAssembly.Memory`. */
  memory: object;
  /** The calling thread's exports of the module, on the same memory. */
  exports: Readonly<Record<string, unknown>>;
  /** Threads in all, the calling one included; at least 1. */
  threads: number;
  /**
   * Numbers that the instance of thread 1, 2, … imports (immutable globals), by module and name: where its own stack
   * or scratch begins. `env.memory` and `env.abort` are there without.
   */
  imports?: (thread: number) => Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Functions that a worker's instance imports as `env.…`, made in that worker. */
  setup?: WorkerSetup | null;
  /** What the operating system calls the threads. */
  name?: string;
  /**
   * Milliseconds for which workers look for a next task before they sleep. 1 unless given: on a virtual machine waking
   * one took the caller 20 to 150 µs, and as long again until the worker ran.
   */
  spin?: number;
  /** Milliseconds without a finished task after which a region is given up. A minute unless given. */
  patience?: number;
}

/**
 * Runs exports of one WebAssembly module on several threads that share its memory.
 *
 * A region is a number of calls of one export, the tasks. The calling thread and the workers take them one by one,
 * and `run` returns when all are done. Workers that have not started yet, or that the system does not let run, take
 * none: the others do. What the tasks compute must therefore not depend on who takes them, nor on their order.
 *
 * Workers sleep between regions and keep no process alive. Each has an instance of its own, so globals are its own,
 * but memory is not: an instance must not write static memory (data segments are written again when an instance
 * starts), and needs a stack of its own where it has one (`imports`).
 *
 * @example
 * // const pool = new WasmPool({ module, memory, exports: instance.exports, threads: 2 });
 * // pool.run("propagate", 8, (task) => [states + task * bytes, count]);
 */
export class WasmPool {
  readonly threads: number;
  /** Why the pool cannot be used any more; null while it can. */
  failure: ThreadError | null = null;
  private readonly words: Int32Array;
  private readonly numbers: Float64Array;
  private readonly control: SharedArrayBuffer;
  private readonly callees: ReadonlyMap<string, number>;
  private readonly functions: readonly ((...values: number[]) => unknown)[];
  private readonly workers: WorkerHandle[] = [];
  private readonly patience: number;
  private readonly blocks: boolean = mayBlock();
  private closed = false;

  /** @throws {ThreadError} when there can be no threads here, or the system refuses one */
  constructor(options: WasmPoolOptions) {
    const { module, memory, exports, threads, imports, setup = null } = options;
    const { name = "innerloop", spin = 1, patience = 60_000 } = options;
    const reason = whyNoThreads();
    if (reason !== null && threads > 1) throw unusable(reason);
    const names = Object.keys(exports).filter((each) => typeof exports[each] === "function");
    this.threads = Math.max(1, Math.floor(threads));
    this.patience = patience;
    this.callees = new Map(names.map((each, index) => [each, index]));
    this.functions = names.map((each) => exports[each] as (...values: number[]) => unknown);
    this.control = new SharedArrayBuffer(CONTROL_BYTES);
    this.words = new Int32Array(this.control);
    this.numbers = new Float64Array(this.control);
    try {
      for (let thread = 1; thread < this.threads; thread++) {
        const own = imports?.(thread) ?? {};
        const data: WorkerData = { module, memory, control: this.control, imports: own, setup, names, spin };
        const ended = (why: string): void => this.workerEnded(thread, why);
        this.workers.push(startWorker(WORKER_SOURCE, data, `${name} ${thread}`, ended));
      }
    } catch (error) {
      this.terminate();
      throw unusable(error instanceof Error ? error.message : String(error));
    }
  }

  /** Workers that have started so far. */
  get ready(): number {
    return Atomics.load(this.words, AT.ready);
  }

  /**
   * Calls the export `name` once for each task, on all threads, and returns when all calls have.
   *
   * @param tasks 1 to `MAX_TASKS`
   * @param argumentsOf the arguments of task 0, 1, … , all of the same number, at most `MAX_ARGUMENTS`; asked before
   * the first call
   * @throws {ThreadError} when a worker failed, now or before: the pool is then unusable
   */
  run(name: string, tasks: number, argumentsOf: (task: number) => CallArguments): void {
    if (this.failure !== null) throw this.failure;
    const callee = this.callees.get(name);
    if (callee === undefined || tasks > MAX_TASKS || this.closed) {
      const got = this.closed ? "the pool is closed" : callee === undefined ? `no export ${name}` : `${tasks} tasks`;
      throw new ThreadError("WasmPool.run", got, `expected an export and at most ${MAX_TASKS} tasks`, "See WasmPool.");
    }
    if (tasks <= 0) return;
    const { words } = this;
    words[AT.tasks] = tasks;
    words[AT.callee] = callee;
    words[AT.arity] = this.writeArguments(tasks, argumentsOf);
    Atomics.store(words, AT.left, tasks);
    Atomics.store(words, AT.ticket, tasks);
    if (Atomics.load(words, AT.parked) > 0) Atomics.notify(words, AT.ticket);
    try {
      for (let task = this.take(); task >= 0; task = this.take()) {
        this.call(task);
        Atomics.sub(words, AT.left, 1);
      }
    } catch (error) {
      // Nobody begins another task, and the memory is the caller's again only when all that began are done.
      Atomics.sub(words, AT.left, 1);
      while (this.take() >= 0) Atomics.sub(words, AT.left, 1);
      this.join();
      throw error;
    }
    this.join();
    if (Atomics.load(words, AT.failed) !== 0) throw this.fail(this.message());
  }

  /** What task 0, 1, … of the last region returned, as a float64. */
  result(task: number): number {
    return this.numbers[RESULTS + task] as number;
  }

  /** Lets the workers end. */
  close(): void {
    this.closed = true;
    Atomics.store(this.words, AT.ticket, -1);
    Atomics.notify(this.words, AT.ticket);
  }

  private writeArguments(tasks: number, argumentsOf: (task: number) => CallArguments): number {
    const { numbers } = this;
    let arity = 0;
    for (let task = 0; task < tasks; task++) {
      const values = argumentsOf(task);
      arity = values.length;
      if (arity > MAX_ARGUMENTS) {
        const expected = `expected at most ${MAX_ARGUMENTS}`;
        throw new ThreadError("WasmPool.run", `${arity} arguments`, expected, "Pass the rest in memory.");
      }
      const at = ARGUMENTS + task * MAX_ARGUMENTS;
      for (let i = 0; i < arity; i++) numbers[at + i] = values[i] as number;
    }
    return arity;
  }

  /** The next task that nobody has taken, or -1. */
  private take(): number {
    const { words } = this;
    for (;;) {
      const ticket = Atomics.load(words, AT.ticket);
      if (ticket <= 0) return -1;
      if (Atomics.compareExchange(words, AT.ticket, ticket, ticket - 1) === ticket) {
        return (words[AT.tasks] as number) - ticket;
      }
    }
  }

  private call(task: number): void {
    const { words, numbers } = this;
    const at = ARGUMENTS + task * MAX_ARGUMENTS;
    const values = Array.from(numbers.subarray(at, at + (words[AT.arity] as number)));
    const fn = this.functions[words[AT.callee] as number] as (...values: number[]) => unknown;
    numbers[RESULTS + task] = fn(...values) as number;
  }

  /** Waits for the tasks that others have taken: briefly awake, then asleep where that is allowed. */
  private join(): void {
    const { words } = this;
    for (let i = 0; i < 2000; i++) if (Atomics.load(words, AT.left) === 0) return;
    let before = Atomics.load(words, AT.left);
    let since = performance.now();
    for (;;) {
      const left = Atomics.load(words, AT.left);
      if (left === 0) return;
      const now = performance.now();
      if (left !== before) since = now;
      before = left;
      if (now - since > this.patience) {
        this.terminate();
        throw this.fail(`no task was finished for ${this.patience / 1000} s`);
      }
      if (!this.blocks) continue;
      if (now - since < SPIN) {
        for (let i = 0; i < 100 && Atomics.load(words, AT.left) === left; i++);
        continue;
      }
      Atomics.store(words, AT.waiting, 1);
      Atomics.wait(words, AT.left, left, Math.min(this.patience, 1000));
      Atomics.store(words, AT.waiting, 0);
    }
  }

  private message(): string {
    while (Atomics.load(this.words, AT.failed) === 2);
    const units = new Uint16Array(this.control, (AT.message + 1) * 4, this.words[AT.message]);
    return Array.from(units, (unit) => String.fromCharCode(unit)).join("");
  }

  private workerEnded(thread: number, why: string): void {
    if (this.closed || this.failure !== null) return;
    this.fail(Atomics.load(this.words, AT.failed) !== 0 ? this.message() : `thread ${thread} ended: ${why}`);
  }

  private fail(reason: string): ThreadError {
    this.failure ??= unusable(reason);
    this.close();
    return this.failure;
  }

  private terminate(): void {
    for (const worker of this.workers) worker.terminate();
  }
}

/** Milliseconds for which the caller looks for the end of a region before it sleeps: as dear to wake as a worker. */
const SPIN = 1;

function unusable(reason: string): ThreadError {
  return new ThreadError("threads", reason, "expected workers that answer", "Make another pool, or use one thread.");
}
