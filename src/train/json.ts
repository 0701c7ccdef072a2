import type { Json } from "./metrics/metric.ts";

export type { Json };

/**
 * A plain value without what a file cannot hold: functions and `undefined` entries are left out, other objects become
 * text. Numbers stay as they are; storage keeps NaN, the infinities and −0 (see storage/state-json.ts).
 */
export function pack(value: unknown): Json {
  if (value === null || typeof value === "number" || typeof value === "boolean" || typeof value === "string") {
    return value;
  }
  if (Array.isArray(value)) return value.map(pack);
  if (typeof value === "object") {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined && typeof item !== "function");
    return Object.fromEntries(entries.map(([key, item]) => [key, pack(item)]));
  }
  return String(value);
}

/** What `pack` was given, as a copy: what is read from a checkpoint is changed afterwards. */
export function unpack(value: Json): unknown {
  return structuredClone(value);
}
