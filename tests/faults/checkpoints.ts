import { tensor } from "../../src/ops/index.ts";
import type { FileSystem } from "../../src/train/storage/file-system.ts";
import * as train from "../../src/train/storage/index.ts";
import type { Processes } from "../../src/train/storage/process-identity.ts";

export const INFO: train.RunInfo = { config: { lr: 1e-3 }, seed: "42", versions: { innerloop: "0" }, engine: "test" };

/** A process that is alone on the machine: every other one is gone. */
export function lonely(pid: number): Processes {
  return { self: { pid, host: "test", started: `start ${pid}` }, isAlive: (other) => other.pid === pid };
}

/** Some sectors of tensors and state that all say `step`. */
export function checkpointOf(step: number): train.Checkpoint {
  return {
    tensors: new Map([
      ["weight", tensor(new Float32Array(300).fill(step))],
      ["mask", tensor(new Uint8Array(7).fill(step % 2), { dtype: "bool" })],
    ]),
    state: { step, text: "x".repeat(700) },
  };
}

/** The step of a loaded checkpoint, after looking at all of it. */
export function stepOf({ checkpoint }: train.LoadedCheckpoint): number {
  const step = checkpoint.state.step as number;
  const values = checkpoint.tensors.get("weight")?.data ?? [];
  if (values.length !== 300 || !values.every((each) => each === step)) throw new Error("a mixture of two checkpoints");
  if ((checkpoint.tensors.get("mask")?.data[0] ?? -1) !== step % 2) throw new Error("a mixture of two checkpoints");
  return step;
}

let pid = 1000;

/** Opens the run as a new process would, and loads its newest checkpoint; 0 when there is none. */
export async function resumed(
  fileSystem: FileSystem,
): Promise<{ run: train.RunFolder; step: number; lines: number[] }> {
  const run = await train.RunFolder.open("run", { fileSystem, processes: lonely(pid++) });
  const found = await run.loadLatest();
  if (found === null) return { run, step: 0, lines: [] };
  const step = stepOf(found);
  await run.cutMetrics(step, found.metricsLines);
  return { run, step, lines: (await run.readMetrics()).map((line) => line.step) };
}

/** A random generator of its own: the same run every time. */
export function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
