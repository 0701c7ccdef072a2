import { ConfigError } from "../../util/index.ts";
import { builtinModule } from "../../util/platform/index.ts";
import type { FileOperations, FileSystem, LaterOperations } from "./file-system.ts";
import { codeOf } from "./file-system.ts";

type Fs = typeof import("node:fs");

// Folders cannot be opened on Windows, and some network file systems know no fsync for them.
const NO_FOLDER_SYNC = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP"]);

function unlessUnsupported(error: unknown): void {
  if (!NO_FOLDER_SYNC.has(codeOf(error))) throw error;
}

function unlessMissing(error: unknown): null {
  if (codeOf(error) !== "ENOENT") throw error;
  return null;
}

/** A method with a callback as a promise. */
function promised<T>(start: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error === null || error === undefined ? resolve(result) : reject(error)));
  });
}

function operations(fs: Fs, foldersSync: boolean): FileOperations {
  return {
    openExclusive: (path) => fs.openSync(path, "wx"),
    openAppend: (path) => fs.openSync(path, "a"),
    openRead: (path) => fs.openSync(path, "r"),
    write: (file, bytes, position) => fs.writeSync(file, bytes, 0, bytes.length, position),
    read: (file, into, position) => fs.readSync(file, into, 0, into.length, position),
    fsync: (file) => fs.fsyncSync(file),
    close: (file) => fs.closeSync(file),
    link: (existing, path) => fs.linkSync(existing, path),
    rename: (from, to) => fs.renameSync(from, to),
    unlink: (path) => fs.unlinkSync(path),
    mkdir: (path) => void fs.mkdirSync(path),
    readdir: (path) => fs.readdirSync(path),
    stat: (path) => {
      const found = fs.statSync(path, { throwIfNoEntry: false });
      return found === undefined ? null : { size: found.size, isFolder: found.isDirectory() };
    },
    fsyncFolder: (path) => {
      if (!foldersSync) return;
      const folder = fs.openSync(path, "r");
      try {
        fs.fsyncSync(folder);
      } catch (error) {
        unlessUnsupported(error);
      } finally {
        fs.closeSync(folder);
      }
    },
  };
}

function laterOperations(fs: Fs, foldersSync: boolean): LaterOperations {
  const open = (path: string, flags: string): Promise<number> => promised((done) => fs.open(path, flags, done));
  const fsync = (file: number): Promise<void> => promised((done) => fs.fsync(file, (error) => done(error, undefined)));
  const close = (file: number): Promise<void> =>
    promised((done) => fs.close(file, (error) => done(error ?? null, undefined)));
  const { promises } = fs;
  return {
    openExclusive: (path) => open(path, "wx"),
    openAppend: (path) => open(path, "a"),
    openRead: (path) => open(path, "r"),
    write: (file, bytes, position) => promised((done) => fs.write(file, bytes, 0, bytes.length, position, done)),
    read: (file, into, position) => promised((done) => fs.read(file, into, 0, into.length, position, done)),
    fsync,
    close,
    link: (existing, path) => promises.link(existing, path),
    rename: (from, to) => promises.rename(from, to),
    unlink: (path) => promises.unlink(path),
    mkdir: async (path) => void (await promises.mkdir(path)),
    readdir: (path) => promises.readdir(path),
    stat: (path) =>
      promises.stat(path).then((found) => ({ size: found.size, isFolder: found.isDirectory() }), unlessMissing),
    fsyncFolder: async (path) => {
      if (!foldersSync) return;
      const folder = await open(path, "r");
      try {
        await fsync(folder).catch(unlessUnsupported);
      } finally {
        await close(folder);
      }
    },
  };
}

let shared: FileSystem | null = null;

/**
 * The file system of Node.
 *
 * @throws {ConfigError} in a browser
 * @example
 * const files = train.nodeFileSystem();
 * console.log(files.stat("no such file")); // null
 */
export function nodeFileSystem(): FileSystem {
  if (shared !== null) return shared;
  const fs = builtinModule<Fs>("node:fs");
  if (fs === null) {
    throw new ConfigError(
      "files",
      "there is no file system here",
      "expected Node",
      "In a browser, use encodeSafetensors() and decodeSafetensors() with fetch() or IndexedDB.",
    );
  }
  const foldersSync = builtinModule<typeof import("node:os")>("node:os")?.platform() !== "win32";
  shared = { ...operations(fs, foldersSync), later: laterOperations(fs, foldersSync) };
  return shared;
}
