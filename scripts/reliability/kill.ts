/**
 * Kills a training process (SIGKILL) at every file operation of its first saves and at random moments, resumes it until
 * it ends, and compares the end with that of a run that nobody disturbed: parameters, optimizer state, generators, best
 * weights, and the metrics log with its learning rates, byte for byte.
 *
 *     npm run reliability:kill                  200 random moments
 *     npm run reliability:kill -- 20 40         20 random moments, the first 40 file operations
 *     npm run reliability:kill-rl               a DQN run (scripts/rl/victim.ts) at 50 random moments
 *     npm run reliability:kill-tasking          one on the sensor-tasking environment, at 25
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { train } from "innerloop";

const [moments = "200", operations = "120", program = "scripts/reliability/victim.ts"] = process.argv.slice(2);
const cli: string = join(process.cwd(), "dist/cli/main.js");
const victim: string = join(process.cwd(), program);
// SIGKILL loses nothing that was written, synced or not, so memory will do, and saves many minutes of fsync.
const base: string = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "innerloop-kill-"));

interface Ended {
  signal: string | null;
  code: number | null;
  errors: string;
  ms: number;
}

function start(folder: string, operation: number | null, killAfterMs: number | null): Promise<Ended> {
  const begin = performance.now();
  return new Promise((resolve) => {
    const args = [cli, "run", victim, folder, ...(operation === null ? [] : [String(operation)])];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (text) => {
      errors += text;
    });
    const timer = killAfterMs === null ? null : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    child.on("close", (code, signal) => {
      if (timer !== null) clearTimeout(timer);
      resolve({ signal, code, errors, ms: performance.now() - begin });
    });
  });
}

/** What must be the same at the end. Times differ between runs, so they are left out. */
function fingerprint(folder: string): string {
  const hash = createHash("sha256");
  for (const name of ["latest", "best"]) {
    const bytes = new Uint8Array(readFileSync(join(folder, "checkpoints", `${name}.safetensors`)));
    const { tensors, state } = train.decodeCheckpoint(bytes);
    for (const key of [...tensors.keys()].sort()) {
      const data = tensors.get(key)?.data as Float32Array;
      hash.update(key).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    hash.update(JSON.stringify([state.step, state.epoch, state.optimizer ?? null, state.scheduler ?? null]));
  }
  return hash.update(readFileSync(join(folder, "metrics.jsonl"))).digest("hex");
}

interface Tally {
  kills: number;
  resumes: number;
  different: string[];
  failed: string[];
}

const tally: Tally = { kills: 0, resumes: 0, different: [], failed: [] };

/** Kills once as told, then resumes, perhaps killing again, until the run ends; then compares. */
async function trial(
  name: string,
  expected: string,
  operation: number | null,
  firstMs: number | null,
  again: () => number | null,
): Promise<void> {
  const folder = join(base, name);
  let ended = await start(folder, operation, firstMs);
  for (let attempt = 0; ended.signal === "SIGKILL" && attempt < 20; attempt++) {
    tally.kills++;
    tally.resumes++;
    ended = await start(folder, null, attempt < 4 ? again() : null);
  }
  if (ended.code !== 0) tally.failed.push(`${name}: ${ended.errors.split("\n")[0]}`);
  else if (fingerprint(folder) !== expected) tally.different.push(name);
  rmSync(folder, { recursive: true, force: true });
}

const whole: Ended = await start(join(base, "whole"), null, null);
if (whole.code !== 0) throw new Error(`the undisturbed run failed:\n${whole.errors}`);
const expected: string = fingerprint(join(base, "whole"));
const again: Ended = await start(join(base, "again"), null, null);
if (again.code !== 0 || fingerprint(join(base, "again")) !== expected) throw new Error("two undisturbed runs differ");
console.log(`an undisturbed run takes ${whole.ms.toFixed(0)} ms; its fingerprint is ${expected.slice(0, 16)}`);

for (let operation = 1; operation <= Number(operations); operation++) {
  await trial(`operation-${operation}`, expected, operation, null, () => null);
}
console.log(`killed at each of the first ${operations} file operations: ${tally.kills} kills`);

// A fixed sequence, so that a failure can be had again: xorshift.
let seed = 88172645463325252n;
function random(): number {
  seed ^= (seed << 13n) & 0xffffffffffffffffn;
  seed ^= seed >> 7n;
  seed ^= (seed << 17n) & 0xffffffffffffffffn;
  return Number(seed % 1_000_000n) / 1_000_000;
}
for (let i = 0; i < Number(moments); i++) {
  const next = (): number | null => (random() < 0.3 ? random() * whole.ms : null);
  await trial(`moment-${i}`, expected, null, random() * whole.ms * 1.05, next);
}
rmSync(base, { recursive: true, force: true });
console.log(
  `${tally.kills} kills, ${tally.resumes} resumes: ${tally.failed.length} runs failed, ${tally.different.length} ended differently`,
);
for (const line of [...tally.failed, ...tally.different]) console.log(`  ${line}`);
if (tally.failed.length + tally.different.length > 0) process.exitCode = 1;
