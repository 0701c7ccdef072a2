import type { Tensor } from "../../tensor/index.ts";
import { CheckpointError } from "../../util/index.ts";
import { type Header, readHeader } from "./header.ts";
import { fill, type Layout, layOut, readTensors } from "./safetensors.ts";
import { createSha256 } from "./sha256.ts";
import { decodeJson, encodeJson, type Json } from "./state-json.ts";

/** Everything a run needs to go on. */
export interface Checkpoint {
  tensors: ReadonlyMap<string, Tensor>;
  /** Numbers survive bit for bit. */
  state: { [key: string]: Json };
}

/** A checkpoint that was read. */
export interface DecodedCheckpoint {
  tensors: Map<string, Tensor>;
  state: { [key: string]: Json };
}

/** What a checkpoint file says, its hash verified, without its tensors being made. */
export interface CheckpointContents {
  readonly header: Header;
  readonly state: { [key: string]: Json };
  /** Lines that the run's log had when it was saved; null outside a run folder. */
  readonly metricsLines: number | null;
}

const KIND = "innerloop.checkpoint";
const STATE = "innerloop.state";
const METRICS = "innerloop.metrics";
const FORMAT = "1";
const DIGITS = 64;
// The digest comes first in the header, at a place known beforehand: it covers every byte of the file,
// itself taken as zeros, so that one hash answers for the tensors, the state and the header.
const OPENING = '{"__metadata__":{"innerloop.sha256":"';

/** Where the digest stands in a checkpoint file. */
export const DIGEST_AT: number = 8 + OPENING.length;
const ZEROS = "0".repeat(DIGITS);

/** A checkpoint's file, its digest still zeros. */
export function planCheckpoint({ tensors, state }: Checkpoint, metricsLines: number | null = null): Layout {
  return layOut(tensors, [
    ["innerloop.sha256", ZEROS],
    [KIND, FORMAT],
    ...(metricsLines === null ? [] : ([[METRICS, String(metricsLines)]] as const)),
    [STATE, encodeJson("checkpoint", state, "state")],
  ]);
}

/** Puts the digest into a checkpoint's file. */
export function seal(bytes: Uint8Array, digest: string): void {
  bytes.set(new TextEncoder().encode(digest), DIGEST_AT);
}

/**
 * A checkpoint as the bytes of a safetensors file: the state is JSON in its metadata, with a SHA-256 of
 * the whole file.
 *
 * @throws {CheckpointError} for a state that JSON cannot hold, naming the place
 * @example
 * const bytes = train.encodeCheckpoint({ tensors: model.stateDict(), state: { step: 10 } });
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const layout = planCheckpoint(checkpoint);
  const bytes = new Uint8Array(layout.size);
  fill(bytes, layout);
  const hash = createSha256();
  hash.update(bytes);
  seal(bytes, hash.hex());
  return bytes;
}

function refuse(got: string, expected: string, fix: string): CheckpointError {
  return new CheckpointError("checkpoint", got, expected, fix);
}

function verifyDigest(bytes: Uint8Array, written: string): void {
  const hash = createSha256();
  hash.update(bytes.subarray(0, DIGEST_AT));
  hash.update(new TextEncoder().encode(ZEROS));
  hash.update(bytes.subarray(DIGEST_AT + DIGITS));
  const found = hash.hex();
  if (found === written) return;
  throw refuse(`the file's SHA-256 is ${found}`, `expected ${written}`, "The file was changed; use another copy.");
}

/**
 * Reads and verifies a checkpoint without making its tensors.
 *
 * @throws {CheckpointError} for anything wrong
 * @example
 * const bytes = train.encodeCheckpoint({ tensors: model.stateDict(), state: { step: 10 } });
 * console.log(train.inspectCheckpoint(bytes).state); // { step: 10 }
 */
export function inspectCheckpoint(bytes: Uint8Array): CheckpointContents {
  const header = readHeader(bytes);
  const kind = header.metadata.get(KIND);
  const opening = new TextDecoder().decode(bytes.subarray(8, DIGEST_AT));
  if (kind === undefined || opening !== OPENING) {
    throw refuse(
      "a safetensors file that is no checkpoint of innerloop",
      "expected one that RunFolder or encodeCheckpoint wrote",
      "train.loadStateDict() reads other safetensors files.",
    );
  }
  if (kind !== FORMAT) {
    throw refuse(
      `format '${kind.slice(0, 20)}'`,
      `expected '${FORMAT}'`,
      "Use the version of innerloop that wrote it.",
    );
  }
  verifyDigest(bytes, header.metadata.get("innerloop.sha256") as string);
  const unreadable = (found: string): CheckpointError =>
    refuse(`a state with ${found}`, "expected what encodeCheckpoint writes", "Use another copy.");
  const state = decodeJson(header.metadata.get(STATE) ?? "", unreadable);
  if (typeof state !== "object" || state === null || Array.isArray(state)) throw unreadable("no object");
  const lines = header.metadata.get(METRICS);
  if (lines !== undefined && !/^\d{1,15}$/.test(lines)) throw unreadable("a broken number of metric lines");
  return { header, state, metricsLines: lines === undefined ? null : Number(lines) };
}

/**
 * Reads the bytes of a checkpoint. Everything is checked, also the hash, before the first tensor is made.
 *
 * @throws {CheckpointError} for anything wrong
 * @example
 * const bytes = train.encodeCheckpoint({ tensors: model.stateDict(), state: { step: 10 } });
 * const { tensors, state } = train.decodeCheckpoint(bytes);
 * model.loadStateDict(tensors);
 */
export function decodeCheckpoint(bytes: Uint8Array): DecodedCheckpoint {
  const { header, state } = inspectCheckpoint(bytes);
  return { tensors: readTensors(bytes, header), state };
}
