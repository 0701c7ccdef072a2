import { expect } from "vitest";
import type { DType } from "../../src/engine/dtype.ts";
import type { View } from "../../src/engine/storage.ts";
import type { Scratch } from "./scratch.ts";

export interface Closeness {
  /** Relative to `max(floor, |expected|, scale[i])`. */
  tolerance?: number;
  /** 1 unless told; 0 for a purely relative comparison. */
  floor?: number;
  /** Sums of magnitudes, for reductions. */
  scale?: readonly number[];
  /** Whether -0 and 0 are different. */
  signedZero?: boolean;
}

/** 1e-6 for single precision; the reference computes doubles as this suite does. */
export function toleranceFor(dtype: DType, single = 1e-6): number {
  return dtype === "float64" ? 1e-13 : dtype === "float32" ? single : 0;
}

/** Compares an output with what it should hold, after checking that nothing around it changed. */
export function expectOutput(
  scratch: Scratch,
  out: View,
  expected: readonly number[],
  label: string,
  closeness: Closeness = {},
): void {
  expectClose(scratch.outputValues(out), expected, out.dtype, label, closeness);
}

/** Element for element; NaN equals NaN, infinities only themselves, whole numbers and bools exactly. */
export function expectClose(
  actual: readonly number[],
  expected: readonly number[],
  dtype: DType,
  label: string,
  closeness: Closeness = {},
): void {
  if (actual.length !== expected.length) expect.fail(`${label}: ${actual.length} values, not ${expected.length}`);
  const tolerance = closeness.tolerance ?? toleranceFor(dtype);
  for (let i = 0; i < actual.length; i++) {
    const got = actual[i] as number;
    const wanted = dtype === "float32" ? Math.fround(expected[i] as number) : (expected[i] as number);
    const scale = Math.max(closeness.floor ?? 1, Math.abs(wanted), closeness.scale?.[i] ?? 0);
    if (!matches(got, wanted, tolerance * scale, closeness.signedZero ?? false)) {
      expect.fail(`${label}: element ${i} is ${show(got)}, expected ${show(wanted)}`);
    }
  }
}

function matches(got: number, wanted: number, margin: number, signedZero: boolean): boolean {
  if (Object.is(got, wanted)) return true;
  if (got === 0 && wanted === 0) return !signedZero;
  if (!Number.isFinite(got) || !Number.isFinite(wanted)) return false;
  return Math.abs(got - wanted) <= margin;
}

function show(x: number): string {
  return Object.is(x, -0) ? "-0" : String(x);
}
