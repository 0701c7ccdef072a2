import { clock, Storage } from "../engine/index.ts";

// Tensors made outside every loader and scope. PyTorch frees such tensors when the last reference goes;
// JavaScript cannot know that moment, and in a synchronous loop its finalizers never run. So:
//
// 1. What exists when an optimizer takes its first step is the program's data: it lives until the
//    garbage collector finds it unreachable.
// 2. After that, the outputs of a graph that `backward()` has consumed are freed when the step after
//    it begins (at the next `zeroGrad()` or `backward()`).
// 3. Anything else is freed once a whole step has passed in which nobody used it. Data used in every
//    step thus stays, and so does a hidden state carried from step to step; a batch made by hand goes.
//
// Nothing of this happens inside a loader's batch: there, the batch is the generation.

// Whom a storage belongs to when no Generation owns it; null marks a root.
const RECENT = "recent"; // rules 2 and 3 apply
const SHARED = "shared"; // rule 3 applies: a detached tensor looks at the same elements
const CONSUMED = "consumed"; // rule 2 applies

// More than any step's worth. A program that makes tensors for ever without stepping (an evaluation
// loop) hands the older ones to the garbage collector instead of holding them here.
const RECENT_LIMIT = 8192;

let recent: Storage[] = [];
let stepped = false;

/** What the finalizer needs to free a block after its storage object is gone. */
const registry: FinalizationRegistry<Storage> = new FinalizationRegistry((twin) => {
  twin.backend.release(twin);
});

/** Puts a storage under the rules above. */
export function adoptAmbient(storage: Storage): void {
  storage.owner = RECENT;
  recent.push(storage);
  if (recent.length > RECENT_LIMIT) {
    const older = recent.slice(0, RECENT_LIMIT / 2);
    recent = recent.slice(RECENT_LIMIT / 2);
    for (const item of older) if (isAmbient(item)) keepRoot(item);
  }
}

function isAmbient(storage: Storage): boolean {
  const owner = storage.owner;
  return owner === RECENT || owner === SHARED || owner === CONSUMED;
}

/** Makes a storage a root; the garbage collector frees its block when nothing refers to it any more. */
export function keepRoot(storage: Storage): void {
  if (storage.owner === null) return;
  storage.owner = null;
  if (storage.address >= 0) registerRoot(storage); // one that has moved has no block to give back
}

/**
 * Lets the garbage collector free the block of a root. The finalizer's twin stays reachable from the
 * storage, so that a block that changes (a gradient's does at every step) is not registered anew.
 */
export function registerRoot(storage: Storage): void {
  if (storage.twin === null) {
    const { backend, dtype, length, origin, address } = storage;
    storage.twin = new Storage(backend, dtype, length, origin, address);
    registry.register(storage, storage.twin, storage);
  }
  storage.twin.address = storage.address;
  storage.twin.host = storage.host;
  storage.twin.hostStart = storage.hostStart;
}

/** Frees the block of a root at once, for owners that know that nobody else holds it. */
export function releaseRoot(storage: Storage): void {
  if (storage.twin !== null) {
    storage.twin.address = -1;
    storage.twin.host = null;
  }
  storage.backend.release(storage);
}

/** A root loses its standing: the caller puts it under another owner. */
export function unroot(storage: Storage): void {
  if (storage.twin === null) return;
  registry.unregister(storage);
  storage.twin = null;
}

/** A second tensor without history looks at these elements: consuming the graph must not free them. */
export function markShared(storage: Storage): void {
  if (storage.owner === RECENT || storage.owner === CONSUMED) storage.owner = SHARED;
}

/** `backward()` has consumed the graph that made this storage. */
export function markConsumed(storage: Storage): void {
  if (storage.owner === RECENT) storage.owner = CONSUMED;
}

/** Everything ambient so far is the program's data: called when an optimizer is made and before its first step. */
export function promoteAmbient(): void {
  const rest: Storage[] = [];
  for (const storage of recent) {
    if (storage.owner === CONSUMED) rest.push(storage);
    else if (isAmbient(storage)) keepRoot(storage);
  }
  recent = rest;
}

/** An optimizer has stepped outside every loader. */
export function markStep(): void {
  clock.tick++;
  stepped = true;
}

/** A new step begins: frees what rules 2 and 3 say. */
export function beginStep(moveLength: number): void {
  if (!stepped) return;
  stepped = false;
  let kept = 0;
  for (let i = 0; i < recent.length; i++) {
    const storage = recent[i] as Storage;
    if (!isAmbient(storage) || storage.address < 0) continue;
    const lastUse = Math.max(storage.touched, storage.born);
    if (storage.owner !== CONSUMED && clock.tick - lastUse < 2) {
      recent[kept++] = storage;
    } else if (storage.length <= moveLength) {
      storage.backend.moveToHost(storage);
    } else {
      storage.backend.release(storage);
    }
  }
  recent.length = kept;
}
