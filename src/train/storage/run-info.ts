import { CheckpointError } from "../../util/index.ts";
import { decodeJson, encodeJson, type Json } from "./state-json.ts";

interface RunFacts {
  config: Json;
  /** As a decimal string: seeds have 64 bits. */
  seed: string;
  /** Of innerloop, Node …, by name. */
  versions: { [name: string]: string };
  engine: Json;
  dataFingerprint?: string;
}

/** What `run.json` says about a run. */
// (one interface with an index signature would not compile without exactOptionalPropertyTypes)
export type RunInfo = RunFacts & { [key: string]: Json };

/** `run.json`, indented for people. */
export function encodeRunInfo(info: RunInfo): Uint8Array {
  const text = encodeJson("RunFolder.create", info, "info");
  return new TextEncoder().encode(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
}

/** @throws {CheckpointError} when it is not what `encodeRunInfo` writes */
export function decodeRunInfo(bytes: Uint8Array, path: string): RunInfo {
  const refuse = (found: string): CheckpointError =>
    new CheckpointError(
      "RunFolder.open",
      `${path} has ${found}`,
      "expected what RunFolder.create writes",
      "Restore it.",
    );
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse("bytes that are no UTF-8");
  }
  const info = decodeJson(text, refuse);
  if (typeof info !== "object" || info === null || Array.isArray(info)) throw refuse("no object");
  const { seed, versions } = info;
  if (typeof seed !== "string") throw refuse("no seed");
  if (typeof versions !== "object" || versions === null || Array.isArray(versions)) throw refuse("no versions");
  if (!("config" in info) || !("engine" in info)) throw refuse("no config or engine");
  return info as RunInfo;
}
