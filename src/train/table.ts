import type { EpochRecord } from "./history.ts";

// Fixed widths, so that numbers never jump columns.
const HEADER = "epoch   train loss     val loss           lr    grad norm";
const MARK = "  ★ best";
const EPOCH = "epoch";
const WIDE = 13;
/** Of an open table: a column, and the whole line. */
const NARROW = 11;
const WIDEST = 100;

/**
 * The two lines above an epoch table.
 *
 * @param metrics names of figures with a column of their own
 * @example
 * console.log(train.tableHeader(["accuracy"]));
 */
export function tableHeader(metrics: readonly string[] = []): string {
  const header = HEADER + metrics.map((name) => name.slice(0, 12).padStart(WIDE)).join("");
  return `${header}\n${"─".repeat(header.length + 6)}`;
}

function cell(value: number | null, format: (value: number) => string, width: number = WIDE): string {
  return (value === null ? "–" : Number.isFinite(value) ? format(value) : String(value)).padStart(width);
}

/** Six decimals, or powers of ten where those would show nothing. */
export function decimal(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e5) ? value.toExponential(3) : value.toFixed(6);
}

const exponential = (value: number): string => value.toExponential(2);

/**
 * One epoch as a line of the table; the best so far is marked.
 *
 * @example
 * const record = { epoch: 0, trainLoss: 0.7, valLoss: 0.6, lr: 1e-3, gradNorm: 1.2, best: true };
 * console.log(`${train.tableHeader()}\n${train.tableRow(record)}`);
 */
export function tableRow(record: EpochRecord, metrics: readonly string[] = []): string {
  return (
    String(record.epoch).padStart(5) +
    cell(record.trainLoss, decimal) +
    cell(record.valLoss, decimal) +
    cell(record.lr, exponential) +
    cell(record.gradNorm, decimal) +
    metrics.map((name) => cell(record.metrics?.[name] ?? record.figures?.[name] ?? null, decimal)).join("") +
    (record.best ? MARK : "")
  ).trimEnd();
}

/** At most ten characters: five decimals, fewer for large numbers, or powers of ten. */
function narrow(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(2);
  return value.toFixed(size < 1e3 ? 5 : size < 1e4 ? 4 : 3);
}

/** A column of an open table. */
interface Column {
  name: string;
  width: number;
  of(record: EpochRecord): number | null;
  format(value: number): string;
}

const TRAIN: Column = { name: "train loss", width: NARROW, of: (each) => each.trainLoss, format: narrow };
const VALIDATION: Column = { name: "val loss", width: NARROW, of: (each) => each.valLoss, format: narrow };
const RATE: Column = { name: "lr", width: 10, of: (each) => each.lr, format: exponential };
const NORM: Column = { name: "grad norm", width: NARROW, of: (each) => each.gradNorm, format: narrow };

function columnOf(name: string): Column {
  const of = (each: EpochRecord): number | null => each.metrics?.[name] ?? each.figures?.[name] ?? null;
  return { name, width: NARROW, of, format: narrow };
}

/**
 * The table of a run whose figures may not all be known when it begins. Where they are, it is `tableHeader` and
 * `tableRow`. Else the header is written when its columns are known, and again in the rare case that an epoch brings a
 * new one; there is a column of validation losses only where there are any, and as many figures, the evaluation's first, as a
 * line of 100 characters holds. Those left out are named once: they are in the log and on the live line.
 *
 * @example
 * const table = new train.EpochTable([], true);
 * const record = { epoch: 0, trainLoss: 0.7, valLoss: 0.6, lr: 1e-3, gradNorm: 1.2, best: true };
 * console.log([...table.begin(), ...table.lines(record)].join("\n"));
 */
export class EpochTable {
  readonly #metrics: readonly string[];
  readonly #open: boolean;
  readonly #figures: string[];
  #validated = false;
  #headed = false;

  /** @param open epochs may bring further figures */
  constructor(metrics: readonly string[], open: boolean) {
    this.#metrics = metrics;
    this.#open = open;
    this.#figures = [...metrics];
  }

  /** The header, when it is known beforehand; else nothing. */
  begin(): string[] {
    return this.#open ? [] : tableHeader(this.#metrics).split("\n");
  }

  /** The row of an epoch, below a header where one is due. */
  lines(record: EpochRecord): string[] {
    if (!this.#open) return [tableRow(record, this.#metrics)];
    const before = this.#figures.length;
    for (const name of Object.keys({ ...record.metrics, ...record.figures })) {
      if (!this.#figures.includes(name)) this.#figures.push(name);
    }
    const validated = this.#validated || record.valLoss !== null;
    const isNew = !this.#headed || validated !== this.#validated || this.#figures.length !== before;
    this.#headed = true;
    this.#validated = validated;
    const { columns, left } = this.#columns();
    const cells = columns.map((column) => cell(column.of(record), column.format, column.width)).join("");
    const row = `${String(record.epoch).padStart(EPOCH.length)}${cells}${record.best ? MARK : ""}`.trimEnd();
    if (!isNew) return [row];
    const header = EPOCH + columns.map(({ name, width }) => name.slice(0, width - 1).padStart(width)).join("");
    const note = left.length === 0 ? [] : [`(also in the log: ${left.join(", ")})`];
    return [...note, header, "─".repeat(header.length + MARK.length), row];
  }

  #columns(): { columns: Column[]; left: string[] } {
    const fixed = this.#validated ? [TRAIN, VALIDATION, RATE, NORM] : [TRAIN, RATE, NORM];
    const used = fixed.reduce((sum, { width }) => sum + width, EPOCH.length + MARK.length);
    const room = Math.floor((WIDEST - used) / NARROW);
    return { columns: [...fixed, ...this.#figures.slice(0, room).map(columnOf)], left: this.#figures.slice(room) };
  }
}
