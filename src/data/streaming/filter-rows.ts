import { ConfigError, checkedOptions } from "../../util/index.ts";
import { countOf, iterate } from "./combine-rows.ts";
import { type ColumnChunk, placeOf, type RowSource } from "./row-source.ts";

/** Rows between two places that are remembered: so many are looked at to find a row. */
const MARK_ROWS = 4096;

/**
 * The rows of a source that are wanted, numbered anew, in order; any of them can be begun at.
 *
 * @param keep whether a row of the source (from 0) is wanted: always the same answer; asked for every row at once, and then
 *   again as rows are read
 * @throws {ConfigError} when no row is kept; {DataError} when the source does not know its rows
 * @example
 * const source = data.memoryRows({ x: [1, 2, 3, 4, 5], y: [0, 1, 0, 1, 0] });
 * const odd = data.filterRows(source, (row) => row % 2 === 1);
 * odd.numRows; // 2
 */
export function filterRows(source: RowSource, keep: (row: number) => boolean): RowSource {
  const total = countOf("filterRows", source);
  // Rows kept before each MARK_ROWS-th row.
  const marks: number[] = [];
  let kept = 0;
  for (let row = 0; row < total; row++) {
    if (row % MARK_ROWS === 0) marks.push(kept);
    if (keep(row)) kept++;
  }
  if (kept === 0) {
    throw new ConfigError("filterRows", `none of ${total} rows is kept`, "expected at least one", "Check keep.");
  }
  const keptBefore = (row: number): number => {
    let count = marks[Math.floor(row / MARK_ROWS)] ?? kept;
    for (let at = row - (row % MARK_ROWS); at < row; at++) if (keep(at)) count++;
    return count;
  };
  /** The row of the source that is the kept row number `position`. */
  const rowOf = (position: number): number => {
    let low = 0;
    let high = marks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((marks[middle] as number) <= position) low = middle;
      else high = middle - 1;
    }
    let row = low * MARK_ROWS;
    for (let left = position - (marks[low] as number); ; row++) if (keep(row) && left-- === 0) return row;
  };
  const { columnNames, blockStarts } = source;
  return {
    columnNames,
    numRows: kept,
    // (blocks of which nothing is kept begin where the next one does)
    ...(blockStarts === undefined
      ? {}
      : { blockStarts: [...new Set(blockStarts.map(keptBefore))].filter((start) => start < kept) }),
    place: (row) => placeOf(source, rowOf(row)),
    async *open(startRow, columns) {
      let left = kept - startRow;
      if (left <= 0) return;
      let row = rowOf(startRow);
      for await (const chunk of iterate(source.open(row, columns))) {
        const wanted: number[] = [];
        for (let i = 0; i < chunk.rows; i++) if (keep(row + i)) wanted.push(i);
        row += chunk.rows;
        if (wanted.length === 0) continue;
        yield { rows: wanted.length, columns: picked(chunk.columns, wanted) };
        left -= wanted.length;
        if (left <= 0) return;
      }
    },
  };
}

function picked(columns: ColumnChunk["columns"], rows: readonly number[]): ColumnChunk["columns"] {
  const of = (values: ArrayLike<number>): ArrayLike<number> => {
    const out = values instanceof Float32Array ? new Float32Array(rows.length) : new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) out[i] = values[rows[i] as number] as number;
    return out;
  };
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, of(values)]));
}

// "lowbias32", a bijection of 32 bits in which each bit depends on all.
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number in [0, 1) for each row. */
export type RowHash = (row: number) => number;

/**
 * A number in [0, 1) for each row number, evenly spread, that needs no memory: the same one each time it is asked for.
 *
 * @param seed a whole number; another one gives other numbers
 * @source https://github.com/skeeto/hash-prospector (lowbias32)
 * @example
 * const hash = data.rowHash(42);
 * const forTesting = hash(17) < 0.2; // the same answer for row 17 every time
 */
export function rowHash(seed: number = 0): RowHash {
  const start = mix((seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32) + 0x9e3779b9));
  return (row) => mix(mix((row >>> 0) ^ start) + Math.floor(row / 2 ** 32)) / 2 ** 32;
}

/**
 * A source split at random, without holding or reading it: each row belongs to one part by the hash of its number.
 *
 * The parts' sizes are near their shares, not exactly so. Each part is read by going through the source: keep small
 * parts in memory where they are read often.
 *
 * @param shares of the rows, above 0, together 1
 * @param options.seed default 0
 * @throws {ConfigError} for shares that are none, and when a part stays empty
 * @example
 * const source = data.memoryRows({ x: Array.from({ length: 100 }, (_, i) => i) });
 * const [trainRows, testRows] = data.randomSplitRows(source, [0.8, 0.2], { seed: 1 });
 */
export function randomSplitRows(
  source: RowSource,
  shares: readonly number[],
  options: { seed?: number } = {},
): RowSource[] {
  checkedOptions("randomSplitRows", options, { seed: "number" });
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (shares.length === 0 || shares.some((share) => !(share > 0)) || Math.abs(total - 1) > 1e-9) {
    throw new ConfigError(
      "randomSplitRows",
      `the shares are ${shares.join(", ")}`,
      "expected numbers above 0 that make 1 together",
      "Write for example [0.8, 0.2].",
    );
  }
  const hash = rowHash(options.seed ?? 0);
  let from = 0;
  return shares.map((share, i) => {
    const low = from;
    const high = i === shares.length - 1 ? 1 : low + share;
    from = high;
    return filterRows(source, (row) => {
      const at = hash(row);
      return at >= low && at < high;
    });
  });
}
