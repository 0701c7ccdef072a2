import { CheckpointError } from "../util/index.ts";
import { STATE_WORDS } from "./mersenne-twister.ts";

/** Everything that decides a generator's next draws. */
export interface GeneratorSnapshot {
  /** The seed it was given, `0 … 2^64 - 1`. */
  readonly seed: bigint;
  /** 624 untempered words. */
  readonly words: Int32Array;
  /** Next word, 0 … 624. */
  readonly position: number;
  /** Seeded and never drawn from. */
  readonly fresh: boolean;
  /** The second of a pair of float64 normals, waiting for the next scalar draw. */
  readonly nextDouble: number | null;
  /** The same for float32; no CPU draw uses it, it is only carried along. */
  readonly nextFloat: number | null;
}

const MAGIC = 0x474d4c49; // "ILMG", little-endian
const VERSION = 1;
const HEADER = 32;
/** Bytes of innerloop's own state. */
export const STATE_BYTES: number = HEADER + 4 * STATE_WORDS;
/** Bytes of `torch.Generator.get_state()`. */
export const TORCH_STATE_BYTES = 5056;

const FLAG_DOUBLE = 1;
const FLAG_FLOAT = 2;
const FLAG_FRESH = 4;

/**
 * A snapshot as 2,528 little-endian bytes: magic (4), version (1), flags (1), position (2), seed (8),
 * next float64 normal (8), next float32 normal (4), checksum of all other bytes (4), 624 words.
 */
export function encodeState(snapshot: GeneratorSnapshot): Uint8Array {
  const bytes = new Uint8Array(STATE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint8(4, VERSION);
  view.setUint8(
    5,
    (snapshot.nextDouble === null ? 0 : FLAG_DOUBLE) |
      (snapshot.nextFloat === null ? 0 : FLAG_FLOAT) |
      (snapshot.fresh ? FLAG_FRESH : 0),
  );
  view.setUint16(6, snapshot.position, true);
  view.setBigUint64(8, snapshot.seed, true);
  view.setFloat64(16, snapshot.nextDouble ?? 0, true);
  view.setFloat32(24, snapshot.nextFloat ?? 0, true);
  for (let i = 0; i < STATE_WORDS; i++) view.setInt32(HEADER + 4 * i, snapshot.words[i] as number, true);
  view.setUint32(28, checksum(bytes), true);
  return bytes;
}

/**
 * Reads what `encodeState` wrote.
 *
 * @throws {CheckpointError} when length, magic, version, checksum or a field is wrong.
 */
export function decodeState(bytes: Uint8Array): GeneratorSnapshot {
  const operation = "Generator.setState";
  if (!(bytes instanceof Uint8Array) || bytes.length !== STATE_BYTES) {
    const got = bytes instanceof Uint8Array ? `the state has ${bytes.length} bytes` : `the state is ${typeof bytes}`;
    throw refuse(operation, got, `expected a Uint8Array of ${STATE_BYTES} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== MAGIC) {
    throw refuse(operation, "the state does not start with its mark", "expected bytes from Generator.getState");
  }
  if (view.getUint8(4) !== VERSION) {
    throw refuse(operation, `the state has version ${view.getUint8(4)}`, `expected version ${VERSION}`);
  }
  if (view.getUint32(28, true) !== checksum(bytes)) {
    throw refuse(operation, "the state's checksum does not fit its bytes", "expected bytes that nothing has changed");
  }
  const flags = view.getUint8(5);
  const position = view.getUint16(6, true);
  if (position > STATE_WORDS || flags > 7) {
    throw refuse(operation, `position is ${position} and flags ${flags}`, "expected at most 624 and 7");
  }
  const words = new Int32Array(STATE_WORDS);
  for (let i = 0; i < STATE_WORDS; i++) words[i] = view.getInt32(HEADER + 4 * i, true);
  return {
    seed: view.getBigUint64(8, true),
    words,
    position,
    fresh: (flags & FLAG_FRESH) !== 0,
    nextDouble: (flags & FLAG_DOUBLE) !== 0 ? view.getFloat64(16, true) : null,
    nextFloat: (flags & FLAG_FLOAT) !== 0 ? view.getFloat32(24, true) : null,
  };
}

/** A snapshot in the layout of `torch.Generator.get_state()`, byte for byte. */
export function encodeTorchState(snapshot: GeneratorSnapshot): Uint8Array {
  const bytes = new Uint8Array(TORCH_STATE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, snapshot.seed, true);
  // PyTorch counts the words left, one too many; a fresh engine has 1 left at position 0.
  view.setInt32(8, snapshot.fresh ? 1 : STATE_WORDS + 1 - snapshot.position, true);
  view.setInt32(12, 1, true);
  view.setUint32(16, snapshot.fresh ? 0 : snapshot.position, true);
  for (let i = 0; i < STATE_WORDS; i++) view.setInt32(24 + 8 * i, snapshot.words[i] as number, true);
  if (snapshot.nextDouble !== null) {
    view.setFloat64(5024, snapshot.nextDouble, true);
    view.setInt32(5040, 1, true);
  }
  if (snapshot.nextFloat !== null) {
    view.setFloat32(5048, snapshot.nextFloat, true);
    view.setUint8(5052, 1);
  }
  return bytes;
}

/**
 * Reads the bytes of `torch.Generator.get_state()`.
 *
 * @throws {CheckpointError} when the length or a field is not PyTorch's.
 */
export function decodeTorchState(bytes: Uint8Array): GeneratorSnapshot {
  const operation = "Generator.fromTorchState";
  if (!(bytes instanceof Uint8Array) || bytes.length !== TORCH_STATE_BYTES) {
    const got = bytes instanceof Uint8Array ? `the state has ${bytes.length} bytes` : `the state is ${typeof bytes}`;
    throw refuse(operation, got, `expected a Uint8Array of ${TORCH_STATE_BYTES} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const left = view.getInt32(8, true);
  const next = view.getUint32(16, true);
  const fresh = left === 1 && next === 0;
  if (view.getInt32(12, true) !== 1 || (!fresh && (left < 1 || left + next !== STATE_WORDS + 1))) {
    throw refuse(operation, `${left} words left at position ${next}`, "expected them to add up to 625");
  }
  const words = new Int32Array(STATE_WORDS);
  for (let i = 0; i < STATE_WORDS; i++) words[i] = view.getInt32(24 + 8 * i, true);
  return {
    seed: view.getBigUint64(0, true),
    words,
    position: fresh ? STATE_WORDS : next,
    fresh,
    nextDouble: view.getInt32(5040, true) === 0 ? null : view.getFloat64(5024, true),
    nextFloat: view.getUint8(5052) === 0 ? null : view.getFloat32(5048, true),
  };
}

/** FNV-1a over all bytes but the checksum's own. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) {
    if (i < 28 || i >= HEADER) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  }
  return hash >>> 0;
}

function refuse(operation: string, got: string, expected: string): CheckpointError {
  return new CheckpointError(operation, got, expected, "Pass the bytes unchanged, as they were saved.");
}
