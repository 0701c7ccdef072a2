/**
 * How fast readers stream, beside the libraries under them: `npm run bench:readers` (options: --rows 1000000, --only parquet).
 * The files are made in a temporary folder. Each figure is the best of three; the peak is the process's resident memory.
 */

import { once } from "node:events";
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse";
import { fileWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import * as data from "../src/data/index.ts";
import { readByHyparquet } from "./hyparquet.ts";

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const rows = Number(option("rows") ?? 1_000_000);
const csvRows = Math.min(rows, 500_000);
const only = option("only");
const repeats = rows > 2_000_000 ? 1 : 3;
const folder: string = mkdtempSync(join(tmpdir(), "innerloop-readers-"));
const WIDTH = 8;
const GROUP = Math.min(rows, 250_000);

let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);

async function best(name: string, count: number, work: () => Promise<number>): Promise<number> {
  let least = Infinity;
  peak = 0;
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    const got = await work();
    least = Math.min(least, performance.now() - start);
    if (got !== count) throw new Error(`${name}: ${got} rows instead of ${count}`);
  }
  peak = Math.max(peak, process.memoryUsage.rss());
  const speed = count / least / 1000;
  console.log(`${name.padEnd(34)} ${speed.toFixed(2).padStart(7)} M rows/s   peak ${(peak / 2 ** 20).toFixed(0)} MB`);
  return speed;
}

const sum = async (stream: AsyncIterable<data.Table>): Promise<number> => {
  let count = 0;
  for await (const batch of stream) count += batch.numRows;
  return count;
};

async function parquet(): Promise<void> {
  const path = join(folder, "rows.parquet");
  const columnData = Array.from({ length: WIDTH }, (_, j) => ({
    name: `x${j}`,
    type: "DOUBLE" as const,
    nullable: false,
    data: Float64Array.from({ length: GROUP }, (_, i) => Math.sin(i * (j + 1))),
  }));
  const schema = schemaFromColumnData({ columnData });
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, codec: "SNAPPY" });
  const plain = columnData.map(({ name, data: values }) => ({ name, data: values }));
  for (let written = 0; written < rows; written += GROUP) writer.write({ columnData: plain, rowGroupSize: GROUP });
  await writer.finish();
  console.log(`Parquet: ${rows} rows × ${WIDTH}, ${(statSync(path).size / 2 ** 20).toFixed(0)} MB (Snappy)`);
  const own = await best("hyparquet, row groups to pages", rows, () => readByHyparquet(path, rows, GROUP));
  const ours = await best("streamParquet, batches of 8192", rows, () => sum(data.streamParquet(path)));
  console.log(`  ${((100 * ours) / own).toFixed(0)} % of hyparquet's speed`);
  const stream = data.streamParquet(path);
  const start = performance.now();
  const iterator = stream.from(Math.floor(rows * 0.9));
  await iterator.next();
  console.log(`  first batch at 90 %: ${(performance.now() - start).toFixed(0)} ms`);
  await iterator.return?.();
}

async function csv(quoted: boolean): Promise<void> {
  const path = join(folder, `rows-${quoted}.csv`);
  const out = createWriteStream(path);
  out.write(`${Array.from({ length: WIDTH }, (_, j) => `x${j}`).join(",")}\n`);
  for (let i = 0; i < csvRows; i++) {
    const cells = Array.from({ length: WIDTH }, (_, j) => String(Math.round(Math.sin(i * (j + 1)) * 1e6) / 1e6));
    if (quoted) cells[0] = `"${cells[0]}"`;
    if (!out.write(`${cells.join(",")}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  console.log(
    `CSV${quoted ? ", a column in quotes" : ""}: ${csvRows} rows, ${(statSync(path).size / 2 ** 20).toFixed(0)} MB`,
  );
  const own = await best("csv-parse, records", csvRows, async () => {
    let count = -1;
    const records = createReadStream(path).pipe(parse());
    records.on("data", () => count++);
    await once(records, "end");
    return count;
  });
  const ours = await best("streamCsv, batches of 8192", csvRows, () => sum(data.streamCsv(path)));
  console.log(`  ${((100 * ours) / own).toFixed(0)} % of csv-parse's speed`);
  const stream = data.streamCsv(path);
  await stream.countRows();
  const again = data.streamCsv(path, { seekIndex: stream.seekIndex() });
  await again.fields();
  const start = performance.now();
  const iterator = again.from(Math.floor(csvRows * 0.9));
  await iterator.next();
  console.log(`  first batch at 90 %, with a seekIndex: ${(performance.now() - start).toFixed(0)} ms`);
  await iterator.return?.();
}

try {
  if (only !== "csv") await parquet();
  if (only !== "parquet") {
    await csv(false);
    await csv(true);
  }
} finally {
  clearInterval(watch);
  rmSync(folder, { recursive: true });
}
