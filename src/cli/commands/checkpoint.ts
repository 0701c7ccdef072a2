import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DecodedCheckpoint, decodeCheckpoint, encodeSafetensors } from "../../train/index.ts";
import { CheckpointError, ConfigError } from "../../util/index.ts";
import { readCheckpoint } from "../read-run.ts";

const PREFIX = "model.";

function read(command: string, file: string): { checkpoint: DecodedCheckpoint; bytes: number } {
  const path = isFolder(file) ? join(file, "checkpoints/latest.safetensors") : file;
  if (!existsSync(path)) throw noFile(command, path);
  const bytes = new Uint8Array(readFileSync(path));
  return { checkpoint: decodeCheckpoint(bytes), bytes: bytes.length };
}

const isFolder = (file: string): boolean => existsSync(file) && statSync(file).isDirectory();

function noFile(command: string, path: string): ConfigError {
  const expected = "expected a checkpoint or a run's folder";
  return new ConfigError(command, `there is no file ${path}`, expected, "Check the path.");
}

/**
 * `innerloop checkpoint verify <file>`: reads it whole and checks its hashes; of a run's folder every checkpoint.
 *
 * @throws {CheckpointError} when one is damaged
 */
export function verifyCommand(file: string): string {
  if (!isFolder(file)) return verified(file);
  const names = ["latest", "latest.prev", "best"].map((name) => join(file, "checkpoints", `${name}.safetensors`));
  const there = names.filter((name) => existsSync(name));
  if (there.length === 0) throw noFile("checkpoint verify", names[0] as string);
  const bad: string[] = [];
  const good: string[] = [];
  for (const name of there) {
    try {
      good.push(verified(name));
    } catch (error) {
      bad.push(`${name}: ${(error as Error).message}`);
    }
  }
  if (bad.length === 0) return good.join("\n");
  if (good.length > 0) console.log(good.join("\n"));
  throw new CheckpointError(
    "checkpoint verify",
    bad.join("; "),
    "expected checkpoints that verify",
    "Restore them from a copy; a resume takes latest.prev where latest is damaged.",
  );
}

function verified(file: string): string {
  const { checkpoint, bytes } = read("checkpoint verify", file);
  return `${file}: good (${bytes} bytes, ${checkpoint.tensors.size} tensors)`;
}

/** `innerloop checkpoint inspect <file>`: what is in it. */
export function inspectCommand(file: string): string {
  const { checkpoint } = read("checkpoint inspect", file);
  const rows = [...checkpoint.tensors].map(
    ([name, { dtype, shape, length }]) => `  ${name.padEnd(40)} ${dtype.padEnd(8)} [${shape.join(", ")}]  ${length}`,
  );
  const state = Object.entries(checkpoint.state).map(([key, value]) => {
    const text = JSON.stringify(value);
    return `  ${key.padEnd(40)} ${text.length > 80 ? `${text.slice(0, 77)}…` : text}`;
  });
  return [`tensors (${rows.length})`, ...rows, `state (${state.length})`, ...state].join("\n");
}

/** The model's own weights in a checkpoint, by PyTorch's names: all of `best`, a part of `latest`. */
export function modelWeights({ tensors }: DecodedCheckpoint): DecodedCheckpoint["tensors"] {
  const own = [...tensors].filter(([name]) => name.startsWith(PREFIX));
  return own.length === 0 ? tensors : new Map(own.map(([name, tensor]) => [name.slice(PREFIX.length), tensor]));
}

/** `innerloop export <run> -o file`: the best weights as a plain safetensors file. */
export function exportCommand(run: string, output: string, which: "best" | "latest"): string {
  const checkpoint = readCheckpoint(run, which);
  const weights = modelWeights(checkpoint);
  writeFileSync(output, encodeSafetensors(weights, { source: checkpoint.file }));
  return `${weights.size} tensors of ${checkpoint.file} in ${output}`;
}
