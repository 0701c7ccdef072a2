/**
 * Data that need not fit into memory, read by a shuffled `StreamLoader`, beside the libraries under the readers:
 * `npm run bench:streaming` (options: --rows 10000000, --csv 500000, --rounds 2). Files are made in a temporary folder by
 * another process, and one epoch is read by a process of its own, whose resident memory is watched; then rounds alternate.
 */

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse";
import { fileWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import * as data from "../src/data/index.ts";
import { readByHyparquet } from "./hyparquet.ts";

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const rows = Number(option("rows") ?? 10_000_000);
const csvRows = Number(option("csv") ?? 500_000);
const rounds = Number(option("rounds") ?? 2);
const BATCH = 4096;
const WIDTH = 8;
const GROUP = Math.min(rows, 250_000);
const names = Array.from({ length: WIDTH }, (_, j) => `x${j}`);
const inputs = names.slice(0, WIDTH - 1);
const target = names.slice(WIDTH - 1);
const folder = option("folder") ?? mkdtempSync(join(tmpdir(), "innerloop-streaming-"));
const parquetFile = join(folder, "rows.parquet");
const csvFile = join(folder, "rows.csv");

async function writeParquet(): Promise<void> {
  const columnData = names.map((name, j) => ({
    name,
    type: "DOUBLE" as const,
    nullable: false,
    data: Float64Array.from({ length: GROUP }, (_, i) => Math.sin(i * (j + 1))),
  }));
  const schema = schemaFromColumnData({ columnData });
  const writer = new ParquetWriter({ writer: fileWriter(parquetFile), schema, codec: "SNAPPY" });
  const plain = columnData.map(({ name, data: values }) => ({ name, data: values }));
  for (let written = 0; written < rows; written += GROUP) writer.write({ columnData: plain, rowGroupSize: GROUP });
  await writer.finish();
}

async function writeCsv(): Promise<void> {
  const out = createWriteStream(csvFile);
  out.write(`${names.join(",")}\n`);
  for (let i = 0; i < csvRows; i++) {
    const cells = names.map((_, j) => String(Math.round(Math.sin(i * (j + 1)) * 1e6) / 1e6));
    if (!out.write(`${cells.join(",")}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}

const hyparquet = (): Promise<number> => readByHyparquet(parquetFile, rows, GROUP);

async function csvParse(): Promise<number> {
  let count = -1;
  const records = createReadStream(csvFile).pipe(parse());
  records.on("data", () => count++);
  await once(records, "end");
  return count;
}

const openFile = (path: string): data.TableStream =>
  path === csvFile ? data.streamCsv(path) : data.streamParquet(path);

async function loader(path: string, batchSize = BATCH) {
  const source = await data.streamRows(openFile(path));
  return new data.StreamLoader(new data.StreamingDataset(source, [inputs, target]), { batchSize, shuffle: true });
}

async function epoch(path: string): Promise<number> {
  let count = 0;
  for await (const [x] of await loader(path)) count += x.shape[0] as number;
  return count;
}

async function chunks(path: string): Promise<number> {
  let count = 0;
  for await (const { table } of openFile(path).chunks(0)) count += table.numRows;
  return count;
}

/** Milliseconds by the clock, and of the processor, which other work on the machine disturbs less. */
interface Cost {
  clock: number;
  processor: number;
}

async function timed(expected: number, work: () => Promise<number>): Promise<Cost> {
  const start = performance.now();
  const used = process.cpuUsage();
  const got = await work();
  const { user, system } = process.cpuUsage(used);
  if (got !== expected) throw new Error(`${got} rows instead of ${expected}`);
  return { clock: performance.now() - start, processor: (user + system) / 1000 };
}

async function memoryOfEpoch(): Promise<void> {
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const watch = setInterval(look, 20);
  const before = process.memoryUsage.rss();
  const { clock } = await timed(rows, () => epoch(parquetFile));
  look();
  clearInterval(watch);
  const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;
  console.log(
    `one epoch, shuffled: ${(rows / clock / 1000).toFixed(2)} M rows/s, ${mb(before)} resident before, ${mb(peak)} at most`,
  );
}

async function compare(title: string, count: number, path: string, library: () => Promise<number>): Promise<void> {
  const contenders = {
    library,
    reader: () => chunks(path),
    loader: () => epoch(path),
  };
  const best: Record<string, Cost> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of Object.entries(contenders)) {
      const cost = await timed(count, work);
      const least = best[name] ?? cost;
      best[name] = {
        clock: Math.min(least.clock, cost.clock),
        processor: Math.min(least.processor, cost.processor),
      };
    }
  }
  const own = best.library as Cost;
  const shown = (ms: number, of: number): string =>
    `${(count / ms / 1000).toFixed(3).padStart(7)} M rows/s ${((100 * of) / ms).toFixed(0).padStart(4)} %`;
  for (const [name, { clock, processor }] of Object.entries(best)) {
    const byClock = shown(clock, own.clock);
    console.log(`${title}, ${name.padEnd(8)} ${byClock}; by processor time ${shown(processor, own.processor)}`);
  }
}

/** What the first batch costs at the beginning of an epoch and at nine tenths of it. */
async function resume(title: string, path: string, count: number): Promise<void> {
  const stream = await loader(path, 256);
  const first = async (): Promise<number> => {
    const start = performance.now();
    const batches = stream[Symbol.iterator]();
    await batches.ready?.();
    batches.next();
    const ms = performance.now() - start;
    batches.return?.();
    return ms;
  };
  await first();
  const atStart = await first();
  const state = { ...stream.stateDict(), position: Math.floor(count * 0.9), done: false };
  stream.loadStateDict(state);
  console.log(`${title}, first batch: ${atStart.toFixed(0)} ms at the start, ${(await first()).toFixed(0)} ms at 90 %`);
}

/** The same script in a process of its own. */
function inProcess(stage: string): void {
  const args = ["jiti", fileURLToPath(import.meta.url), "--stage", stage, "--folder", folder, "--rows", `${rows}`];
  const { status } = spawnSync("npx", [...args, "--csv", `${csvRows}`], { stdio: ["ignore", "inherit", "ignore"] });
  if (status !== 0) throw new Error(`${stage} failed`);
}

const stage = option("stage");
if (stage === "write") {
  await writeParquet();
  await writeCsv();
} else if (stage === "epoch") await memoryOfEpoch();
else {
  try {
    inProcess("write");
    const size = (path: string): string => `${(statSync(path).size / 2 ** 20).toFixed(0)} MB`;
    console.log(
      `Parquet: ${rows} rows × ${WIDTH} doubles, ${size(parquetFile)} (Snappy); CSV: ${csvRows}, ${size(csvFile)}`,
    );
    console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)}`);
    inProcess("epoch");
    await compare("Parquet", rows, parquetFile, hyparquet);
    await resume("Parquet", parquetFile, rows);
    await compare("CSV", csvRows, csvFile, csvParse);
    await resume("CSV", csvFile, csvRows);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
