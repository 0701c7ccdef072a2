// Seconds of a checkpoint of 100 MB against writing and syncing as many bytes alone, in turns on the same disk.
//     npm run bench:checkpoint [-- <folder> [<megabytes>]]
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { rand } from "../src/ops/index.ts";
import * as train from "../src/train/storage/index.ts";

const ROUNDS = 15;
const folder = mkdtempSync(join(process.argv[2] ?? ".", "bench-checkpoint-"));
const bytes = Number(process.argv[3] ?? 100) * 1e6;

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

const tensors = new Map(Array.from({ length: 10 }, (_, i) => [`${i}.weight`, rand([bytes / 40])] as const));
const file = train.encodeCheckpoint({ tensors, state: { step: 1 } });
const run = await train.RunFolder.create(join(folder, "run"), { config: null, seed: "0", versions: {}, engine: null });

/** The disk alone: one sequential write of the very bytes, and fsync. */
function raw(): number {
  const path = join(folder, "raw");
  const start = performance.now();
  const out = openSync(path, "wx");
  for (let at = 0; at < file.length; ) at += writeSync(out, file, at, Math.min(file.length - at, 4 << 20));
  fsyncSync(out);
  closeSync(out);
  const took = performance.now() - start;
  unlinkSync(path);
  return took;
}

async function timed(work: () => Promise<void> | void): Promise<number> {
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
    raw: raw(),
    saveLatest: await timed(() => run.saveLatest({ tensors, state: { step: round } })),
    saveLatestSync: await timed(() => run.saveLatestSync({ tensors, state: { step: round } })),
    blocked: 0,
  };
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
