import type { EpochRecord } from "./history.ts";

// Fixed widths, so that numbers never jump columns.
const HEADER = "epoch   train loss     val loss           lr    grad norm";

/** The two lines above an epoch table. @param metrics names of figures with a column of their own */
export function tableHeader(metrics: readonly string[] = []): string {
  const header = HEADER + metrics.map((name) => name.slice(0, 12).padStart(13)).join("");
  return `${header}\n${"─".repeat(header.length + 6)}`;
}

function cell(value: number | null, format: (value: number) => string): string {
  return (value === null ? "–" : Number.isFinite(value) ? format(value) : String(value)).padStart(13);
}

/** Six decimals, or powers of ten where those would show nothing. */
export function decimal(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e5) ? value.toExponential(3) : value.toFixed(6);
}

/** One epoch as a line of the table; the best so far is marked. */
export function tableRow(record: EpochRecord, metrics: readonly string[] = []): string {
  return (
    String(record.epoch).padStart(5) +
    cell(record.trainLoss, decimal) +
    cell(record.valLoss, decimal) +
    cell(record.lr, (lr) => lr.toExponential(2)) +
    cell(record.gradNorm, decimal) +
    metrics.map((name) => cell(record.metrics?.[name] ?? record.figures?.[name] ?? null, decimal)).join("") +
    (record.best ? "  ★ best" : "")
  ).trimEnd();
}

/**
 * The table of a run whose figures may not all be known when it begins: the header is written when its columns are
 * known, and again (a column longer) in the rare case that an epoch brings a new one.
 */
export class EpochTable {
  readonly #columns: string[];
  readonly #open: boolean;
  #headed = false;

  /** @param open epochs may bring further figures */
  constructor(columns: readonly string[], open: boolean) {
    this.#columns = [...columns];
    this.#open = open;
  }

  /** The header, when it is known beforehand; else nothing. */
  begin(): string[] {
    return this.#open ? [] : this.#header();
  }

  /** The row of an epoch, below a header where one is due. */
  lines(record: EpochRecord): string[] {
    const named = Object.keys(this.#open ? { ...record.metrics, ...record.figures } : {});
    const fresh = named.filter((name) => !this.#columns.includes(name));
    this.#columns.push(...fresh);
    const header = this.#headed && fresh.length === 0 ? [] : this.#header();
    return [...header, tableRow(record, this.#columns)];
  }

  #header(): string[] {
    this.#headed = true;
    return tableHeader(this.#columns).split("\n");
  }
}
