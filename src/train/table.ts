import type { EpochRecord } from "./history.ts";

// Fixed widths, so that numbers never jump columns.
const HEADER = "epoch   train loss     val loss           lr    grad norm";

/** The two lines above an epoch table. */
export function tableHeader(): string {
  return `${HEADER}\n${"─".repeat(HEADER.length + 6)}`;
}

function cell(value: number | null, format: (value: number) => string): string {
  return (value === null ? "–" : Number.isFinite(value) ? format(value) : String(value)).padStart(13);
}

/** Six decimals, or powers of ten where those would show nothing. */
function decimal(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e5) ? value.toExponential(3) : value.toFixed(6);
}

/** One epoch as a line of the table; the best so far is marked. */
export function tableRow(record: EpochRecord): string {
  return (
    String(record.epoch).padStart(5) +
    cell(record.trainLoss, decimal) +
    cell(record.valLoss, decimal) +
    cell(record.lr, (lr) => lr.toExponential(2)) +
    cell(record.gradNorm, decimal) +
    (record.best ? "  ★ best" : "")
  ).trimEnd();
}
