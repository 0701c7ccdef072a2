import type { Column as ArrowColumn, Table as ArrowTable } from "@uwdata/flechette";
import { DataError } from "../../util/index.ts";
import { Dictionary, type Field, renewLarge } from "../table/column.ts";
import { consecutive } from "../table/row-places.ts";
import { Table } from "../table/table.ts";
import { columnOfArray, guessField, saidBy, wantedColumns } from "./binary.ts";
import { checkReadOptions, type ReadOptions, type StreamOptions } from "./options.ts";
import { type DataSource, readBytes, sourceName } from "./source.ts";
import { makeStream, readAll, type StreamParts, type TableStream } from "./table-stream.ts";

/**
 * Reads an Arrow IPC file or stream (`.arrow`, `.feather` version 2), not compressed.
 *
 * @throws {DataError} naming the file, and row (from 0) and column where a value is wrong
 * @example
 * // const table = await data.readArrow("encounters.arrow");
 */
export async function readArrow(source: DataSource, options: ReadOptions = {}): Promise<Table> {
  return readAll(arrowParts(source, options));
}

/**
 * `readArrow` a record batch at a time. The file's bytes are in memory; tables are made batch by batch.
 *
 * @throws {DataError} (while it is read) naming the file
 * @example
 * // for await (const batch of data.streamArrow("encounters.arrow")) console.log(batch.numRows);
 */
export function streamArrow(source: DataSource, options: ReadOptions & StreamOptions = {}): TableStream {
  return makeStream({ ...arrowParts(source, options), batchRows: options.batchRows });
}

interface OpenArrow {
  readonly table: ArrowTable;
  readonly fields: readonly Field[];
}

function arrowParts(source: DataSource, options: ReadOptions): StreamParts {
  checkReadOptions("readArrow", options);
  const name = sourceName(source);
  let known: Promise<OpenArrow> | null = null;
  const open = (): Promise<OpenArrow> => {
    known ??= openArrow(source, options);
    return known;
  };
  return {
    name,
    fields: async () => (await open()).fields,
    countRows: async () => (await open()).table.numRows,
    async chunkStarts() {
      const lengths = batchLengths((await open()).table).filter((length) => length > 0);
      return lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0));
    },
    async *chunks(row, whole) {
      const { table, fields } = await open();
      const dictionaries = fields.map(() => new Dictionary());
      let first = 0;
      for (const [batch, length] of batchLengths(table).entries()) {
        const start = first;
        first += length;
        if (first <= row || length === 0) continue;
        if (!whole) renewLarge(dictionaries);
        const columns = fields.map((field, i) => {
          const values = guarded(name, () =>
            valuesOf((table.getChild(field.name) as ArrowColumn<unknown>).data[batch] as ArrowBatch),
          );
          const place = (at: number): string => `${name}, row ${start + at}`;
          return columnOfArray(field, values, dictionaries[i] as Dictionary, place);
        });
        yield { firstRow: start, table: new Table(columns, consecutive(name, "row", start)) };
      }
    },
  };
}

const batchLengths = (table: ArrowTable): number[] =>
  (table.getChildAt(0) as ArrowColumn<unknown>).data.map(({ length }) => length);

async function openArrow(source: DataSource, options: ReadOptions): Promise<OpenArrow> {
  const { name, bytes } = await readBytes(source);
  const { tableFromIPC, Type } = await import("@uwdata/flechette");
  const table = guarded(name, () => tableFromIPC(bytes, { useDate: false }));
  if (table.numCols === 0 || table.numRows === 0) {
    throw new DataError(name, "the file has no rows", "expected columns and at least one row", "Check the export.");
  }
  const wanted = wantedColumns(name, table.names, options);
  const fields = wanted.map((each): Field => {
    const declared = options.types?.[each];
    if (declared !== undefined) return { name: each, type: declared };
    const column = table.getChild(each) as ArrowColumn<unknown>;
    const { typeId } = column.type;
    if (typeId === Type.Date || typeId === Type.Timestamp) return { name: each, type: "date" };
    if (typeId === Type.Int) return { name: each, type: "integer" };
    if (typeId === Type.Float || typeId === Type.Decimal) return { name: each, type: "number" };
    const sample = guarded(name, () =>
      [...(column.data.find(({ length }) => length > 0) as ArrowBatch)].slice(0, 1000),
    );
    return guessField(each, sample, (row) => `${name}, row ${row}`);
  });
  return { table, fields };
}

type ArrowBatch = ArrowColumn<unknown>["data"][number];

// (Type.Int and Type.Float of the library, which is loaded late)
const INT = 2;
const FLOAT = 3;

/** A batch's values: floats and integers without gaps as the array that they lie in. */
function valuesOf(batch: ArrowBatch): ArrayLike<unknown> {
  const { values, length, nullCount, type } = batch as ArrowBatch & { values?: unknown };
  const plain = values instanceof Float32Array || values instanceof Float64Array || values instanceof Int32Array;
  // (dates, decimals and codes of dictionaries lie in integers too, which mean something else)
  const asItIs = plain && nullCount === 0 && (type.typeId === INT || type.typeId === FLOAT);
  return asItIs ? values.subarray(0, length) : Array.from(batch);
}

/** Runs flechette, whose errors do not name the file. */
function guarded<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const got = `the Arrow data cannot be read${saidBy(error)}`;
    throw new DataError(
      name,
      got,
      "expected a whole Arrow IPC file",
      "Fetch it again, or write it without compression.",
    );
  }
}
