import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { ThreadError } from "../errors.ts";
import { WasmPool, type WasmPoolOptions } from "./wasm-pool.ts";

// (module
//   (import "env" "memory" (memory 1 16 shared)) (import "env" "thread" (global i32))
//   (func (export "put") (param i32 i32) (result i32) (i32.store (local.get 0) (local.get 1)) (local.get 1))
//   (func (export "onlyCaller") (result i32) (if (global.get 0) (then unreachable)) (i32.const 1)))
const text = (name: string): number[] =>
  [name.length, ...name].map((each) => (typeof each === "number" ? each : each.charCodeAt(0)));
const BINARY = new Uint8Array([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 11, 2, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 0x60, 0, 1, 0x7f],
  ...[2, 30, 2, ...text("env"), ...text("memory"), 2, 3, 1, 16, ...text("env"), ...text("thread"), 3, 0x7f, 0],
  ...[3, 3, 2, 0, 1, 7, 20, 2, ...text("put"), 0, 0, ...text("onlyCaller"), 0, 1],
  ...[10, 24, 2, 11, 0, 0x20, 0, 0x20, 1, 0x36, 2, 0, 0x20, 1, 0x0b, 10, 0, 0x23, 0, 4, 0x40, 0, 0x0b, 0x41, 1, 0x0b],
]);

const pools: WasmPool[] = [];

function makePool(options: Partial<WasmPoolOptions> = {}): { pool: WasmPool; memory: WebAssembly.Memory } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true });
  const module = new WebAssembly.Module(BINARY);
  const { exports } = new WebAssembly.Instance(module, { env: { memory, thread: 0 } });
  const imports = (thread: number) => ({ env: { thread } });
  const pool = new WasmPool({ module, memory, exports, threads: 3, imports, ...options });
  pools.push(pool);
  return { pool, memory };
}

afterEach(() => {
  for (const pool of pools.splice(0)) pool.close();
});

const started = (pool: WasmPool): Promise<void> =>
  expect.poll(() => pool.ready, { interval: 5 }).toBe(2) as Promise<void>;

describe("WasmPool", () => {
  it("calls once for each task, before and after its workers have started", async () => {
    const { pool, memory } = makePool();
    const words = new Int32Array(memory.buffer);
    for (const round of [1, 2, 3]) {
      pool.run("put", 500, (task) => [task * 4, task * round]);
      for (let task = 0; task < 500; task++)
        expect([words[task], pool.result(task)]).toEqual([task * round, task * round]);
      if (round === 1) await started(pool);
    }
  });

  it("wakes sleeping workers, thousands of times", async () => {
    const { pool } = makePool({ spin: 0 });
    await started(pool);
    for (let round = 0; round < 2000; round++) pool.run("put", 3, (task) => [task * 4, round]);
    expect(pool.result(2)).toBe(1999);
  });

  it("gives workers the functions that they import", async () => {
    // "thread" is all that this module imports; with 0 for every worker, "onlyCaller" succeeds in all of them.
    const { pool } = makePool({ setup: { source: "({ value }) => ({ thread: value })", data: { value: 0 } } });
    await started(pool);
    for (let round = 0; round < 20; round++) pool.run("onlyCaller", 100, () => []);
  });

  it("leaves the tasks to others where a worker has not what it needs", async () => {
    const { pool, memory } = makePool({ setup: { source: "() => { throw new Error('none'); }", data: {} } });
    for (let round = 0; round < 20; round++) {
      pool.run("put", 100, (task) => [task * 4, round]);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(pool.ready).toBe(0);
    expect(new Int32Array(memory.buffer).slice(0, 100)).toEqual(new Int32Array(100).fill(19));
  });

  it("sees memory that has grown since", async () => {
    const { pool, memory } = makePool();
    await started(pool);
    memory.grow(8);
    pool.run("put", 500, (task) => [65536 * 8 + task * 4, task + 1]);
    const words = new Int32Array(memory.buffer, 65536 * 8, 500);
    expect(words.every((value, task) => value === task + 1)).toBe(true);
  });

  it("surfaces a worker's trap as a ThreadError, and is unusable from then on", async () => {
    const { pool } = makePool({ spin: 50 });
    await started(pool);
    const untilAWorkerHasOne = (): void => {
      for (let round = 0; round < 10_000; round++) pool.run("onlyCaller", 500, () => []);
    };
    expect(untilAWorkerHasOne).toThrow(ThreadError);
    expect(pool.failure?.got).toMatch(/unreachable/);
    expect(() => pool.run("put", 1, () => [0, 0])).toThrow(ThreadError);
  });

  it("passes on the caller's own trap and stays usable", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true });
    const module = new WebAssembly.Module(BINARY);
    const { exports } = new WebAssembly.Instance(module, { env: { memory, thread: 1 } });
    const pool = new WasmPool({ module, memory, exports, threads: 1 });
    expect(() => pool.run("onlyCaller", 5, () => [])).toThrow(WebAssembly.RuntimeError);
    pool.run("put", 5, (task) => [task * 4, 7]);
    expect(new Int32Array(memory.buffer)[4]).toBe(7);
  });

  it("fails, and does not wait for ever, when workers cannot start", async () => {
    const { pool } = makePool({ imports: () => ({}) });
    await expect.poll(() => pool.failure?.got ?? "", { interval: 5 }).toMatch(/import|thread/i);
    expect(() => pool.run("put", 500, () => [0, 0])).toThrow(ThreadError);
  });

  it("gives up on a worker that does not answer", async () => {
    const { pool } = makePool({ patience: 20 });
    await started(pool);
    // As if a worker had taken one more task and died.
    const words = (pool as unknown as { words: Int32Array }).words;
    const store = Atomics.store;
    Atomics.store = ((array: Int32Array, at: number, value: number) =>
      store(array, at, array === words && at === 16 ? value + 1 : value)) as typeof Atomics.store;
    try {
      expect(() => pool.run("put", 2, (task) => [task * 4, 0])).toThrow(/no task was finished/);
    } finally {
      Atomics.store = store;
    }
  });

  it("refuses an unknown export", () => {
    expect(() => makePool().pool.run("nothing", 1, () => [])).toThrow(ThreadError);
  });

  it("keeps no process alive, asleep or at work", () => {
    const root = fileURLToPath(new URL("../../../", import.meta.url));
    const program = `
      const { createJiti } = await import("jiti");
      const { WasmPool } = await createJiti(${JSON.stringify(root)}).import("./src/util/platform/wasm-pool.ts");
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true });
      const module = new WebAssembly.Module(Buffer.from("${Buffer.from(BINARY).toString("base64")}", "base64"));
      const imports = () => ({ env: { thread: 0 } });
      const { exports } = new WebAssembly.Instance(module, { env: { memory, thread: 0 } });
      const pool = new WasmPool({ module, memory, exports, threads: 3, imports });
      while (pool.ready < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      pool.run("put", 500, (task) => [task * 4, task]);
      console.log(new Int32Array(memory.buffer)[499]);`;
    const args = ["--input-type=module", "-e", program];
    const { stdout, status, stderr } = spawnSync(process.execPath, args, { timeout: 60_000, cwd: root });
    expect([status, stdout.toString().trim()], stderr.toString()).toEqual([0, "499"]);
  });
});
