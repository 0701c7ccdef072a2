/**
 * `innerloop fit` and `predict` on files of two sizes, streamed: time and resident memory of each process
 * (`npm run bench:fit-stream`; options: --rows 3000000, --epochs 1, --only csv). Memory is flat when the larger file, ten times the
 * smaller, takes no more. Reads /proc: Linux.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";

const option = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
};
const ROWS = Number(option("rows", "3000000"));
const GROUP = 100_000;
const folder = mkdtempSync(join(tmpdir(), "innerloop-fit-stream-"));
const cli = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const NAMES = ["a", "b", "c", "d", "e", "f", "g", "y"];

// Rows without any file behind them: y is a smooth function of the others, with noise.
const noise = (i: number, j: number): number => {
  const h = Math.imul((i + 1) ^ Math.imul(j + 1, 0x9e3779b9), 0x85ebca6b);
  return ((Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 8) / 2 ** 24 - 0.5) * 2;
};
const row = (i: number): number[] => {
  const x = Array.from({ length: 7 }, (_, j) => noise(i, j));
  const [a = 0, b = 0, c = 0] = x;
  return [...x, Math.sin(3 * a) + b * c + 0.1 * noise(i, 9)];
};

async function writeCsv(path: string, rows: number): Promise<void> {
  const out = createWriteStream(path);
  out.write(`id,${NAMES.join(",")}\n`);
  for (let i = 0; i < rows; ) {
    const lines: string[] = [];
    for (const end = Math.min(rows, i + 10_000); i < end; i++) {
      lines.push(
        `sat-${i},${row(i)
          .map((value) => value.toFixed(6))
          .join(",")}\n`,
      );
    }
    if (!out.write(lines.join(""))) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}

/** The same group of rows again and again: making them is not what is measured. */
async function writeParquet(path: string, rows: number): Promise<void> {
  const values = Array.from({ length: GROUP }, (_, i) => row(i));
  const group = NAMES.map((name, j) => ({ name, data: Float64Array.from(values, (each) => each[j] as number) }));
  const typed = group.map((each) => ({ ...each, type: "DOUBLE" as const, nullable: false }));
  const schema = schemaFromColumnData({ columnData: typed });
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, codec: "SNAPPY" });
  for (let start = 0; start < rows; start += GROUP) writer.write({ columnData: group, rowGroupSize: GROUP });
  await writer.finish();
}

/** Runs the command; seconds, and the most resident memory in MB. */
async function measured(...words: string[]): Promise<{ seconds: number; mb: number; said: string }> {
  const begun = performance.now();
  const child = spawn(process.execPath, [cli, ...words], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (text: Buffer) => {
    said += text;
  });
  let kb = 0;
  const timer = setInterval(() => {
    try {
      kb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? kb);
    } catch {
      // it has ended
    }
  }, 50);
  const [code] = (await once(child, "close")) as [number];
  clearInterval(timer);
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${said}`);
  return { seconds: (performance.now() - begun) / 1000, mb: kb / 1024, said };
}

try {
  for (const format of ["csv", "parquet"] as const) {
    if (option("only", format) !== format) continue;
    for (const rows of [ROWS / 10, ROWS]) {
      const file = join(folder, `rows-${rows}.${format}`);
      await (format === "csv" ? writeCsv : writeParquet)(file, rows);
      const size = (statSync(file).size / 2 ** 20).toFixed(0);
      const run = `run-${format}-${rows}`;
      const fit = await measured(
        "fit",
        file,
        "--target",
        "y",
        "--stream",
        "--epochs",
        option("epochs", "1"),
        "--hidden",
        "32",
        "--run",
        run,
      );
      const predict = await measured("predict", run, file, "-o", `${run}.csv`);
      const scores = /rows: (.*)/.exec(fit.said)?.[1];
      console.log(
        `${format}, ${rows.toLocaleString("en")} rows, ${size} MiB: fit ${fit.seconds.toFixed(1)} s, at most ${fit.mb.toFixed(0)} MB; ` +
          `predict ${predict.seconds.toFixed(1)} s, at most ${predict.mb.toFixed(0)} MB; ${scores}`,
      );
      rmSync(file);
      rmSync(join(folder, `${run}.csv`));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
