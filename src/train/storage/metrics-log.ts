import { CheckpointError } from "../../util/index.ts";
import { folderOf, readWhole, replaceFile } from "./atomic-write.ts";
import { call, codeOf, type FileSystem, fileError, type Protocol, runSync } from "./file-system.ts";
import { decodeJson, encodeJson, type Json } from "./state-json.ts";

/** One line of `metrics.jsonl`: what was measured at a step. */
export interface MetricsLine {
  /** Optimizer steps done when it was measured. */
  step: number;
  [key: string]: Json;
}

interface ParsedLine {
  readonly raw: string;
  /** Null when it cannot be read. */
  readonly value: MetricsLine | null;
}

const NEWLINE = 0x0a;

function parse(raw: string): MetricsLine | null {
  try {
    const value = decodeJson(raw, (found) => new Error(found)) as MetricsLine | null;
    return typeof value === "object" && value !== null && Number.isSafeInteger(value.step) ? value : null;
  } catch {
    return null;
  }
}

/**
 * The append-only log of a run. A line is in the file when `append` returns, so a killed process loses
 * none; they are synced before each checkpoint, so lost power loses none that a checkpoint counts on.
 */
export class MetricsLog {
  readonly #path: string;
  readonly #fileSystem: FileSystem;
  readonly #pid: number;
  #file: number | null = null;
  #unsynced = false;
  #doubtful = false; // an fsync failed
  #lines = 0; // whole lines in the file, while it is open

  constructor(path: string, fileSystem: FileSystem, pid: number) {
    this.#path = path;
    this.#fileSystem = fileSystem;
    this.#pid = pid;
  }

  /** Adds a line. */
  append(line: MetricsLine): void {
    if (!Number.isSafeInteger(line.step) || line.step < 0) {
      throw new CheckpointError(
        "RunFolder.appendMetrics",
        `step is ${String(line.step)}`,
        "expected a whole number of 0 or more",
        "Give each line the number of optimizer steps done.",
      );
    }
    const bytes = new TextEncoder().encode(`${encodeJson("RunFolder.appendMetrics", line, "line")}\n`);
    try {
      this.#file ??= this.#open();
      this.#unsynced = true;
      this.#write(this.#file, bytes);
      this.#lines++;
    } catch (error) {
      this.close(); // the next append opens again, and cuts off what this one may have left
      throw fileError("RunFolder.appendMetrics", this.#path, error);
    }
  }

  #write(file: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const written = this.#fileSystem.write(file, bytes.subarray(at), null);
      if (written === 0) throw new Error("the file system wrote nothing");
      at += written;
    }
  }

  #open(): number {
    const bytes = this.#bytes();
    let end = bytes.length;
    while (end > 0 && bytes[end - 1] !== NEWLINE) end--;
    // A torn line would swallow the next one. After a failed fsync nobody knows what reached the disk, and
    // a second fsync may claim success: what can be read is written anew.
    if (end !== bytes.length || this.#doubtful) this.#replace(bytes.slice(0, end));
    this.#doubtful = false;
    this.#lines = 0;
    for (let i = 0; i < end; i++) if (bytes[i] === NEWLINE) this.#lines++;
    const isNew = this.#fileSystem.stat(this.#path) === null;
    const file = this.#fileSystem.openAppend(this.#path);
    if (!isNew) {
      this.#unsynced = true; // the process before may have died between a line and its fsync
      return file;
    }
    try {
      this.#fileSystem.fsyncFolder(folderOf(this.#path));
    } catch (error) {
      this.#fileSystem.close(file);
      throw error;
    }
    return file;
  }

  /** Whole lines in the file. */
  count(): number {
    this.#file ??= this.#open();
    return this.#lines;
  }

  /** Makes every line durable; part of a save. */
  *sync(): Protocol<void> {
    this.#file ??= this.#open();
    if (!this.#unsynced) return;
    this.#unsynced = false;
    try {
      yield* call("fsync", this.#file);
    } catch (error) {
      this.#doubtful = true;
      this.close();
      throw error;
    }
  }

  /** Every line that can be read, oldest first; `notices` gets word of others than a torn last one. */
  read(notices: string[]): MetricsLine[] {
    return this.#parsed(notices).flatMap(({ value }) => (value === null ? [] : [value]));
  }

  /**
   * Drops every line after `step`, and after the first `lines` lines where given. All or nothing.
   *
   * @param lines the checkpoint's `metricsLines`: also drops lines of the step itself written after it
   */
  cut(step: number, lines: number, notices: string[]): void {
    const kept = this.#parsed(notices)
      .slice(0, lines)
      .filter(({ value }) => value !== null && value.step <= step);
    const bytes = new TextEncoder().encode(kept.map(({ raw }) => `${raw}\n`).join(""));
    this.close();
    this.#replace(bytes);
  }

  /** Lets go of the file. */
  close(): void {
    const file = this.#file;
    this.#file = null;
    if (file === null) return;
    try {
      this.#fileSystem.close(file);
    } catch {
      // Nothing hangs on it: lines count from their fsync on.
    }
  }

  #bytes(): Uint8Array {
    try {
      return runSync(this.#fileSystem, readWhole(this.#path));
    } catch (error) {
      if (codeOf(error) === "ENOENT") return new Uint8Array(0);
      throw fileError("RunFolder.readMetrics", this.#path, error);
    }
  }

  #replace(bytes: Uint8Array): void {
    runSync(this.#fileSystem, replaceFile(this.#path, this.#pid, { bytes }, {}));
  }

  #parsed(notices: string[]): ParsedLine[] {
    const pieces = new TextDecoder().decode(this.#bytes()).split("\n");
    pieces.pop(); // "" after the last line's end, or a torn line
    const parsed = pieces.map((raw) => ({ raw, value: parse(raw) }));
    const unreadable = parsed.filter(({ value }) => value === null).length;
    if (unreadable > 0)
      notices.push(`metrics.jsonl: left out ${unreadable} of ${parsed.length} lines that cannot be read`);
    return parsed;
  }
}
