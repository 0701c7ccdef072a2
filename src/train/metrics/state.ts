import type { Tensor } from "../../tensor/index.ts";
import { CheckpointError, DataError } from "../../util/index.ts";
import type { Json } from "./metric.ts";

/** A number for JSON, which has no infinities and no NaN: those become their names. */
export function toJson(value: number): Json {
  return Number.isFinite(value) ? value : String(value);
}

function refuse(name: string, got: string): CheckpointError {
  return new CheckpointError(
    "metric.loadStateDict",
    `${name}: ${got}`,
    "expected what this metric's stateDict gave",
    "Load the state into a metric made with the same options.",
  );
}

function toNumber(name: string, key: string, value: unknown): number {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  throw refuse(name, `'${key}' is ${JSON.stringify(value) ?? "missing"}`);
}

/** The fields of a state that `stateDict` wrote for a metric of this kind. */
export function stateFields(name: string, kind: string, state: unknown): Record<string, unknown> {
  if (typeof state !== "object" || state === null || Array.isArray(state)) throw refuse(name, "the state is no object");
  const fields = state as Record<string, unknown>;
  if (fields.kind !== kind) throw refuse(name, `the state is of kind ${JSON.stringify(fields.kind) ?? "none"}`);
  return fields;
}

/** @throws {CheckpointError} unless the field is a number */
export function numberField(name: string, fields: Record<string, unknown>, key: string): number {
  return toNumber(name, key, fields[key]);
}

/** @throws {CheckpointError} unless the field is a list of numbers (of this length, where one is given) */
export function numbersField(name: string, fields: Record<string, unknown>, key: string, length?: number): number[] {
  const value = fields[key];
  if (!Array.isArray(value)) throw refuse(name, `'${key}' is no list`);
  if (length !== undefined && value.length !== length) {
    throw refuse(name, `'${key}' has ${value.length} numbers instead of ${length}`);
  }
  return value.map((each) => toNumber(name, key, each));
}

/** @throws {DataError} when nothing was taken in */
export function requireSamples(name: string, count: number): void {
  if (count > 0) return;
  throw new DataError(`${name}.compute`, "no samples were taken in", "expected at least one", "Call update() first.");
}

/** Number of samples: the size of the first dimension; 1 for a scalar. */
export function samplesOf(tensor: Tensor): number {
  return tensor.shape[0] ?? 1;
}
