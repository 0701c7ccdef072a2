import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { betterCore } from "../../src/engine/blas/core-type.ts";
import { findBlas } from "../../src/engine/blas/index.ts";
import { machine } from "../../src/util/platform/native.ts";

/** Someone in the race, as a column of the table. */
export interface Contender {
  id: string;
  /** Column; contenders of one column are variants, and the fastest counts. */
  column: string;
  command: string[];
  environment?: Record<string, string>;
  /** Why it does not take part, or null. */
  missing: string | null;
  /** A program that ends after one training step, for the time to start; null where there is none. */
  first: string[] | null;
}

/** Microseconds (bytes, where memory is measured), or why there are none. */
export type Answer = { us: number } | { error: string };

const root = join(import.meta.dirname, "../..");
const bench = join(root, "bench");
const peers = join(bench, "peers");
const jiti = [process.execPath, join(root, "node_modules/jiti/lib/jiti-cli.mjs")];
const ours = [process.execPath, join(root, "dist/cli/main.js"), "run", join(peers, "ours.ts")];
const LIMIT_MS = 180_000;

const module = (text: string): string[] => [process.execPath, "--input-type=module", "-e", text];

const OURS_FIRST = `
const { F, nn, optim, rand } = await import("innerloop");
const model = new nn.Sequential(new nn.Linear(4, 64), new nn.ReLU(), new nn.Linear(64, 64), new nn.ReLU(), new nn.Linear(64, 1));
const optimizer = new optim.Adam(model.parameters());
optimizer.zeroGrad();
const loss = F.mseLoss(model.forward(rand([64, 4])), rand([64, 1]));
loss.backward();
optimizer.step();
console.log(loss.item());`;
const TORCH_FIRST = `
import torch
from torch import nn
model = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters())
optimizer.zero_grad()
loss = nn.functional.mse_loss(model(torch.rand(64, 4)), torch.rand(64, 1))
loss.backward()
optimizer.step()
print(loss.item())`;
// Both end here at their first product: less than a step, in their favour.
const TFJS_FIRST = `
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
setWasmPaths(dirname(createRequire(join(process.cwd(), "x.js")).resolve("@tensorflow/tfjs-backend-wasm")) + "/");
await tf.setBackend("wasm");
console.log(tf.matMul(tf.ones([64, 4]), tf.ones([4, 64])).sum().dataSync()[0]);`;
const JAX_FIRST = `
import { defaultDevice, init, numpy as np } from "@jax-js/jax";
await init("wasm");
defaultDevice("wasm");
console.log(np.sum(np.matmul(np.ones([64, 4]), np.ones([4, 64]))).js());`;

/** The Python with the newest torch: BENCH_PYTHON, bench/.venv, or the machine's. */
function python(): { path: string | null; why: string } {
  const asked = process.env.BENCH_PYTHON;
  const paths = asked ? [asked] : [join(bench, ".venv/bin/python"), "python3", "/usr/bin/python3"];
  let best: { path: string; version: number[] } | null = null;
  for (const path of paths) {
    if (path.includes("/") && !existsSync(path)) continue;
    const { status, stdout } = spawnSync(path, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" });
    if (status !== 0) continue;
    const version = stdout.trim().split(/[.+]/).slice(0, 3).map(Number);
    const [major, minor] = version as [number, number];
    const [bestMajor, bestMinor] = (best?.version ?? [0, 0]) as [number, number];
    if (major > bestMajor || (major === bestMajor && minor > bestMinor)) best = { path, version };
  }
  const hint = "no Python with torch; --install-torch makes bench/.venv with it (several GB), BENCH_PYTHON names one";
  return best === null ? { path: null, why: hint } : { path: best.path, why: "" };
}

/** OpenBLAS gets the core type that the processor's flags ask for, wherever it would get less by itself. */
function blasEnvironment(): Record<string, string> {
  if (process.env.OPENBLAS_CORETYPE) return {};
  const found = findBlas("auto");
  if (typeof found === "string" || found.info.library !== "OpenBLAS" || !found.info.why.includes("took")) return {};
  const better = betterCore("Nehalem", machine().flags);
  return better === null ? {} : { OPENBLAS_CORETYPE: better };
}

/** Everyone there is, with a reason for those that cannot take part. */
export function contenders(): Contender[] {
  const { path, why } = python();
  const js = (name: string): string | null =>
    existsSync(join(bench, "node_modules", name)) ? null : `${name} is not installed (npm ci in bench/)`;
  const env = blasEnvironment();
  const torch = (threads: number): Contender => ({
    id: `torch-${threads}`,
    column: "PyTorch",
    command: [path ?? "python3", join(peers, "torch_peer.py")],
    environment: {
      ...env,
      BENCH_THREADS: `${threads}`,
      OMP_NUM_THREADS: `${threads}`,
      OPENBLAS_NUM_THREADS: `${threads}`,
    },
    missing: path === null ? why : null,
    first: [path ?? "python3", "-c", TORCH_FIRST],
  });
  return [
    { id: "innerloop", column: "innerloop", command: ours, missing: null, first: module(OURS_FIRST) },
    {
      id: "innerloop-kernels",
      column: "without BLAS",
      command: ours,
      environment: { INNERLOOP_BLAS: "off" },
      missing: null,
      first: module(OURS_FIRST),
    },
    torch(1),
    torch(2),
    {
      id: "blas",
      column: "BLAS alone",
      command: [...jiti, join(peers, "direct.ts")],
      missing: typeof findBlas("auto") === "string" ? "this machine has no BLAS library" : null,
      first: null,
    },
    {
      id: "tfjs",
      column: "TensorFlow.js",
      command: [...jiti, join(peers, "tfjs.ts")],
      missing: js("@tensorflow/tfjs-backend-wasm"),
      first: module(TFJS_FIRST),
    },
    {
      id: "jax-js",
      column: "jax-js",
      command: [...jiti, join(peers, "jax.ts")],
      missing: js("@jax-js/jax"),
      first: module(JAX_FIRST),
    },
  ];
}

/** A contender's process, idle between questions. */
export class Process {
  version = "";
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private dead: string | null = null;

  constructor(contender: Contender) {
    const [file, ...rest] = contender.command as [string, ...string[]];
    const env = { ...process.env, ...contender.environment };
    this.child = spawn(file, rest, { stdio: ["pipe", "pipe", "ignore"], env, cwd: bench });
    this.child.on("error", (error) => {
      this.dead = error.message;
    });
    this.child.stdin?.on("error", () => undefined);
    this.lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  /** @returns why it cannot take part, or null when it is ready */
  async start(): Promise<string | null> {
    const answer = await this.line();
    if ("error" in answer) return answer.error as string;
    this.version = answer.version as string;
    return null;
  }

  /** The most memory that it has held, in bytes. */
  peakBytes(): Answer {
    const path = `/proc/${this.child.pid}/status`;
    const peak = existsSync(path) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(path, "utf8")) : null;
    return peak === null ? { error: "only Linux tells the peak" } : { us: Number(peak[1]) * 1024 };
  }

  /** Microseconds a unit of a workload, measured for `ms`. */
  async ask(id: string, ms: number): Promise<Answer> {
    if (this.dead !== null) return { error: this.dead };
    this.child.stdin?.write(`${JSON.stringify({ id, ms })}\n`);
    return (await this.line()) as Answer;
  }

  stop(): void {
    this.child.kill();
  }

  // The next line that is an answer: libraries print greetings of their own.
  private async line(): Promise<Record<string, unknown>> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), LIMIT_MS);
    });
    try {
      for (;;) {
        const next = await Promise.race([this.lines.next(), late]);
        if (next !== null && next.done !== true && !next.value.startsWith("{")) continue;
        if (next !== null && next.done !== true) return JSON.parse(next.value) as Record<string, unknown>;
        this.dead ??= next === null ? `no answer within ${LIMIT_MS / 1000} s` : "the process ended";
        this.child.kill();
        return { error: this.dead };
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** From the start of a fresh process to the end of its first step. */
export function timeToFirstStep(contender: Contender): Answer {
  if (contender.first === null) return { error: "it takes no steps" };
  const [file, ...rest] = contender.first as [string, ...string[]];
  const env = { ...process.env, ...contender.environment };
  const cwd = contender.id.startsWith("innerloop") ? root : bench;
  const start = performance.now();
  const { status, stderr } = spawnSync(file, rest, { cwd, env, encoding: "utf8" });
  const us = (performance.now() - start) * 1000;
  return status === 0 ? { us } : { error: stderr.split("\n").find((line) => line.includes("Error")) ?? "it failed" };
}
