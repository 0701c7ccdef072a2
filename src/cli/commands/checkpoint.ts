import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type DecodedCheckpoint, decodeCheckpoint, decodeSafetensors, saveStateDict } from "../../train/index.ts";
import { CheckpointError, ConfigError } from "../../util/index.ts";
import { readCheckpoint } from "../read-run.ts";

const PREFIX = "model.";

function bytesOf(command: string, file: string): { path: string; bytes: Uint8Array } {
  const path = isFolder(file) ? join(file, "checkpoints/latest.safetensors") : file;
  if (!existsSync(path)) throw noFile(command, path);
  return { path, bytes: new Uint8Array(readFileSync(path)) };
}

/** Does something with a file's bytes; what goes wrong names the file. */
function reading<T>(command: string, file: string, read: (bytes: Uint8Array) => T): T {
  const { path, bytes } = bytesOf(command, file);
  try {
    return read(bytes);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(command, `${path}: ${error.got}`, error.expected, error.fix);
  }
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
      bad.push(error instanceof CheckpointError ? error.got : `${name}: ${(error as Error).message}`);
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
  return reading("checkpoint verify", file, (bytes) => {
    const { tensors } = decodeCheckpoint(bytes);
    return `${file}: good (${bytes.length} bytes, ${tensors.size} tensors)`;
  });
}

/** `innerloop checkpoint inspect <file>`: what is in it, or in a plain safetensors file such as `export` writes. */
export function inspectCommand(file: string): string {
  return reading("checkpoint inspect", file, (bytes) => {
    const plain = decodeSafetensors(bytes);
    if (!("innerloop.state" in plain.metadata)) return contentsText(plain.tensors, plain.metadata, "metadata");
    const { tensors, state } = decodeCheckpoint(bytes);
    return contentsText(tensors, state, "state");
  });
}

function contentsText(tensors: DecodedCheckpoint["tensors"], values: object, kind: string): string {
  const rows = [...tensors].map(
    ([name, { dtype, shape, length }]) => `  ${name.padEnd(40)} ${dtype.padEnd(8)} [${shape.join(", ")}]  ${length}`,
  );
  const state = Object.entries(values).map(([key, value]) => {
    const text = JSON.stringify(value);
    return `  ${key.padEnd(40)} ${text.length > 80 ? `${text.slice(0, 77)}…` : text}`;
  });
  return [`tensors (${rows.length})`, ...rows, `${kind} (${state.length})`, ...state].join("\n");
}

/** The model's own weights in a checkpoint, by PyTorch's names: all of `best`, a part of `latest`. */
export function modelWeights({ tensors }: DecodedCheckpoint): DecodedCheckpoint["tensors"] {
  const own = [...tensors].filter(([name]) => name.startsWith(PREFIX));
  return own.length === 0 ? tensors : new Map(own.map(([name, tensor]) => [name.slice(PREFIX.length), tensor]));
}

/** `innerloop export <run> -o file`: the best weights as a plain safetensors file. */
export async function exportCommand(run: string, output: string, which: "best" | "latest"): Promise<string> {
  if (isFolder(output)) {
    const got = `${output} cannot be written (it is a folder)`;
    throw new ConfigError("export", got, "expected a place for a file", "Add the file's name to it.");
  }
  const checkpoint = readCheckpoint(run, which);
  const weights = modelWeights(checkpoint);
  await saveStateDict(output, weights, { source: checkpoint.file });
  return `${weights.size} tensors of ${checkpoint.file} in ${output}`;
}
