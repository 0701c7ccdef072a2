/**
 * Microseconds of a training step over batch 1 … 4096 and width 16 … 2048, and how many times the floor that is: the
 * same step's calls of kernels and of BLAS, repeated without anything around them. Cost is to grow as work does.
 *
 *     npm run bench:grid
 *     npm run bench:grid -- --batches 1,64 --widths 16,256 --no-docs
 *
 * The network is width-ReLU-width-ReLU-1 with mean squared error and Adam. Medians of rounds in turn.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { engine, F, manualSeed, nn, optim, randn, scope } from "innerloop";
import { recordCalls } from "./floor.ts";
import { insert } from "./peers/table.ts";

const { values: options } = parseArgs({
  allowPositionals: true,
  options: {
    batches: { type: "string", default: "1,4,16,64,256,1024,4096" },
    widths: { type: "string", default: "16,64,256,1024,2048" },
    ms: { type: "string", default: "300" },
    "no-docs": { type: "boolean", default: false },
  },
});
const numbers = (list: string): number[] => list.split(",").map(Number);
const batches = numbers(options.batches);
const widths = numbers(options.widths);
const ms = Number(options.ms);
const ROUNDS = 5;

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

/** Microseconds of one call of `work`, repeated for `limit` milliseconds. */
function timed(work: () => void, limit: number): number {
  const start = performance.now();
  let count = 0;
  do {
    work();
    count++;
  } while (performance.now() - start < limit);
  return ((performance.now() - start) * 1000) / count;
}

/** One round: a network of its own, since the repeated calls leave nothing sensible in its memory. */
function round(batch: number, width: number): [step: number, floor: number] {
  return scope(() => {
    manualSeed(0);
    const model = new nn.Sequential(
      new nn.Linear(width, width),
      new nn.ReLU(),
      new nn.Linear(width, width),
      new nn.ReLU(),
      new nn.Linear(width, 1),
    );
    const optimizer = new optim.Adam(model.parameters());
    const x = randn([batch, width]);
    const y = randn([batch, 1]);
    const step = (): void =>
      scope(() => {
        optimizer.zeroGrad();
        F.mseLoss(model.forward(x), y).backward();
        optimizer.step();
      });
    timed(step, ms / ROUNDS / 2);
    const time = timed(step, ms / ROUNDS);
    const calls = recordCalls(step);
    const again = (): void => {
      for (const call of calls) call();
    };
    timed(again, ms / ROUNDS / 4);
    return [time, timed(again, ms / ROUNDS)];
  });
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function cell(batch: number, width: number): Promise<{ step: number; floor: number }> {
  const rounds: [number, number][] = [];
  while (rounds.length < ROUNDS) {
    rounds.push(round(batch, width));
    // A network is freed when the event loop turns after its collection, which also throws compiled code away: seldom.
    if (engine.memory().liveBytes < 5e8) continue;
    collect();
    await sleep(5);
  }
  return { step: median(rounds.map(([step]) => step)), floor: median(rounds.map(([, floor]) => floor)) };
}

function shown(us: number): string {
  return us >= 1000 ? `${(us / 1000).toPrecision(3)} ms` : `${us.toPrecision(3)} µs`;
}

// JavaScript is compiled while it runs: the first cell would pay for all.
for (const start = performance.now(); performance.now() - start < 5 * ms; ) await cell(16, 16);
const lines = [`| batch | ${widths.join(" | ")} |`, `|---:|${widths.map(() => "---:").join("|")}|`];
for (const batch of batches) {
  const cells: string[] = [];
  for (const width of widths) {
    const { step, floor } = await cell(batch, width);
    console.log(`batch ${batch}, width ${width}: ${shown(step)}, floor ${shown(floor)}`);
    cells.push(`${shown(step)} (${(step / floor).toFixed(2)} ×)`);
  }
  lines.push(`| ${batch} | ${cells.join(" | ")} |`);
}
const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}`;
const date = new Date().toISOString().slice(0, 10);
const table = [
  `A step, and in parentheses how many times its floor; columns are widths. ${machine}, ${date}.`,
  "",
  ...lines,
].join("\n");
console.log(`\n${table}`);
if (!options["no-docs"]) {
  const path = join(import.meta.dirname, "../docs/performance.md");
  if (existsSync(path)) writeFileSync(path, insert(readFileSync(path, "utf8"), "bench:grid", table));
}
