import { execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkpointOf, INFO, stepOf } from "../../../tests/faults/checkpoints.ts";
import { tensor } from "../../ops/index.ts";
import { CheckpointError } from "../../util/index.ts";
import { loadStateDict, RunFolder, saveStateDict } from "./index.ts";
import { nodeProcesses } from "./process-identity.ts";

let folder = "";
let path = "";
const open: RunFolder[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "innerloop-run-"));
  path = join(folder, "runs/first");
});

afterEach(async () => {
  for (const run of open.splice(0)) await run.close();
  rmSync(folder, { recursive: true });
});

async function create(): Promise<RunFolder> {
  const run = await RunFolder.create(path, INFO);
  open.push(run);
  return run;
}

async function reopen(): Promise<RunFolder> {
  for (const run of open.splice(0)) await run.close();
  const run = await RunFolder.open(path);
  open.push(run);
  return run;
}

function checkpoints(): string[] {
  return readdirSync(join(path, "checkpoints")).sort();
}

function damage(name: string): void {
  const file = join(path, "checkpoints", name);
  const bytes = readFileSync(file);
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1;
  writeFileSync(file, bytes);
}

describe("a run folder", () => {
  it("holds what was put there, and comes back in a later process", async () => {
    const run = await create();
    expect(await run.loadLatest()).toBeNull();
    expect(await run.loadBest()).toBeNull();
    run.appendMetrics({ step: 1, loss: NaN, epoch: { valLoss: -0 } });
    await run.saveLatest(checkpointOf(1));
    await run.saveBest(checkpointOf(1));
    run.saveLatestSync(checkpointOf(2));
    expect(checkpoints()).toEqual(["best.safetensors", "latest.prev.safetensors", "latest.safetensors"]);

    const again = await reopen();
    expect(again.info).toEqual(INFO);
    expect(again.notices).toEqual([]);
    const found = await again.loadLatest();
    expect(found === null ? 0 : stepOf(found)).toBe(2);
    expect(found).toMatchObject({ source: "latest", skipped: [], metricsLines: 1 });
    expect((await again.loadBest())?.checkpoint.state.step).toBe(1);
    expect(await again.readMetrics()).toEqual([{ step: 1, loss: NaN, epoch: { valLoss: -0 } }]);
    expect(readdirSync(path).sort()).toEqual(["checkpoints", "lock", "metrics.jsonl", "run.json"]);
    await again.close();
    expect(existsSync(join(path, "lock"))).toBe(false);
    expect(() => again.saveLatestSync(checkpointOf(3))).toThrow(/closed/);
  });

  it("copies a checkpoint before saveLatest returns, and keeps the order of saves", async () => {
    const run = await create();
    const weight = tensor(new Float32Array(300).fill(1));
    const first = run.saveLatest({
      ...checkpointOf(1),
      tensors: new Map([...checkpointOf(1).tensors, ["weight", weight]]),
    });
    weight.fill_(9);
    const others = [2, 3, 4].map((step) => run.saveLatest(checkpointOf(step)));
    await Promise.all([first, ...others]);
    expect((await run.loadLatest())?.checkpoint.state.step).toBe(4);
    damage("latest.safetensors");
    const before = await (await reopen()).loadLatest();
    expect(before === null ? 0 : stepOf(before)).toBe(3);
    expect(before?.source).toBe("latest.prev");
    expect(before?.skipped).toEqual([expect.stringMatching(/^latest\.safetensors: .*SHA-256/)]);
  });

  it("lets a save in a signal handler overtake one in progress", async () => {
    const run = await create();
    const slow = run.saveLatest(checkpointOf(1));
    await new Promise((resolve) => setImmediate(resolve));
    run.saveLatestSync(checkpointOf(2));
    await slow;
    const found = await run.loadLatest();
    expect(found === null ? 0 : stepOf(found)).toBe(2);
    expect(checkpoints().filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("says it when nothing can be used, and changes nothing", async () => {
    const run = await create();
    await run.saveLatest(checkpointOf(1));
    await run.saveLatest(checkpointOf(2));
    damage("latest.safetensors");
    damage("latest.prev.safetensors");
    await expect(run.loadLatest()).rejects.toThrow(/latest\.safetensors: .*; latest\.prev\.safetensors: /);
    writeFileSync(join(path, "checkpoints/best.safetensors"), "{}");
    await expect(run.loadBest()).rejects.toThrow(CheckpointError);
    expect(checkpoints()).toHaveLength(3);
  });

  it("is neither made twice nor opened where none is", async () => {
    await create();
    await reopen();
    for (const run of open.splice(0)) await run.close();
    await expect(RunFolder.create(path, INFO)).rejects.toThrow(/a run in .* already.*RunFolder\.open/);
    expect(existsSync(join(path, "lock"))).toBe(false);
    await expect(RunFolder.open(join(folder, "elsewhere"))).rejects.toThrow(/no run in/);
    writeFileSync(join(folder, "file"), "");
    await expect(RunFolder.create(join(folder, "file/run"), INFO)).rejects.toThrow(CheckpointError);
    writeFileSync(join(path, "run.json"), '{"seed":1}');
    await expect(RunFolder.open(path)).rejects.toThrow(/run\.json has no seed/);
  });

  it("without permission is a CheckpointError", async (context) => {
    if (process.getuid?.() === 0) return context.skip("root may write everywhere");
    mkdirSync(join(folder, "closed"), { mode: 0o500 });
    await expect(RunFolder.create(join(folder, "closed/run"), INFO)).rejects.toThrow(/EACCES.*permission/);
  });
});

describe("the lock", () => {
  it("keeps others out while its process lives", async () => {
    await create();
    await expect(RunFolder.open(path)).rejects.toThrow(/in use by this very process/);
    for (const run of open.splice(0)) await run.close();
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    try {
      writeFileSync(join(path, "lock"), JSON.stringify({ pid: child.pid, host: hostname(), started: "" }));
      await expect(RunFolder.open(path)).rejects.toThrow(`in use by another process, ${child.pid}`);
    } finally {
      const gone = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    }
    const run = await RunFolder.open(path);
    open.push(run);
    expect(run.notices).toEqual([expect.stringMatching(/took over the lock of process \d+, which is gone/)]);
  });

  it("of another machine is respected, a torn one and one of a reused process id are not", async () => {
    await create();
    for (const run of open.splice(0)) await run.close();
    const lock = join(path, "lock");
    writeFileSync(lock, JSON.stringify({ pid: 1, host: "far-away", started: "" }));
    await expect(RunFolder.open(path)).rejects.toThrow(/process 1 on the machine 'far-away'.*delete the lock file/);
    writeFileSync(lock, "");
    expect((await reopen()).notices).toEqual([expect.stringMatching(/unreadable lock/)]);
    for (const run of open.splice(0)) await run.close();
    if (nodeProcesses().self.started === "") return;
    writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname(), started: "another boot/1" }));
    expect((await reopen()).notices).toHaveLength(1);
  });

  it("clears away temporary files of dead processes, and leaves those of living ones", async () => {
    await create();
    for (const run of open.splice(0)) await run.close();
    const dead = execFileSync(process.execPath, ["-p", "process.pid"]).toString().trim();
    const left = ["latest.safetensors", "best.safetensors"].map((name) => `${name}.${dead}-0.tmp`);
    for (const name of [...left, `latest.safetensors.${process.ppid}-0.tmp`, "mine.tmp"]) {
      writeFileSync(join(path, "checkpoints", name), "half");
    }
    await reopen();
    expect(checkpoints()).toEqual([`latest.safetensors.${process.ppid}-0.tmp`, "mine.tmp"]);
  });
});

describe("metrics.jsonl", () => {
  it("drops a torn last line when read, and before the next is written", async () => {
    const run = await create();
    run.appendMetrics({ step: 1 });
    const log = join(path, "metrics.jsonl");
    appendFileSync(log, '{"step":2,"lo');
    expect(await run.readMetrics()).toEqual([{ step: 1 }]);
    const again = await reopen();
    again.appendMetrics({ step: 2 });
    expect(readFileSync(log, "utf8")).toBe('{"step":1}\n{"step":2}\n');
    appendFileSync(log, "garbage\n");
    expect(await again.readMetrics()).toEqual([{ step: 1 }, { step: 2 }]);
    expect(again.notices).toEqual([expect.stringMatching(/left out 1 of 3 lines/)]);
  });

  it("is cut back to a checkpoint: later steps, and later lines of its own step", async () => {
    const run = await create();
    for (const step of [1, 2]) run.appendMetrics({ step });
    await run.saveLatest(checkpointOf(2));
    run.appendMetrics({ step: 2, validation: true });
    run.appendMetrics({ step: 3 });
    const again = await reopen();
    const found = await again.loadLatest();
    await again.cutMetrics(2);
    expect(await again.readMetrics()).toHaveLength(3);
    await again.cutMetrics(2, found?.metricsLines);
    expect(await again.readMetrics()).toEqual([{ step: 1 }, { step: 2 }]);
    again.appendMetrics({ step: 3, again: true });
    expect(await again.readMetrics()).toEqual([{ step: 1 }, { step: 2 }, { step: 3, again: true }]);
    expect(() => again.appendMetrics({ step: 0.5 })).toThrow(/step is 0\.5/);
    expect(() => again.appendMetrics({ step: 4, bad: undefined as unknown as null })).toThrow(/line\.bad is undefined/);
  });
});

describe("a full disk", () => {
  it("of 1 MB keeps the last checkpoint", async (context) => {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], { stdio: "pipe" });
    } catch {
      return context.skip("this user may not mount a tmpfs; tests/faults has a disk of limited size in memory");
    }
    try {
      const run = await RunFolder.create(join(disk, "run"), INFO);
      const big = { tensors: new Map([["weight", tensor(new Float32Array(100_000))]]) };
      for (let step = 1; step <= 2; step++) await run.saveLatest({ ...big, state: { step } });
      await expect(run.saveLatest({ ...big, state: { step: 3 } })).rejects.toThrow(
        /ENOSPC.*Free some space.*untouched/,
      );
      expect(() => run.saveLatestSync({ ...big, state: { step: 3 } })).toThrow(/ENOSPC/);
      expect((await run.loadLatest())?.checkpoint.state.step).toBe(2);
      expect(readdirSync(join(disk, "run/checkpoints"))).toHaveLength(2);
      rmSync(join(disk, "run/checkpoints/latest.prev.safetensors"));
      await run.saveLatest({ ...big, state: { step: 4 } });
      expect((await run.loadLatest())?.checkpoint.state.step).toBe(4);
      await run.close();
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});

describe("saveStateDict", () => {
  it("replaces a file whole, makes folders, and what it wrote is read", async () => {
    const file = join(folder, "a/b/best.safetensors");
    await saveStateDict(file, new Map([["w", tensor([1])]]), { epoch: "1" });
    await saveStateDict(file, new Map([["w", tensor([2])]]), { epoch: "2" });
    const { tensors, metadata } = await loadStateDict(file);
    expect([tensors.get("w")?.item(), metadata.epoch]).toEqual([2, "2"]);
    expect(readdirSync(join(folder, "a/b"))).toEqual(["best.safetensors"]);
    expect(statSync(file).size % 4).toBe(0);
    await expect(loadStateDict(join(folder, "none"))).rejects.toThrow(CheckpointError);
    await expect(saveStateDict(join(file, "x"), new Map())).rejects.toThrow(CheckpointError);
  });
});
