import { describe, expect, it } from "vitest";
import * as train from "../../src/train/storage/index.ts";
import { CheckpointError } from "../../src/util/index.ts";
import { checkpointOf, INFO, lonely, mulberry, resumed } from "./checkpoints.ts";
import { FAULT_KINDS, type FaultKind, FaultyFileSystem } from "./faulty.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";

// Each fault both once and for good, and every room of a full disk: with CRASH_IMAGES set, as for crash-images.full.test.ts.
const EXHAUSTIVE = process.env.CRASH_IMAGES !== undefined;

type Save = (run: train.RunFolder, step: number) => Promise<void>;

const SAVES: Record<string, Save> = {
  saveLatest: (run, step) => run.saveLatest(checkpointOf(step)),
  saveLatestSync: async (run, step) => run.saveLatestSync(checkpointOf(step)),
};

async function start(
  saved: number,
): Promise<{ disk: MemoryFileSystem; faulty: FaultyFileSystem; run: train.RunFolder }> {
  const disk = new MemoryFileSystem();
  const faulty = new FaultyFileSystem(disk);
  const run = await train.RunFolder.create("run", INFO, { fileSystem: faulty.operations, processes: lonely(1) });
  for (let step = 1; step <= saved; step++) {
    run.appendMetrics({ step });
    await run.saveLatest(checkpointOf(step));
  }
  return { disk, faulty, run };
}

async function attempt(save: () => Promise<void> | void): Promise<CheckpointError | null> {
  try {
    await save();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    return error as CheckpointError;
  }
}

async function operationsOfASave(save: Save): Promise<number> {
  const { faulty, run } = await start(2);
  run.appendMetrics({ step: 3 });
  faulty.arm(Number.POSITIVE_INFINITY, "EIO", false);
  await save(run, 3);
  return faulty.count;
}

async function faultAt(save: Save, at: number, kind: FaultKind, persistent: boolean): Promise<boolean> {
  const { disk, faulty, run } = await start(2);
  run.appendMetrics({ step: 3 });
  faulty.arm(at, kind, persistent);
  const error = await attempt(() => save(run, 3));
  const where = `${kind} at ${at}, ${persistent ? "for good" : "once"}: ${error?.message ?? "saved"}`;
  const happened = faulty.faults > 0;
  faulty.arm(Number.POSITIVE_INFINITY, kind, false);

  const allowed = error === null ? [3] : [2, 3]; // what was reported saved is there; what was not may be
  expect(allowed, where).toContain((await resumed(disk.afterKill())).step);
  const random = mulberry(at);
  for (const odds of [0, 0.5]) {
    const image = await resumed(disk.crash(() => random() < odds));
    expect(allowed, `${where}, then power lost`).toContain(image.step);
    expect(image.lines, where).toEqual(Array.from({ length: image.step }, (_, k) => k + 1));
  }
  run.appendMetrics({ step: 4 });
  await save(run, 4); // the disk works again: training goes on
  const after = await resumed(disk.crash(() => false));
  expect(after.step, where).toBe(4);
  expect(after.lines, where).toEqual([1, 2, 3, 4]);
  if (error !== null) expect(error.message).toMatch(/untouched/);
  return happened;
}

describe("a failing file operation", () => {
  for (const [name, save] of Object.entries(SAVES)) {
    for (const kind of FAULT_KINDS) {
      it(`${kind} at every operation of ${name}, once and for good`, async () => {
        const operations = await operationsOfASave(save);
        expect(operations).toBeGreaterThan(12);
        let faults = 0;
        for (let at = 1; at <= operations; at++) {
          const ways = EXHAUSTIVE ? [false, true] : [(at + FAULT_KINDS.indexOf(kind)) % 2 === 0];
          for (const persistent of ways) if (await faultAt(save, at, kind, persistent)) faults++;
        }
        expect(faults).toBeGreaterThan(kind === "short" || kind === "lying" ? 1 : operations - 2);
      });
    }
  }

  it("of saveBest leaves the best of before", async () => {
    for (let at = 1; at < 12; at++) {
      const { disk, faulty, run } = await start(1);
      await run.saveBest(checkpointOf(1));
      faulty.arm(at, "EIO", true);
      const error = await attempt(() => run.saveBest(checkpointOf(2)));
      const again = await train.RunFolder.open("run", { fileSystem: disk.afterKill(), processes: lonely(5) });
      const found = await again.loadBest();
      expect(error === null ? [2] : [1, 2]).toContain(found?.checkpoint.state.step);
    }
  });

  it("of create, open, load, the log and close is a CheckpointError", async () => {
    for (let at = 1; at < 60; at++) {
      const disk = new MemoryFileSystem();
      const faulty = new FaultyFileSystem(disk);
      const options = { fileSystem: faulty.operations, processes: lonely(1) };
      faulty.arm(at, "EACCES", false);
      await attempt(async () => {
        const run = await train.RunFolder.create("run", INFO, options);
        run.appendMetrics({ step: 1 });
        await run.saveLatest(checkpointOf(1));
        await run.loadLatest();
        await run.readMetrics();
        await run.cutMetrics(1);
        await run.close();
      });
    }
  });

  it("of the log cannot tear its next line", async () => {
    const { disk, faulty, run } = await start(1);
    faulty.arm(1, "short", true);
    expect(await attempt(() => run.appendMetrics({ step: 2 }))).toBeInstanceOf(CheckpointError);
    faulty.arm(Number.POSITIVE_INFINITY, "EIO", false);
    run.appendMetrics({ step: 2 });
    await run.saveLatest(checkpointOf(2));
    expect((await resumed(disk.crash(() => false))).lines).toEqual([1, 2]);
  });
});

describe("a full disk", () => {
  it("refuses a save, keeps the last one, and saves again when there is room", async () => {
    const { disk, run } = await start(2);
    const files = ["latest", "latest.prev"].map((name) => disk.stat(`run/checkpoints/${name}.safetensors`)?.size ?? 0);
    for (let room = 0; room < (files[0] as number); room += EXHAUSTIVE ? 97 : 291) {
      disk.capacity = (files[0] as number) + (files[1] as number) + room;
      const error = await attempt(() => run.saveLatest(checkpointOf(3)));
      expect(error?.message).toMatch(/ENOSPC.*Free some space/);
      expect((await resumed(disk.afterKill())).step).toBe(2);
      expect(disk.readdir("run/checkpoints").sort()).toEqual(["latest.prev.safetensors", "latest.safetensors"]);
    }
    disk.capacity = Number.POSITIVE_INFINITY;
    await run.saveLatest(checkpointOf(3));
    expect((await resumed(disk.crash(() => false))).step).toBe(3);
  });
});
