import { create } from "@bufbuild/protobuf";
import { type HistogramProto, HistogramProtoSchema } from "./proto/event.gen.ts";

// TensorFlow's grid: ±1e-12 · 1.1^k up to 1e20. The same for every step and run, so that histograms can be laid over
// each other.
const POSITIVE: number[] = [];
for (let limit = 1e-12; limit < 1e20; limit *= 1.1) POSITIVE.push(limit);
POSITIVE.push(Number.MAX_VALUE);
const LIMITS: readonly number[] = [...POSITIVE.map((limit) => -limit).reverse(), 0, ...POSITIVE];

/** The index of the first limit above a value. */
function bucketOf(value: number): number {
  let low = 0;
  let high = LIMITS.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((LIMITS[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The histogram of some values as TensorBoard takes it. Values that are not finite are left out; null when none is
 * left.
 */
export function histogramOf(values: ArrayLike<number>): HistogramProto | null {
  const counts = new Float64Array(LIMITS.length);
  const summary = { min: Infinity, max: -Infinity, num: 0, sum: 0, sumSquares: 0 };
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    summary.min = Math.min(summary.min, value);
    summary.max = Math.max(summary.max, value);
    summary.num++;
    summary.sum += value;
    summary.sumSquares += value * value;
    const bucket = bucketOf(value);
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  if (summary.num === 0) return null;
  const first = Math.max(0, bucketOf(summary.min) - 1); // an empty bucket gives the lowest one its lower limit
  const last = bucketOf(summary.max);
  return create(HistogramProtoSchema, {
    ...summary,
    bucketLimit: LIMITS.slice(first, last + 1),
    bucket: [...counts.subarray(first, last + 1)],
  });
}
