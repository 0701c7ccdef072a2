import { describe, expect, it } from "vitest";
import * as train from "../../src/train/storage/index.ts";
import { checkpointOf, INFO, lonely, mulberry, resumed } from "./checkpoints.ts";
import { MemoryFileSystem } from "./memory-file-system.ts";

// The power is lost before every file operation of a run's life; each time many disks are imagined, on
// which any part of what was not synced is missing.
const IMAGES_PER_POINT = Number(process.env.CRASH_IMAGES ?? 6);

interface Image {
  disk: MemoryFileSystem;
  acknowledged: number;
  after: string;
}

/** A run of `saves` saves, and the disks that a lost power may leave at each of its points. */
async function imagesOf(saves: number, sync: boolean, seed: number): Promise<Image[]> {
  const random = mulberry(seed);
  const disk = new MemoryFileSystem();
  const images: Image[] = [];
  let acknowledged = -1; // not even the folder
  disk.before = (after) => {
    for (let i = 0; i < IMAGES_PER_POINT; i++) {
      const odds = i === 0 ? 0 : i === 1 ? 1 : random();
      images.push({ disk: disk.crash(() => random() < odds), acknowledged, after });
    }
  };
  const run = await train.RunFolder.create("run", INFO, { fileSystem: disk, processes: lonely(1) });
  acknowledged = 0;
  for (let step = 1; step <= saves; step++) {
    run.appendMetrics({ step, loss: 1 / step });
    if (sync) run.saveLatestSync(checkpointOf(step));
    else await run.saveLatest(checkpointOf(step));
    acknowledged = step;
  }
  await run.close();
  return images;
}

describe("lost power", () => {
  for (const sync of [false, true]) {
    it(`leaves the last acknowledged checkpoint (${sync ? "saveLatestSync" : "saveLatest"})`, async () => {
      const images = await imagesOf(3, sync, sync ? 1 : 2);
      const judged = images.filter(({ acknowledged }) => acknowledged >= 0); // create() had returned
      expect(judged.length).toBeGreaterThan(Math.min(1000, 50 * IMAGES_PER_POINT));
      for (const { disk, acknowledged, after } of judged) {
        const { run, step, lines } = await resumed(disk);
        expect([acknowledged, acknowledged + 1], `before ${after}`).toContain(step);
        expect(lines).toEqual(Array.from({ length: step }, (_, i) => i + 1));
        await run.close();
      }
    });
  }

  it("during create() leaves nothing, or a run that opens", async () => {
    for (const { disk, acknowledged } of await imagesOf(0, true, 3)) {
      if (acknowledged >= 0) continue;
      const options = { fileSystem: disk, processes: lonely(9) };
      const there = (disk.stat("run/run.json") ?? null) !== null;
      const run = await (there ? train.RunFolder.open("run", options) : train.RunFolder.create("run", INFO, options));
      expect(run.info.seed).toBe("42");
    }
  });

  it("during recovery and the next save leaves it too", async () => {
    const random = mulberry(4);
    const first = (await imagesOf(2, true, 5)).filter(({ acknowledged }) => acknowledged >= 1);
    for (let i = 0; i < first.length; i += Math.ceil(first.length / (IMAGES_PER_POINT > 6 ? 30 : 12))) {
      const { disk, acknowledged } = first[i] as Image;
      const second: MemoryFileSystem[] = [];
      disk.before = () => second.push(disk.crash(() => random() < 0.5));
      const { run, step } = await resumed(disk);
      expect(step).toBeGreaterThanOrEqual(acknowledged);
      await run.saveLatest(checkpointOf(step + 1));
      disk.before = () => {};
      for (const image of second.filter((_, k) => k % 3 === 0)) {
        const again = await resumed(image);
        expect([step, step + 1]).toContain(again.step);
      }
    }
  });

  it("is told from a save whose folder was never synced: the model can lose checkpoints", async () => {
    const disk = new MemoryFileSystem();
    const run = await train.RunFolder.create("run", INFO, { fileSystem: disk, processes: lonely(1) });
    disk.fsyncFolder = () => {};
    run.saveLatestSync(checkpointOf(1));
    expect((await resumed(disk.crash(() => false))).step).toBe(0);
  });

  it("and damage together leave the older checkpoint, also through the next save", async () => {
    const disk = new MemoryFileSystem();
    const run = await train.RunFolder.create("run", INFO, { fileSystem: disk, processes: lonely(1) });
    run.saveLatestSync(checkpointOf(1));
    run.saveLatestSync(checkpointOf(2));
    disk.rename("run/checkpoints/latest.safetensors", "run/checkpoints/gone");
    const torn = disk.openAppend("run/checkpoints/latest.safetensors");
    disk.write(torn, new Uint8Array(100), null);
    disk.fsync(torn);
    disk.fsyncFolder("run/checkpoints");
    const random = mulberry(6);
    const images: MemoryFileSystem[] = [];
    const after = await resumed(disk);
    expect(after.step).toBe(1);
    disk.before = () => images.push(disk.crash(() => random() < 0.5));
    after.run.saveLatestSync(checkpointOf(3));
    for (const image of images) expect([1, 3]).toContain((await resumed(image)).step);
  });
});
