import { readFile, writeFile } from "../util/platform/files.ts";
import type { Tensor } from "../tensor/index.ts";
import { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from "./safetensors.ts";

/**
 * Writes a state dict as a safetensors file. The file is complete or not there: it is written beside
 * and renamed.
 *
 * @param path where to; folders are made
 * @example
 * await train.saveStateDict("runs/best.safetensors", model.stateDict());
 */
export async function saveStateDict(
  path: string,
  state: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFile(path, encodeSafetensors(state, metadata));
}

/**
 * Reads a safetensors file.
 *
 * @throws {CheckpointError} when the file is damaged or of another kind
 * @example
 * const { tensors } = await train.loadStateDict("runs/best.safetensors");
 * model.loadStateDict(tensors);
 */
export async function loadStateDict(path: string): Promise<SafetensorsFile> {
  return decodeSafetensors(await readFile(path));
}
