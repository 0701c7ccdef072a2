import { builtinModule } from "../../util/platform/index.ts";
import { call, callAtOnce, closeQuietly, codeOf, fileError, type Protocol, start } from "./file-system.ts";
import { type Content, writeContent } from "./write-content.ts";

export type { Content } from "./write-content.ts";

/** How the new file takes the old one's place. */
export interface Placement {
  /** Carried out while the new file is being written; gives the name under which the old one is kept, if it is. */
  readonly prepare?: () => Protocol<string | undefined>;
  /** Asked right before the old file is touched; false leaves it and drops the new one. */
  readonly wanted?: () => boolean;
  /** Told as soon as the new file stands under its name (which a lost power may still undo). */
  readonly placed?: () => void;
}

/** The folder part of a path. */
export function folderOf(path: string): string {
  return builtinModule<typeof import("node:path")>("node:path")?.dirname(path) ?? path.replace(/\/?[^/]*$/, "");
}

let serial = 0;

/** A name in the same folder that nobody else uses: `<path>.<process>-<serial>.tmp`. */
export function temporaryName(path: string, pid: number): string {
  return `${path}.${pid}-${serial++}.tmp`;
}

/** What `temporaryName` gives. */
export const TEMPORARY: RegExp = /\.\d+-\d+\.tmp$/;

function* unlinkQuietly(path: string): Protocol<void> {
  try {
    yield* call("unlink", path);
  } catch {
    // Cleaned away when the run is opened next.
  }
}

const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"]);

function* keepOld(path: string, keepAs: string, temporary: string): Protocol<void> {
  try {
    yield* callAtOnce("link", path, temporary);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return; // nothing to keep yet
    if (!NO_LINKS.has(codeOf(error))) throw error;
    yield* callAtOnce("rename", path, keepAs); // a file system without links: for a moment only keepAs is there
    return;
  }
  try {
    yield* callAtOnce("rename", temporary, keepAs);
  } catch (error) {
    yield* unlinkQuietly(temporary);
    throw error;
  }
  // rename() does nothing, and reports success, when both names already lead to the same file.
  try {
    yield* callAtOnce("unlink", temporary);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

// On Windows a file that is open cannot be replaced.
const mayHold = builtinModule<typeof import("node:os")>("node:os")?.platform() !== "win32";

/** Opens the file that is about to lose its last name: its blocks (30 ms for 100 MB) are freed when it is closed. */
function* hold(path: string): Protocol<number | null> {
  if (!mayHold) return null;
  try {
    return yield* callAtOnce("openRead", path);
  } catch {
    return null; // mostly: nothing is there
  }
}

/**
 * Puts a file in place of another, so that at every moment the one or the other is whole under its name,
 * and returns when the new one is durable: temporary file in the same folder, opened exclusively; write;
 * fsync; close; read back; keep the old one by link and rename; rename; fsync the folder.
 *
 * @returns whether it was placed (false only when it was no longer wanted)
 */
export function* replaceFile(path: string, pid: number, content: Content, placement: Placement): Protocol<boolean> {
  const temporary = temporaryName(path, pid);
  let held: number | null = null;
  try {
    const keepAs = yield* writeContent(temporary, content, placement.prepare);
    if (placement.wanted?.() === false) {
      yield* unlinkQuietly(temporary);
      return false;
    }
    // From here to the rename nothing else runs on this thread: a save in a signal handler falls before or after.
    held = yield* hold(keepAs ?? path);
    if (keepAs !== undefined) yield* keepOld(path, keepAs, temporaryName(keepAs, pid));
    yield* callAtOnce("rename", temporary, path);
  } catch (error) {
    if (held !== null) yield* closeQuietly(held);
    if (codeOf(error) !== "EEXIST") yield* unlinkQuietly(temporary);
    throw error;
  }
  placement.placed?.();
  try {
    yield* call("fsyncFolder", folderOf(path));
  } finally {
    if (held !== null) yield* start("close", held); // nobody waits for the old file's blocks
  }
  return true;
}

/** The bytes of a whole file. */
export function* readWhole(path: string): Protocol<Uint8Array> {
  const file = yield* call("openRead", path);
  try {
    const status = yield* call("stat", path);
    let bytes = new Uint8Array(status?.size ?? 0);
    for (let at = 0; ; ) {
      if (at === bytes.length) {
        const probe = new Uint8Array(1); // grown since stat?
        if ((yield* call("read", file, probe, at)) === 0) return bytes;
        throw fileError("read", path, new Error("the file grew while it was read"));
      }
      const got = yield* call("read", file, bytes.subarray(at), at);
      if (got === 0) {
        bytes = bytes.slice(0, at); // shorter than stat said
        return bytes;
      }
      at += got;
    }
  } finally {
    yield* closeQuietly(file);
  }
}

/** A folder with its parents, each made durable in the one above it. */
export function* makeFolder(path: string): Protocol<void> {
  const status = yield* call("stat", path);
  if (status?.isFolder === true) return;
  if (status !== null) throw Object.assign(new Error("a file stands where the folder should be"), { code: "ENOTDIR" });
  const parent = folderOf(path);
  if (parent !== path) yield* makeFolder(parent);
  try {
    yield* call("mkdir", path);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  yield* call("fsyncFolder", parent);
}
