/**
 * innerloop and its peers in turn on this machine, as a table of medians and ratios.
 *
 *     npm run bench:peers
 *     npm run bench:peers -- --only '^resnet$' --peers 'innerloop$|torch' --rounds 3 --ms 300 --no-docs
 *     npm run bench:peers -- --save mine.json      where the figures go after each workload (bench/results/peers.json)
 *     npm run bench:peers -- --from mine.json      no measurements: the table of figures that were saved
 *     npm run bench:peers -- --install-torch       PyTorch into bench/.venv first
 *
 * Every contender lives in a process of its own and answers one question at a time; the rounds of one workload
 * alternate between the contenders, so that a disturbance meets all of them. Peers are installed in bench/ only.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Answer, type Contender, contenders, Process, timeToFirstStep } from "./contenders.ts";
import { type Entry, insert, markdown, type Report } from "./table.ts";
import { FIRST, WORKLOADS, type Workload } from "./workloads.ts";

const bench = join(import.meta.dirname, "..");
const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    peers: { type: "string", default: "" },
    rounds: { type: "string", default: "5" },
    ms: { type: "string", default: "1000" },
    save: { type: "string", default: join(bench, "results/peers.json") },
    from: { type: "string" },
    "no-docs": { type: "boolean", default: false },
    "install-torch": { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const ms = Number(options.ms);
const only = new RegExp(options.only);
const peers = new RegExp(options.peers);
/** A library's threads spin for a while after their last work. */
const PAUSE_MS = 150;

/** The table of a report, to the terminal and into the page. */
function publish(report: Report): void {
  const table = markdown(report, WORKLOADS);
  console.log(`\n${table}`);
  if (options["no-docs"]) return;
  const path = join(bench, "../docs/performance.md");
  const text = existsSync(path) ? readFileSync(path, "utf8") : "# Performance\n";
  writeFileSync(path, insert(text, "bench:peers", table));
}

if (options.from !== undefined) {
  publish(JSON.parse(readFileSync(resolve(options.from), "utf8")) as Report);
  process.exit(0);
}

function run(command: string, rest: string[]): void {
  const { status } = spawnSync(command, rest, { cwd: bench, stdio: "inherit" });
  if (status !== 0) console.log(`${command} ${rest.join(" ")} failed; going on without`);
}

if (!existsSync(join(bench, "node_modules"))) run("npm", ["ci", "--ignore-scripts"]);
if (options["install-torch"]) {
  run("python3", ["-m", "venv", ".venv"]);
  run(join(bench, ".venv/bin/pip"), ["install", "torch", "numpy"]);
}

const report: Report = {
  date: new Date().toISOString().slice(0, 10),
  command: ["npm run bench:peers", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" "),
  machine: `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.version}`,
  versions: {},
  missing: {},
  entries: [],
};

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

const running: { contender: Contender; child: Process }[] = [];
for (const contender of contenders().filter(({ id }) => peers.test(id))) {
  if (contender.missing === null) {
    const child = new Process(contender);
    const problem = await child.start();
    if (problem === null) {
      running.push({ contender, child });
      report.versions[contender.id] = child.version;
      continue;
    }
    report.missing[contender.id] = problem;
  } else {
    report.missing[contender.id] = contender.missing;
  }
  console.log(`${contender.id} skipped: ${report.missing[contender.id]}`);
}

/** Asks all contenders in turn, `rounds` times; who fails once is not asked again. */
async function race(id: string, ask: (one: (typeof running)[number]) => Answer | Promise<Answer>): Promise<void> {
  const entries = running.map(({ contender }): Entry => {
    const { column, id: name } = contender;
    return { column, contender: name, workload: id, us: null, rounds: [], error: null };
  });
  for (let round = 0; round < rounds; round++) {
    for (const [i, one] of running.entries()) {
      const entry = entries[i] as Entry;
      if (entry.error !== null) continue;
      const answer = await ask(one);
      if ("error" in answer) entry.error = answer.error;
      else entry.rounds.push(answer.us);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  for (const entry of entries) if (entry.rounds.length > 0) entry.us = median(entry.rounds);
  report.entries.push(...entries);
  for (const { contender, us, error, rounds: all } of entries) {
    const detail = us === null ? error : `${us.toFixed(1)} (${all.map((each) => each.toFixed(0)).join(", ")})`;
    console.log(`${id.padEnd(14)} ${contender.padEnd(18)} ${detail}`);
  }
  // A run that is stopped keeps what it has.
  mkdirSync(dirname(resolve(options.save)), { recursive: true });
  writeFileSync(resolve(options.save), `${JSON.stringify(report, null, 2)}\n`);
}

/** The peak of a fresh process that does nothing else. */
async function memoryOf(contender: Contender, workload: string): Promise<Answer> {
  const child = new Process(contender);
  try {
    const problem = await child.start();
    const answer = problem === null ? await child.ask(workload, ms) : { error: problem };
    return "error" in answer ? answer : child.peakBytes();
  } finally {
    child.stop();
  }
}

function measure({ id, runs }: Workload): Promise<void> {
  if (id === FIRST) return race(id, ({ contender }) => timeToFirstStep(contender));
  if (runs !== undefined) return race(id, ({ contender }) => memoryOf(contender, runs));
  return race(id, ({ child }) => child.ask(id, ms));
}

for (const workload of WORKLOADS) if (only.test(workload.id)) await measure(workload);
for (const { child } of running) child.stop();
publish(report);
process.exit(0);
