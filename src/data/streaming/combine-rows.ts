import { DataError } from "../../util/index.ts";
import { type ColumnChunk, placeOf, type RowSource } from "./row-source.ts";

/** @throws {DataError} where a source does not know its rows */
export function countOf(operation: string, { numRows }: RowSource): number {
  if (numRows !== null) return numRows;
  const fix = "Leave countRows as it is: true.";
  throw new DataError(operation, "a source does not know how many rows it has", "expected counted rows", fix);
}

/**
 * Sources one after another, as one: several files of one dataset.
 *
 * @param sources at least one, with the same columns
 * @throws {DataError} when one lacks a column of the first, or does not know its rows
 * @example
 * const january = data.memoryRows({ x: [1, 2], y: [0, 1] });
 * const february = data.memoryRows({ x: [3, 4], y: [1, 0] });
 * const both = data.concatRows([january, february]);
 * both.numRows; // 4
 */
export function concatRows(sources: readonly RowSource[]): RowSource {
  const columnNames = sources[0]?.columnNames;
  if (columnNames === undefined) {
    throw new DataError("concatRows", "no sources", "expected at least one", "Check the list of files.");
  }
  const starts: number[] = [];
  let numRows = 0;
  sources.forEach((each, i) => {
    const absent = columnNames.find((name) => !each.columnNames.includes(name));
    if (absent !== undefined) {
      const got = `source ${i} has no column ${absent}`;
      throw new DataError("concatRows", got, `expected ${columnNames.join(", ")}`, "Read the same columns of each.");
    }
    starts.push(numRows);
    numRows += countOf("concatRows", each);
  });
  const holding = (row: number): number => starts.findLastIndex((start) => start <= row);
  return {
    columnNames,
    numRows,
    blockStarts: sources.flatMap(({ blockStarts = [0] }, i) => blockStarts.map((row) => row + (starts[i] as number))),
    place: (row) => {
      const i = holding(row);
      return placeOf(sources[i] as RowSource, row - (starts[i] as number));
    },
    async *open(startRow, columns) {
      for (let i = holding(startRow); i < sources.length; i++) {
        yield* iterate((sources[i] as RowSource).open(Math.max(0, startRow - (starts[i] as number)), columns));
      }
    },
  };
}

/**
 * The rows `start` to before `end` of a source: a part for validation, or one process's share.
 *
 * @param start 0 or more
 * @param end default the number of rows
 * @throws {DataError} for a range that is none of the source, or when it does not know its rows
 * @example
 * const source = data.memoryRows({ x: [1, 2, 3, 4, 5], y: [0, 1, 0, 1, 0] });
 * const trainRows = data.sliceRows(source, 0, 4);
 * const validationRows = data.sliceRows(source, 4);
 */
export function sliceRows(source: RowSource, start: number, end: number = countOf("sliceRows", source)): RowSource {
  const total = countOf("sliceRows", source);
  if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= total)) {
    const got = `rows ${start} to ${end} of ${total}`;
    throw new DataError("sliceRows", got, "expected whole numbers and at least one row", "Check the range.");
  }
  const { columnNames, blockStarts } = source;
  const inside = blockStarts?.filter((row) => row > start && row < end).map((row) => row - start);
  return {
    columnNames,
    numRows: end - start,
    ...(inside === undefined ? {} : { blockStarts: [0, ...inside] }),
    place: (row) => placeOf(source, row + start),
    async *open(startRow, columns) {
      let left = end - start - startRow;
      if (left <= 0) return;
      for await (const chunk of iterate(source.open(startRow + start, columns))) {
        yield chunk.rows <= left ? chunk : { ...chunk, rows: left };
        left -= chunk.rows;
        if (left <= 0) return;
      }
    },
  };
}

/** An iterator for a loop; leaving the loop closes it. */
export function iterate(chunks: AsyncIterator<ColumnChunk>): AsyncIterable<ColumnChunk> {
  return { [Symbol.asyncIterator]: () => chunks };
}
