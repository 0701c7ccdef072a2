import { CheckpointError } from "../../util/index.ts";
import { makeFolder, readWhole, replaceFile, TEMPORARY } from "./atomic-write.ts";
import { type Checkpoint, type DecodedCheckpoint, inspectCheckpoint } from "./checkpoint.ts";
import { call, codeOf, type FileSystem, fileError, type Protocol, runLater, runSync } from "./file-system.ts";
import { type Lock, releaseLock, takeLock } from "./lock.ts";
import { type MetricsLine, MetricsLog } from "./metrics-log.ts";
import { nodeFileSystem } from "./node-file-system.ts";
import { nodeProcesses, type Processes } from "./process-identity.ts";
import { decodeRunInfo, encodeRunInfo, type RunInfo } from "./run-info.ts";
import { readTensors } from "./safetensors.ts";
import { StagingArea, writeStaged } from "./save-protocol.ts";

/** Options of `RunFolder.create` and `RunFolder.open`. */
export interface RunFolderOptions {
  /** Default: Node's. */
  fileSystem?: FileSystem;
  /** Default: this machine's. */
  processes?: Processes;
}

/** A checkpoint found in a run folder. */
export interface LoadedCheckpoint {
  checkpoint: DecodedCheckpoint;
  source: "latest" | "latest.prev" | "best";
  /** Newer files that did not verify, with the reasons. */
  skipped: string[];
  /** Lines that the log had when it was saved: for `cutMetrics`. */
  metricsLines: number;
}

const UNTOUCHED = "The checkpoints of before are untouched.";

/**
 * A run on disk: `run.json`, `metrics.jsonl` and `checkpoints/`, used by one process at a time.
 *
 * @example
 * // const run = await train.RunFolder.open("runs/first");
 * // const found = await run.loadLatest();
 */
export class RunFolder {
  readonly path: string;
  readonly info: RunInfo;
  /** What opening and reading found odd, for people: a stale lock, unreadable lines. */
  readonly notices: string[];
  readonly #fileSystem: FileSystem;
  readonly #pid: number;
  readonly #lock: Lock;
  readonly #metrics: MetricsLog;
  readonly #staging = new StagingArea();
  #queue: Promise<unknown> = Promise.resolve();
  /** Saves under way or in the queue. */
  #waiting = 0;
  #closed = false;
  // Of saves of `latest`: a save in a signal handler overtakes one in progress, which then must not replace it.
  #started = 0;
  #placed = 0;
  #durable = 0;
  /** Whether `latest` verifies; a file that does not must never take the place of a good `latest.prev`. */
  #latestGood: boolean | null = null;

  private constructor(path: string, info: RunInfo, lock: Lock, notices: string[], system: Required<RunFolderOptions>) {
    this.path = path;
    this.info = info;
    this.notices = notices;
    this.#fileSystem = system.fileSystem;
    this.#pid = system.processes.self.pid;
    this.#lock = lock;
    this.#metrics = new MetricsLog(`${path}/metrics.jsonl`, system.fileSystem, this.#pid);
  }

  /**
   * Makes a run's folder with `run.json`, and takes its lock.
   *
   * @throws {CheckpointError} when a run is there already, or the folder cannot be made
   */
  static async create(path: string, info: RunInfo, options: RunFolderOptions = {}): Promise<RunFolder> {
    return RunFolder.#begin("RunFolder.create", path, options, function* (pid) {
      if ((yield* call("stat", `${path}/run.json`)) !== null) {
        throw new CheckpointError(
          "RunFolder.create",
          `there is a run in ${path} already`,
          "expected a new folder",
          "Resume it with RunFolder.open(), or choose another folder.",
        );
      }
      yield* makeFolder(`${path}/checkpoints`);
      yield* replaceFile(`${path}/run.json`, pid, { bytes: encodeRunInfo(info) }, {});
      return info;
    });
  }

  /**
   * Opens a run, takes its lock, and removes temporary files that a killed process left.
   *
   * @throws {CheckpointError} when no run is there, or a living process uses it
   */
  static async open(path: string, options: RunFolderOptions = {}): Promise<RunFolder> {
    return RunFolder.#begin("RunFolder.open", path, options, function* () {
      return decodeRunInfo(yield* readWhole(`${path}/run.json`), `${path}/run.json`);
    });
  }

  // In one go on this thread: two calls in one process cannot interleave.
  static #begin(
    operation: string,
    path: string,
    options: RunFolderOptions,
    info: (pid: number) => Protocol<RunInfo>,
  ): RunFolder {
    const { fileSystem = nodeFileSystem(), processes = nodeProcesses() } = options;
    const system = { fileSystem, processes };
    const protocol = function* (): Protocol<RunFolder> {
      if (operation === "RunFolder.create") yield* makeFolder(path);
      else if ((yield* call("stat", `${path}/run.json`)) === null) throw noRun(path);
      const { lock, notice } = yield* takeLock(`${path}/lock`, processes);
      try {
        yield* removeLeftovers(path, processes);
        const found = yield* info(processes.self.pid);
        yield* makeFolder(`${path}/checkpoints`);
        return new RunFolder(path, found, lock, notice === null ? [] : [notice], system);
      } catch (error) {
        try {
          yield* releaseLock(lock);
        } catch {
          // The first error is the one to report; the lock goes stale with this process.
        }
        throw error;
      }
    };
    try {
      return runSync(fileSystem, protocol());
    } catch (error) {
      throw fileError(operation, path, error);
    }
  }

  /**
   * Saves `checkpoints/latest.safetensors`; the one of before becomes `latest.prev`. The checkpoint is
   * copied before this returns, and saved when the promise resolves.
   *
   * @throws {CheckpointError} when it could not be saved; the checkpoints of before are untouched
   */
  saveLatest(checkpoint: Checkpoint): Promise<void> {
    return this.#saveLater("RunFolder.saveLatest", checkpoint, (staged) => this.#latest(staged, ++this.#started));
  }

  /**
   * `saveLatest` in one go, for signal handlers. A `saveLatest` in progress does not replace it afterwards.
   *
   * @throws {CheckpointError} when it could not be saved; the checkpoints of before are untouched
   */
  saveLatestSync(checkpoint: Checkpoint): void {
    this.#checkOpen("RunFolder.saveLatestSync");
    const staged = this.#stage("RunFolder.saveLatestSync", checkpoint);
    try {
      runSync(this.#fileSystem, this.#latest(staged, ++this.#started)());
    } catch (error) {
      if (staged.failure !== null) throw staged.failure.error;
      throw fileError("RunFolder.saveLatestSync", this.#file("latest"), error, UNTOUCHED);
    } finally {
      staged.release();
    }
  }

  /**
   * Saves `checkpoints/best.safetensors` by the same protocol.
   *
   * @throws {CheckpointError} when it could not be saved; the best of before is untouched
   */
  saveBest(checkpoint: Checkpoint): Promise<void> {
    const best = this.#file("best");
    const pid = this.#pid;
    return this.#saveLater("RunFolder.saveBest", checkpoint, (staged) => () => writeStaged(staged, best, pid, {}));
  }

  /**
   * The newest checkpoint that verifies; null when none was ever saved.
   *
   * @throws {CheckpointError} when there are files and none verifies
   */
  async loadLatest(): Promise<LoadedCheckpoint | null> {
    return this.#load(["latest", "latest.prev"]);
  }

  /**
   * The best checkpoint; null when none was saved.
   *
   * @throws {CheckpointError} when it does not verify
   */
  async loadBest(): Promise<LoadedCheckpoint | null> {
    return this.#load(["best"]);
  }

  /** Adds a line to `metrics.jsonl`; it is in the file when this returns, and synced by the next save. */
  appendMetrics(line: MetricsLine): void {
    this.#checkOpen("RunFolder.appendMetrics");
    this.#metrics.append(line);
  }

  /** Every line of `metrics.jsonl`; a torn last one is left out. */
  async readMetrics(): Promise<MetricsLine[]> {
    return this.#metrics.read(this.notices);
  }

  /**
   * Cuts `metrics.jsonl` back to a checkpoint, so that no point is doubled when the run goes on.
   *
   * @param step the checkpoint's; later lines go
   * @param lines its `metricsLines`; lines of the same step written after the save go too
   */
  async cutMetrics(step: number, lines: number = Number.POSITIVE_INFINITY): Promise<void> {
    this.#checkOpen("RunFolder.cutMetrics");
    await this.#queue;
    try {
      this.#metrics.cut(step, lines, this.notices);
    } catch (error) {
      throw fileError("RunFolder.cutMetrics", `${this.path}/metrics.jsonl`, error, "The log is as it was.");
    }
  }

  /** Waits for saves in progress and gives the lock back. Twice is fine. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue;
    this.#metrics.close();
    try {
      runSync(this.#fileSystem, releaseLock(this.#lock));
    } catch (error) {
      throw fileError("RunFolder.close", this.#lock.path, error);
    }
  }

  #file(name: LoadedCheckpoint["source"]): string {
    return `${this.path}/checkpoints/${name}.safetensors`;
  }

  #checkOpen(operation: string): void {
    if (!this.#closed) return;
    throw new CheckpointError(operation, "the run is closed", "expected an open one", "Open it again.");
  }

  #stage(operation: string, checkpoint: Checkpoint): ReturnType<StagingArea["stage"]> {
    try {
      return this.#staging.stage(checkpoint, this.#metrics.count());
    } catch (error) {
      if (codeOf(error) === "") throw error; // about the checkpoint, not about a file
      throw fileError(operation, `${this.path}/metrics.jsonl`, error, UNTOUCHED);
    }
  }

  async #saveLater(
    operation: string,
    checkpoint: Checkpoint,
    protocol: (staged: ReturnType<StagingArea["stage"]>) => () => Protocol<unknown>,
  ): Promise<void> {
    this.#checkOpen(operation);
    const staged = this.#stage(operation, checkpoint);
    const start = protocol(staged);
    const save = async (): Promise<void> => {
      try {
        await runLater(this.#fileSystem, start());
      } catch (error) {
        if (staged.failure !== null) throw staged.failure.error;
        throw fileError(operation, `${this.path}/checkpoints`, error, UNTOUCHED);
      } finally {
        staged.release();
        this.#waiting--;
      }
    };
    const idle = this.#waiting++ === 0;
    if (!idle) {
      // The checkpoint is to be copied before this returns; its writing waits for the save in progress.
      try {
        staged.fill(staged.bytes.length);
      } catch (error) {
        staged.release();
        this.#waiting--;
        throw error;
      }
    }
    // An idle folder is written to right away: the copy is over when `save` first waits.
    const saving = idle ? save() : this.#queue.then(save);
    this.#queue = saving.catch(() => {}); // the next save is not to fail for this one
    await saving;
  }

  #latest(staged: ReturnType<StagingArea["stage"]>, number: number): () => Protocol<void> {
    const self = this;
    return function* (): Protocol<void> {
      const placed = yield* writeStaged(staged, self.#file("latest"), self.#pid, {
        prepare: function* () {
          yield* self.#metrics.sync(); // a checkpoint counts on the lines before it
          return (yield* self.#verifyLatest()) ? self.#file("latest.prev") : undefined;
        },
        wanted: () => self.#placed < number,
        placed: () => {
          self.#placed = number;
          self.#latestGood = true;
        },
      });
      if (placed) self.#durable = Math.max(self.#durable, number);
      else if (self.#durable < number) throw new Error("a newer save took its place and failed");
    };
  }

  *#verifyLatest(): Protocol<boolean> {
    if (this.#latestGood === null) {
      try {
        inspectCheckpoint(yield* readWhole(this.#file("latest")));
        this.#latestGood = true;
      } catch {
        this.#latestGood = false;
      }
    }
    return this.#latestGood;
  }

  async #load(names: readonly LoadedCheckpoint["source"][]): Promise<LoadedCheckpoint | null> {
    await this.#queue;
    const skipped: string[] = [];
    let missing = 0;
    for (const source of names) {
      try {
        const bytes = await runLater(this.#fileSystem, readWhole(this.#file(source)));
        const { header, state, metricsLines } = inspectCheckpoint(bytes);
        if (source === "latest") this.#latestGood = true;
        const checkpoint = { tensors: readTensors(bytes, header), state };
        return { checkpoint, source, skipped, metricsLines: metricsLines ?? Number.POSITIVE_INFINITY };
      } catch (error) {
        if (!(error instanceof CheckpointError) && codeOf(error) === "") throw error; // not about the file
        if (source === "latest" && this.#latestGood !== true) this.#latestGood = false;
        if (codeOf(error) === "ENOENT") missing++;
        skipped.push(`${source}.safetensors: ${codeOf(error) === "ENOENT" ? "missing" : (error as Error).message}`);
      }
    }
    if (missing === names.length) return null;
    throw new CheckpointError(
      "RunFolder.load",
      `no checkpoint in ${this.path}/checkpoints can be used (${skipped.join("; ")})`,
      "expected one that verifies",
      "Restore the folder from a copy; nothing in it was changed.",
    );
  }
}

function noRun(path: string): CheckpointError {
  return new CheckpointError(
    "RunFolder.open",
    `there is no run in ${path} (no run.json)`,
    "expected a folder that RunFolder.create made",
    "Check the path.",
  );
}

/** Removes temporary files of processes that are gone: nobody will ever complete them. */
function* removeLeftovers(path: string, processes: Processes): Protocol<void> {
  for (const folder of [path, `${path}/checkpoints`]) {
    if ((yield* call("stat", folder)) === null) continue;
    for (const name of yield* call("readdir", folder)) {
      if (!TEMPORARY.test(name)) continue;
      const pid = Number(/\.(\d+)-\d+\.tmp$/.exec(name)?.[1]);
      const { self } = processes;
      if (pid !== self.pid && processes.isAlive({ pid, host: self.host, started: "" })) continue;
      try {
        yield* call("unlink", `${folder}/${name}`);
      } catch {
        // In nobody's way.
      }
    }
  }
}
