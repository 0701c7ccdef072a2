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
  readonly kind: "call" | "start";
  readonly name: keyof FileOperations;
  readonly args: readonly unknown[];
  /** Not to be left for other work on this thread before the next operation. */
  readonly atOnce: boolean;
}

/** An operation under way while the protocol goes on; it must be settled before its file is closed. */
export interface Started<T> {
  done: boolean;
  outcome: { readonly value: T } | { readonly error: unknown } | null;
  /** Never rejects. */
  finished: Promise<void> | null;
}

/** What a protocol asks for: an operation, the end of a started one, or a turn for other work on this thread. */
export type Step = Call | { readonly kind: "settle"; readonly started: Started<unknown> } | { readonly kind: "turn" };

/**
 * A sequence of file operations, written once as a generator: `runSync` carries it out in a signal
 * handler, `runLater` beside a training loop.
 */
export type Protocol<T> = Generator<Step, T, unknown>;

/** One operation of a protocol: `const file = yield* call("openExclusive", path)`. */
export function* call<K extends keyof FileOperations>(
  name: K,
  ...args: Parameters<FileOperations[K]>
): Protocol<ReturnType<FileOperations[K]>> {
  return (yield { kind: "call", name, args, atOnce: false }) as ReturnType<FileOperations[K]>;
}

/** An operation that is done before anything else happens on this thread. */
export function* callAtOnce<K extends keyof FileOperations>(
  name: K,
  ...args: Parameters<FileOperations[K]>
): Protocol<ReturnType<FileOperations[K]>> {
  return (yield { kind: "call", name, args, atOnce: true }) as ReturnType<FileOperations[K]>;
}

/** An operation that runs in another thread, where there is one, while the protocol goes on in this one. */
export function* start<K extends keyof FileOperations>(
  name: K,
  ...args: Parameters<FileOperations[K]>
): Protocol<Started<ReturnType<FileOperations[K]>>> {
  return (yield { kind: "start", name, args, atOnce: false }) as Started<ReturnType<FileOperations[K]>>;
}

/** Waits for a started operation; throws what it threw. */
export function* settle<T>(started: Started<T>): Protocol<T> {
  return (yield { kind: "settle", started }) as T;
}

/** Waits for started operations after an error that is the one to report. */
export function* settleQuietly(started: Iterable<Started<unknown>>): Protocol<void> {
  for (const each of started) {
    try {
      yield* settle(each);
    } catch {
      // The first error is the one to report.
    }
  }
}

/** Closes a file whose first error is the one to report. */
export function* closeQuietly(file: number): Protocol<void> {
  try {
    yield* call("close", file);
  } catch {
    // The first error is the one to report.
  }
}

/** Lets other work on this thread go first. */
export function* turn(): Protocol<void> {
  yield { kind: "turn" };
}

type AnyOperation = (...args: readonly unknown[]) => unknown;

function operation(owner: FileOperations | LaterOperations, { name, args }: Call): unknown {
  return (owner[name] as AnyOperation).apply(owner, args as unknown[]);
}

function outcomeOf({ outcome }: Started<unknown>): unknown {
  if (outcome === null) throw new Error("an operation was taken for finished");
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

function startAtOnce(fileSystem: FileSystem, step: Call): Started<unknown> {
  try {
    return { done: true, outcome: { value: operation(fileSystem, step) }, finished: null };
  } catch (error) {
    return { done: true, outcome: { error }, finished: null };
  }
}

function startLater(later: LaterOperations, step: Call): Started<unknown> {
  const started: Started<unknown> = { done: false, outcome: null, finished: null };
  const end = (outcome: NonNullable<Started<unknown>["outcome"]>): void => {
    started.done = true;
    started.outcome = outcome;
  };
  started.finished = (operation(later, step) as Promise<unknown>).then(
    (value) => end({ value }),
    (error: unknown) => end({ error }),
  );
  return started;
}

function performSync(fileSystem: FileSystem, step: Step): unknown {
  if (step.kind === "turn") return undefined;
  if (step.kind === "settle") return outcomeOf(step.started);
  return step.kind === "start" ? startAtOnce(fileSystem, step) : operation(fileSystem, step);
}

/** Carries out a protocol before returning. */
export function runSync<T>(fileSystem: FileSystem, protocol: Protocol<T>): T {
  let next = protocol.next();
  while (next.done !== true) {
    let result: unknown;
    try {
      result = performSync(fileSystem, next.value);
    } catch (error) {
      next = protocol.throw(error);
      continue;
    }
    next = protocol.next(result);
  }
  return next.value;
}

const otherWork = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const soon = (globalThis as { setImmediate?: (work: () => void) => unknown }).setImmediate;
const takeTurn = soon === undefined ? otherWork : (): Promise<void> => new Promise((resolve) => void soon(resolve));

/**
 * Carries out a protocol while this thread is free for other work. What comes before the first `call`,
 * `settle` or `turn` is done when this returns its promise.
 */
export async function runLater<T>(fileSystem: FileSystem, protocol: Protocol<T>): Promise<T> {
  const { later } = fileSystem;
  let next = protocol.next();
  while (next.done !== true) {
    const step = next.value;
    let result: unknown;
    try {
      if (step.kind === "turn") await takeTurn();
      else if (step.kind === "settle") {
        if (!step.started.done) await step.started.finished;
        result = outcomeOf(step.started);
      } else if (later === undefined || step.atOnce) result = performSync(fileSystem, step);
      else if (step.kind === "start") result = startLater(later, step);
      else result = await (operation(later, step) as Promise<unknown>);
    } catch (error) {
      next = protocol.throw(error);
      continue;
    }
    next = protocol.next(result);
  }
  return next.value;
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
