// Seconds of a checkpoint of 100 MB against writing and syncing as many bytes alone, in turns on the same disk.
//     npm run bench:checkpoint [-- <folder> [<megabytes>]]
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { rand } from "../src/ops/index.ts";
import * as train from "../src/train/storage/index.ts";

const ROUNDS = 15;
const folder = mkdtempSync(join(process.argv[2] ?? ".", "bench-checkpoint-"));
const bytes = Number(process.argv[3] ?? 100) * 1e6;

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

const tensors = new Map(Array.from({ length: 10 }, (_, i) => [`${i}.weight`, rand([bytes / 40])] as const));
const encoded = train.encodeCheckpoint({ tensors, state: { step: 1 } });
// At a page of the machine, as the staged checkpoint is: the system reads such memory fastest.
const pages = new WebAssembly.Memory({ initial: Math.ceil(encoded.length / 65_536) });
const file = new Uint8Array(pages.buffer, 0, encoded.length);
file.set(encoded);
const run = await train.RunFolder.create(join(folder, "run"), { config: null, seed: "0", versions: {}, engine: null });

/** The disk alone: one sequential write of the very bytes, and fsync. */
function raw(path: string): void {
  const out = openSync(path, "wx");
  for (let at = 0; at < file.length; ) at += writeSync(out, file, at, Math.min(file.length - at, 4 << 20));
  fsyncSync(out);
  closeSync(out);
}

async function timed(work: () => Promise<void> | void): Promise<number> {
  await setTimeout(100); // the blocks of replaced files are freed after a save is reported: not at the next one's cost
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const times: Record<"raw" | "saveLatest" | "saveLatestSync" | "blocked", number[]> = {
  raw: [],
  saveLatest: [],
  saveLatestSync: [],
  blocked: [],
};
for (let round = -2; round < ROUNDS; round++) {
  const row = {
    raw: await timed(() => raw(join(folder, "raw"))),
    saveLatest: await timed(() => run.saveLatest({ tensors, state: { step: round } })),
    saveLatestSync: await timed(() => run.saveLatestSync({ tensors, state: { step: round } })),
    blocked: 0,
  };
  unlinkSync(join(folder, "raw"));
  const saving: { done?: Promise<void> } = {};
  row.blocked = await timed(() => {
    saving.done = run.saveLatest({ tensors, state: { step: round } });
  });
  await saving.done;
  if (round < 0) continue; // warm-up
  for (const key of Object.keys(times) as (keyof typeof times)[]) times[key].push(row[key]);
}
await run.close();
rmSync(folder, { recursive: true });

const alone = median(times.raw);
const rate = (ms: number): string => `${(file.length / 1e3 / ms).toFixed(0).padStart(6)} MB/s`;
console.log(`${(file.length / 1e6).toFixed(1)} MB, medians of ${ROUNDS} rounds in turns`);
console.log(`write and fsync alone  ${alone.toFixed(0).padStart(5)} ms  ${rate(alone)}`);
for (const key of ["saveLatest", "saveLatestSync"] as const) {
  const took = median(times[key]);
  console.log(
    `${key.padEnd(21)}  ${took.toFixed(0).padStart(5)} ms  ${rate(took)}  ${((alone / took) * 100).toFixed(0)} % of the disk`,
  );
}
console.log(`saveLatest holds up training for ${median(times.blocked).toFixed(0)} ms of its time (the copy)`);
