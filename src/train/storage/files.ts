import type { Tensor } from "../../tensor/index.ts";
import { folderOf, makeFolder, readWhole, replaceFile } from "./atomic-write.ts";
import { type FileSystem, fileError, type Protocol, runLater } from "./file-system.ts";
import { nodeFileSystem } from "./node-file-system.ts";
import { nodeProcesses } from "./process-identity.ts";
import { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from "./safetensors.ts";

/**
 * Writes a state dict as a safetensors file, by the protocol of checkpoints: the file is complete and
 * durable, or the one of before stays.
 *
 * @param path where to; folders are made
 * @throws {CheckpointError} when it could not be written
 * @example
 * await train.saveStateDict("runs/best.safetensors", model.stateDict());
 */
export async function saveStateDict(
  path: string,
  state: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
  options: { fileSystem?: FileSystem } = {},
): Promise<void> {
  const { fileSystem = nodeFileSystem() } = options;
  const bytes = encodeSafetensors(state, metadata);
  const { pid } = nodeProcesses().self;
  const save = function* (): Protocol<void> {
    yield* makeFolder(folderOf(path));
    yield* replaceFile(path, pid, { bytes }, {});
  };
  try {
    await runLater(fileSystem, save());
  } catch (error) {
    throw fileError("saveStateDict", path, error, "The file of before, if there was one, is untouched.");
  }
}

/**
 * Reads a safetensors file.
 *
 * @throws {CheckpointError} when the file is missing, damaged or of another kind
 * @example
 * const { tensors } = await train.loadStateDict("runs/best.safetensors");
 * model.loadStateDict(tensors);
 */
export async function loadStateDict(path: string, options: { fileSystem?: FileSystem } = {}): Promise<SafetensorsFile> {
  const { fileSystem = nodeFileSystem() } = options;
  try {
    return decodeSafetensors(await runLater(fileSystem, readWhole(path)));
  } catch (error) {
    if (error instanceof Error && typeof (error as { code?: unknown }).code !== "string") throw error;
    throw fileError("loadStateDict", path, error);
  }
}
