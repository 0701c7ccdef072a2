import type { FileOperations, FileSystem, LaterOperations } from "../../src/train/storage/file-system.ts";
import { type MemoryFileSystem, systemError } from "./memory-file-system.ts";

/** What goes wrong. `late`: the operation is carried out, and reported as failed. `lying`: half is written, all reported. */
export type FaultKind = "ENOSPC" | "EIO" | "EACCES" | "late EIO" | "short" | "lying";

export const FAULT_KINDS: readonly FaultKind[] = ["ENOSPC", "EIO", "EACCES", "late EIO", "short", "lying"];

const NAMES: readonly (keyof FileOperations)[] = [
  "openExclusive",
  "openAppend",
  "openRead",
  "write",
  "read",
  "fsync",
  "close",
  "link",
  "rename",
  "unlink",
  "mkdir",
  "readdir",
  "stat",
  "fsyncFolder",
];

/** A file system that fails at will. */
export class FaultyFileSystem {
  readonly operations: FileSystem;
  /** Operations since the last `arm`. */
  count = 0;
  /** Faults that happened since then. */
  faults = 0;
  #at = Number.POSITIVE_INFINITY;
  #kind: FaultKind = "EIO";
  #persistent = false;

  constructor(under: MemoryFileSystem) {
    const operations: Partial<Record<keyof FileOperations, unknown>> = {};
    const later: Partial<Record<keyof FileOperations, unknown>> = {};
    for (const name of NAMES) {
      const run = (...args: unknown[]): unknown => this.#run(under, name, args);
      operations[name] = run;
      later[name] = async (...args: unknown[]) => {
        await Promise.resolve();
        return run(...args);
      };
    }
    this.operations = { ...operations, later: later as unknown as LaterOperations } as unknown as FileSystem;
  }

  /** From now on the `at`th operation fails, and with `persistent` every one after it. */
  arm(at: number, kind: FaultKind, persistent: boolean): void {
    this.count = 0;
    this.faults = 0;
    this.#at = at;
    this.#kind = kind;
    this.#persistent = persistent;
  }

  #run(under: MemoryFileSystem, name: keyof FileOperations, args: unknown[]): unknown {
    const number = ++this.count;
    const go = (...with_: unknown[]): unknown =>
      (under[name] as unknown as (...args: unknown[]) => unknown).apply(under, with_);
    if (number < this.#at || (number > this.#at && !this.#persistent)) return go(...args);
    const kind = this.#kind;
    if (kind === "short" || kind === "lying") {
      if (name !== "write") return go(...args);
      this.faults++;
      const [file, bytes, position] = args as [number, Uint8Array, number | null];
      const half = Math.floor(bytes.length / 2);
      if (half > 0) go(file, bytes.subarray(0, half), position);
      return kind === "lying" ? bytes.length : half;
    }
    this.faults++;
    if (kind === "late EIO") go(...args);
    else if (name === "fsync") under.failFsync(args[0] as number);
    else if (name === "fsyncFolder") under.failFsyncFolder(args[0] as string);
    throw systemError(kind === "late EIO" ? "EIO" : kind, name, String(args[0]));
  }
}
