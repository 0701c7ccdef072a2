export {
  type Checkpoint,
  type CheckpointContents,
  type DecodedCheckpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  inspectCheckpoint,
} from "./checkpoint.ts";
export type { FileOperations, FileStatus, FileSystem, LaterOperations } from "./file-system.ts";
export { loadStateDict, saveStateDict } from "./files.ts";
export type { Entry, Header } from "./header.ts";
export type { MetricsLine } from "./metrics-log.ts";
export { nodeFileSystem } from "./node-file-system.ts";
export { type LoadedCheckpoint, RunFolder, type RunFolderOptions } from "./run-folder.ts";
export type { RunInfo } from "./run-info.ts";
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from "./safetensors.ts";
export type { Json } from "./state-json.ts";
