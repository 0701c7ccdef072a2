import type { Json } from "./metrics/metric.ts";

export type { Json };

// JSON has no NaN, no infinities and no −0, and a state must come back bit for bit.
const TAG = "~number";

/** A plain value as JSON that `unpack` turns back into the very same; `undefined` entries are left out. */
export function pack(value: unknown): Json {
  if (typeof value === "number") {
    const plain = Number.isFinite(value) && !Object.is(value, -0);
    return plain ? value : { [TAG]: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(pack);
  if (typeof value === "object") {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined && typeof item !== "function");
    return Object.fromEntries(entries.map(([key, item]) => [key, pack(item)]));
  }
  return String(value);
}

/** What `pack` was given. */
export function unpack(value: Json): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (typeof value !== "object" || value === null) return value;
  const tagged = value[TAG];
  if (typeof tagged === "string") return Number(tagged);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item as Json)]));
}
