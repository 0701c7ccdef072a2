import { CheckpointError } from "../../util/index.ts";
import { readWhole, temporaryName } from "./atomic-write.ts";
import { call, codeOf, type Protocol } from "./file-system.ts";
import type { Processes, ProcessIdentity } from "./process-identity.ts";

/** A lock that this process holds. */
export interface Lock {
  readonly path: string;
  /** What the file says. */
  readonly text: string;
}

/** Outcome of `takeLock`. */
export interface TakenLock {
  readonly lock: Lock;
  /** What was found in the way, for people. */
  readonly notice: string | null;
}

const ATTEMPTS = 5;
let serial = 0;

function parse(text: string): ProcessIdentity | null {
  try {
    const { pid, host, started } = JSON.parse(text) as Partial<ProcessIdentity>;
    if (Number.isSafeInteger(pid) && (pid as number) > 0 && typeof host === "string" && typeof started === "string") {
      return { pid: pid as number, host, started };
    }
  } catch {
    // An unreadable lock was cut off by a lost power: its process did not survive that.
  }
  return null;
}

function inUse(path: string, who: string): CheckpointError {
  return new CheckpointError(
    "RunFolder",
    `the run is in use by ${who} (${path})`,
    "expected nobody else to work on it",
    "Wait for it or stop it; if you are sure that it is gone, delete the lock file.",
  );
}

function refuseIfAlive(path: string, holder: ProcessIdentity, processes: Processes): void {
  const { self } = processes;
  if (holder.host !== self.host) throw inUse(path, `process ${holder.pid} on the machine '${holder.host}'`);
  if (!processes.isAlive(holder)) return;
  throw inUse(path, holder.pid === self.pid ? "this very process" : `another process, ${holder.pid}`);
}

function* readText(path: string): Protocol<string | null> {
  try {
    return new TextDecoder().decode(yield* readWhole(path));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** Makes the lock file, whole from the first moment on; false when one is there. */
function* place(path: string, text: string, pid: number): Protocol<boolean> {
  const temporary = temporaryName(path, pid);
  const file = yield* call("openExclusive", temporary);
  try {
    yield* call("write", file, new TextEncoder().encode(text), 0);
  } finally {
    yield* call("close", file);
  }
  try {
    yield* call("link", temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    yield* placeWithoutLinks(path, text);
    return true;
  } finally {
    yield* call("unlink", temporary);
  }
}

function* placeWithoutLinks(path: string, text: string): Protocol<void> {
  const file = yield* call("openExclusive", path);
  yield* call("write", file, new TextEncoder().encode(text), 0);
  yield* call("close", file);
}

/**
 * Takes the lock of a run. The lock of a process that is gone is moved aside first; moving is atomic, so
 * of two processes that find the same stale lock one gets it, and the other looks again.
 *
 * @throws {CheckpointError} when a living process, or one on another machine, holds it
 */
export function* takeLock(path: string, processes: Processes): Protocol<TakenLock> {
  const { self } = processes;
  const text = `${JSON.stringify({ ...self, serial: serial++ })}\n`;
  let notice: string | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (yield* place(path, text, self.pid)) {
      // Somebody who had looked before us may have moved our lock aside for the stale one.
      if ((yield* readText(path)) === text) return { lock: { path, text }, notice };
      continue;
    }
    const found = yield* readText(path);
    if (found === null) continue;
    const holder = parse(found);
    if (holder !== null) refuseIfAlive(path, holder, processes);
    const aside = temporaryName(path, self.pid);
    try {
      yield* call("rename", path, aside);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      continue;
    }
    if ((yield* readText(aside)) !== found) {
      yield* call("link", aside, path); // a live one after all: back with it
      yield* call("unlink", aside);
      continue;
    }
    yield* call("unlink", aside);
    const who = holder === null ? "an unreadable lock" : `the lock of process ${holder.pid}, which is gone`;
    notice = `took over ${who}; the run was not closed properly`;
  }
  throw inUse(path, "other processes that try to open it");
}

/** Gives a lock back; one that is not ours any more is left alone. */
export function* releaseLock(lock: Lock): Protocol<void> {
  if ((yield* readText(lock.path)) === lock.text) yield* call("unlink", lock.path);
}
