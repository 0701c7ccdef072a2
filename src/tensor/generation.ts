import { currentBackend, type DType, lifecycle, type Storage } from "../engine/index.ts";
import { ConfigError } from "../util/index.ts";
import { adoptAmbient, keepRoot, registerRoot } from "./ambient.ts";

/**
 * A stretch of a program whose tensors die together: one batch of a loader, one `scope`, one
 * `backward`. See docs/decisions/0001-memory-by-generation.md.
 */
export class Generation {
  /** Everything made inside; one that was kept or handed out since has another owner. */
  readonly storages: Storage[] = [];
  /** Batches of a loader stop the ambient clock: what lives outside the loop is then safe in it. */
  readonly isBatch: boolean;
  /** Whether a small tensor from outside has come back to the engine in it. */
  revived = false;

  constructor(isBatch: boolean) {
    this.isBatch = isBatch;
  }
}

/** Storages up to this many elements outlive their generation on the JavaScript heap. */
export const MOVED_LENGTH = 64;

const open: Generation[] = [];
let current: Generation | null = null;
let openBatches = 0;

/** A block owned by the innermost open generation, or by the ambient one. */
export function allocate(dtype: DType, length: number, origin: string): Storage {
  const storage = currentBackend().alloc(dtype, length, origin);
  adopt(storage);
  return storage;
}

/** Makes the innermost open generation responsible for a storage. */
export function adopt(storage: Storage): void {
  if (current === null) {
    adoptAmbient(storage);
  } else {
    storage.owner = current;
    current.storages.push(storage);
  }
}

/** Lets a storage live as long as another: for ever beside a root, else until that one's generation closes. */
export function liveWith(storage: Storage, other: Storage): void {
  const owner = other.owner;
  if (owner === null) {
    keepRoot(storage);
  } else if (owner instanceof Generation && open.includes(owner)) {
    storage.owner = owner;
    owner.storages.push(storage);
  } else {
    adoptAmbient(storage);
  }
}

// A small tensor that had moved to the JavaScript heap is being used again: its new block belongs to
// whatever is open now, and moves out again with it.
lifecycle.revived = (storage) => {
  if (storage.owner === null) {
    registerRoot(storage);
  } else {
    adopt(storage);
    if (current !== null) current.revived = true;
  }
};

/** Opens a generation; the caller closes it, whatever happens. */
export function openGeneration(isBatch = false): Generation {
  const generation = new Generation(isBatch);
  open.push(generation);
  current = generation;
  if (isBatch) openBatches++;
  return generation;
}

/**
 * Ends a generation: large storages are released, small ones move to the JavaScript heap. Closing one
 * that is not the innermost leaves those inside it open (two loaders read in turn). Closing twice does
 * nothing.
 */
export function closeGeneration(generation: Generation): void {
  if (!leave(generation)) return;
  const storages = generation.storages;
  for (let i = 0; i < storages.length; i++) {
    const storage = storages[i] as Storage;
    if (storage.owner !== generation || storage.address < 0) continue;
    if (storage.length <= MOVED_LENGTH) storage.backend.moveToHost(storage);
    else storage.backend.release(storage);
  }
  storages.length = 0;
}

/** Ends a generation that nobody outside could have seen: everything left in it is released. */
export function discardGeneration(generation: Generation): void {
  if (generation.revived) {
    closeGeneration(generation);
    return;
  }
  if (!leave(generation)) return;
  const storages = generation.storages;
  for (let i = 0; i < storages.length; i++) {
    const storage = storages[i] as Storage;
    if (storage.owner === generation) storage.backend.release(storage);
  }
  storages.length = 0;
}

function leave(generation: Generation): boolean {
  const at = open.lastIndexOf(generation);
  if (at < 0) return false;
  if (at === open.length - 1) open.pop();
  else open.splice(at, 1);
  current = open.length > 0 ? (open[open.length - 1] as Generation) : null;
  if (generation.isBatch) openBatches--;
  return true;
}

/** Whether a loader's batch is being worked on. */
export function insideBatch(): boolean {
  return openBatches > 0;
}

/** Anything that holds a storage: a tensor. */
interface HasStorage {
  readonly storage: Storage;
}

// Finds the tensors in what a scope returns: itself, or inside arrays, plain objects, maps and sets.
function eachStorage(value: unknown, visit: (storage: Storage) => void, depth = 0): void {
  if (typeof value !== "object" || value === null || depth > 8) return;
  const storage = (value as Partial<HasStorage>).storage;
  if (storage !== undefined && typeof (storage as Partial<Storage>).address === "number") {
    visit(storage);
    return;
  }
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
    for (const item of value.values()) eachStorage(item, visit, depth + 1);
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) eachStorage(item, visit, depth + 1);
  }
}

/**
 * Runs `fn` in a generation of its own: every tensor made inside is freed at the end, except those
 * that `fn` returns (a tensor, or tensors in arrays, plain objects, maps and sets) and those kept.
 *
 * @param fn a synchronous function
 * @throws {ConfigError} when `fn` returns a promise: its tensors would be freed before it settles.
 * @example
 * const norm = scope(() => x.mul(x).sum().sqrt()); // the product and the sum are freed at once
 */
export function scope<T>(fn: () => T): T {
  return runScope("scope", fn);
}

/** `scope` under another name in messages. */
export function runScope<T>(operation: string, fn: () => T): T {
  const generation = openGeneration();
  const depth = open.length;
  try {
    const result = fn();
    if (typeof (result as { then?: unknown } | null | undefined)?.then === "function") {
      throw new ConfigError(
        operation,
        "the function returned a promise",
        "expected a synchronous function, because its tensors are freed when it returns",
        "Await first, and put only the synchronous part inside.",
      );
    }
    handOut(generation, depth, result);
    return result;
  } finally {
    // A loader left half read inside the scope cannot be read on outside: its batch ends with the scope.
    while (open.length > depth) closeGeneration(open[open.length - 1] as Generation);
    closeGeneration(generation);
  }
}

// Results go to the generation around the scope: that of `generation`, and of any left open inside it.
function handOut(generation: Generation, depth: number, result: unknown): void {
  const parent = depth >= 2 ? (open[depth - 2] as Generation) : null;
  eachStorage(result, (storage) => {
    const owner = storage.owner;
    const inside = owner === generation || (owner instanceof Generation && open.indexOf(owner) >= depth);
    if (!inside || storage.address < 0) return;
    if (parent === null) {
      adoptAmbient(storage);
    } else {
      storage.owner = parent;
      parent.storages.push(storage);
    }
  });
}
