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

/** Milliseconds of the disk alone, of a save, and of the part of it that training waits for. */
interface Row {
  readonly raw: number;
  readonly save: number;
  readonly blocked: number;
}

async function pair(round: number, save: (blocked: () => void) => Promise<void> | void): Promise<Row> {
  const row = { raw: 0, save: 0, blocked: 0 };
  const alone = async (): Promise<void> => {
    row.raw = await timed(() => raw(join(folder, "raw")));
    unlinkSync(join(folder, "raw"));
  };
  if (round % 2 === 0) await alone();
  row.save = await timed(() => {
    const start = performance.now();
    return save(() => {
      row.blocked = performance.now() - start;
    });
  });
  if (round % 2 !== 0) await alone();
  return row;
}

const saves = {
  saveLatest: (blocked: () => void): Promise<void> => {
    const saving = run.saveLatest({ tensors, state: { step: 1 } });
    blocked();
    return saving;
  },
  saveLatestSync: (blocked: () => void): void => {
    run.saveLatestSync({ tensors, state: { step: 1 } });
    blocked();
  },
};
type Kind = keyof typeof saves;
const kinds = Object.keys(saves) as Kind[];
const rows: Record<Kind, Row[]> = { saveLatest: [], saveLatestSync: [] };
for (let round = -2; round < ROUNDS; round++) {
  for (const kind of kinds) {
    const row = await pair(round, saves[kind]);
    if (round >= 0) rows[kind].push(row); // the others warm up
  }
}
await run.close();
rmSync(folder, { recursive: true });

const column = (width: number, value: number, unit: string): string => `${value.toFixed(0).padStart(width)} ${unit}`;
const rate = (ms: number): string => column(6, file.length / 1e3 / ms, "MB/s");
console.log(
  `${(file.length / 1e6).toFixed(1)} MB, medians of ${ROUNDS} pairs, each a save and the disk alone (write and fsync)`,
);
for (const kind of kinds) {
  const of = (value: (row: Row) => number): number => median(rows[kind].map(value));
  const [alone, took, blocked] = [of((row) => row.raw), of((row) => row.save), of((row) => row.blocked)];
  const ratios = rows[kind].map((row) => (row.raw / row.save) * 100).sort((a, b) => a - b);
  const at = (part: number): string => (ratios[Math.floor((ratios.length - 1) * part)] as number).toFixed(0);
  console.log(
    `${kind.padEnd(15)}${column(5, took, "ms")}${rate(took)}   disk alone${column(4, alone, "ms")}${rate(alone)}   ` +
      `${at(0.5)} % of the disk (pairs: quartiles ${at(0.25)} to ${at(0.75)} %)   training waits ${blocked.toFixed(0)} ms`,
  );
}
