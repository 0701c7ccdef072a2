import { CheckpointError } from "../../util/index.ts";

/** What a path leads to. */
export interface FileStatus {
  readonly size: number;
  readonly isFolder: boolean;
}

/**
 * The file operations that run storage is made of. Each is one system call, so that tests can fail the
 * Nth one or lose what was not synced. A failure is an Error with `code` (`"ENOSPC"`).
 */
export interface FileOperations {
  /** Opens for writing a file that is not there yet; EEXIST otherwise. */
  openExclusive(path: string): number;
  /** Opens for writing at the end; the file is made if missing. */
  openAppend(path: string): number;
  openRead(path: string): number;
  /** May write less than asked; `position` null means the end. Gives the number of bytes written. */
  write(file: number, bytes: Uint8Array, position: number | null): number;
  /** Fills the front of `into`; gives the number of bytes read, 0 at the end. */
  read(file: number, into: Uint8Array, position: number): number;
  fsync(file: number): void;
  close(file: number): void;
  /** A second name for a file; EEXIST when the name is taken. */
  link(existing: string, path: string): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  mkdir(path: string): void;
  readdir(path: string): string[];
  /** Null when nothing is there. */
  stat(path: string): FileStatus | null;
  /** Makes the names in a folder durable. */
  fsyncFolder(path: string): void;
}

/** The same operations, each in its own time. */
export type LaterOperations = {
  [K in keyof FileOperations]: (...args: Parameters<FileOperations[K]>) => Promise<ReturnType<FileOperations[K]>>;
};

/** A file system: operations that return when done, and where there are some, the same as promises. */
export interface FileSystem extends FileOperations {
  readonly later?: LaterOperations;
}

/** One operation that a protocol asks for. */
export interface Call {
  readonly name: keyof FileOperations;
  readonly args: readonly unknown[];
  /** Work for this thread while the operation runs in another. */
  readonly meanwhile: (() => void) | undefined;
  /** Not to be left for other work on this thread before the next operation. */
  readonly atOnce: boolean;
}

/**
 * A sequence of file operations, written once as a generator: `runSync` carries it out in a signal
 * handler, `runLater` beside a training loop.
 */
export type Protocol<T> = Generator<Call, T, unknown>;

/** One operation of a protocol: `const file = yield* call("openExclusive", path)`. */
export function* call<K extends keyof FileOperations>(
  name: K,
  ...args: Parameters<FileOperations[K]>
): Protocol<ReturnType<FileOperations[K]>> {
  return (yield { name, args, meanwhile: undefined, atOnce: false }) as ReturnType<FileOperations[K]>;
}

/** An operation during which this thread does something else. */
export function* callWhile<K extends keyof FileOperations>(
  meanwhile: () => void,
  name: K,
  ...args: Parameters<FileOperations[K]>
): Protocol<ReturnType<FileOperations[K]>> {
  return (yield { name, args, meanwhile, atOnce: false }) as ReturnType<FileOperations[K]>;
}

/** An operation that is done before anything else happens on this thread. */
export function* callAtOnce<K extends keyof FileOperations>(
  name: K,
  ...args: Parameters<FileOperations[K]>
): Protocol<ReturnType<FileOperations[K]>> {
  return (yield { name, args, meanwhile: undefined, atOnce: true }) as ReturnType<FileOperations[K]>;
}

type AnyOperation = (...args: readonly unknown[]) => unknown;

function operation(owner: FileOperations | LaterOperations, name: keyof FileOperations): AnyOperation {
  return (owner[name] as AnyOperation).bind(owner);
}

/** Carries out a protocol before returning. */
export function runSync<T>(fileSystem: FileSystem, protocol: Protocol<T>): T {
  let turn = protocol.next();
  while (turn.done !== true) {
    const { name, args, meanwhile } = turn.value;
    let result: unknown;
    try {
      result = operation(fileSystem, name)(...args);
      meanwhile?.();
    } catch (error) {
      turn = protocol.throw(error);
      continue;
    }
    turn = protocol.next(result);
  }
  return turn.value;
}

/** Carries out a protocol while this thread is free for other work. */
export async function runLater<T>(fileSystem: FileSystem, protocol: Protocol<T>): Promise<T> {
  let turn = protocol.next();
  while (turn.done !== true) {
    const { name, args, meanwhile, atOnce } = turn.value;
    let result: unknown;
    try {
      if (atOnce || fileSystem.later === undefined) {
        result = operation(fileSystem, name)(...args);
        meanwhile?.();
      } else {
        const pending = operation(fileSystem.later, name)(...args) as Promise<unknown>;
        meanwhile?.();
        result = await pending;
      }
    } catch (error) {
      turn = protocol.throw(error);
      continue;
    }
    turn = protocol.next(result);
  }
  return turn.value;
}

/** The code of a failed operation (`"ENOENT"`), or "" for any other error. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "";
}

const FIXES: Readonly<Record<string, string>> = {
  ENOSPC: "Free some space (a save needs room for one more copy), then save again",
  EDQUOT: "Free some of your quota (a save needs room for one more copy), then save again",
  EACCES: "Give yourself permission to write there, or choose another folder",
  EPERM: "Give yourself permission to write there, or choose another folder",
  EROFS: "Choose a folder that is not read-only",
  EIO: "The disk fails; choose a folder on another one",
  EREADBACK: "The disk or its driver is at fault; choose another one",
  ENOENT: "Check the path",
  ENOTDIR: "A part of the path is a file; choose another folder",
  EMFILE: "Too many files are open; close some",
};

/** The typed error of a failed operation; errors of ours pass unchanged. */
export function fileError(operationName: string, path: string, error: unknown, kept = ""): CheckpointError {
  if (error instanceof CheckpointError) return error;
  const code = codeOf(error);
  const reason = error instanceof Error ? error.message : String(error);
  const typed = new CheckpointError(
    operationName,
    `${path}: ${reason}`,
    "expected the file system to do it",
    `${FIXES[code] ?? "Check the disk and the path"}.${kept === "" ? "" : ` ${kept}`}`,
  );
  typed.cause = error;
  return typed;
}
