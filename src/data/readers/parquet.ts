import type { AsyncBuffer, Compressors, DecodedArray, FileMetaData, SchemaElement } from "hyparquet";
import { DataError } from "../../util/index.ts";
import { type Column, Dictionary, type Field, renewLarge } from "../table/column.ts";
import { consecutive } from "../table/row-places.ts";
import { Table } from "../table/table.ts";
import { columnOfArray, guessField, saidBy, wantedColumns } from "./binary.ts";
import { checkReadOptions, type ReadOptions, type StreamOptions } from "./options.ts";
import { type DataSource, type OpenSource, openSource, sourceName } from "./source.ts";
import { makeStream, readAll, type StreamParts, type TableChunk, type TableStream } from "./table-stream.ts";

/** A larger row group is decoded in parts. */
const PART_ROWS: number = 1 << 18;
/** No page is that long; a damaged length must not be allocated. */
const PAGE_BYTES: number = 1 << 28;

/**
 * Reads a Parquet file into a table: flat columns of numbers, booleans, texts, dates and timestamps, in every codec.
 *
 * @param source a path, a `File` or bytes
 * @throws {DataError} naming the file, and row (from 0) and column where a value is wrong
 * @example
 * // const table = await data.readParquet("encounters.parquet", { columns: ["miss", "speed"] });
 */
export async function readParquet(source: DataSource, options: ReadOptions = {}): Promise<Table> {
  return readAll(parquetParts(source, options));
}

/**
 * Reads a Parquet file in batches, a row group (or a quarter of a million rows of it) at a time. `from(row)` begins at the
 * row group that holds the row.
 *
 * @throws {DataError} (while it is read) naming the file
 * @example
 * // const stream = data.streamParquet("encounters.parquet", { batchRows: 4096 });
 * // for await (const batch of stream.from(await stream.countRows() - 10)) console.log(batch.numRows); // 10
 */
export function streamParquet(source: DataSource, options: ReadOptions & StreamOptions = {}): TableStream {
  return makeStream({ ...parquetParts(source, options), batchRows: options.batchRows });
}

interface OpenParquet {
  readonly metadata: FileMetaData;
  readonly numRows: number;
  readonly fields: readonly Field[];
}

function parquetParts(source: DataSource, options: ReadOptions): StreamParts {
  checkReadOptions("readParquet", options);
  const name = sourceName(source);
  let known: Promise<OpenParquet> | null = null;
  const use = async <T>(work: (open: OpenSource) => Promise<T>): Promise<T> => {
    const open = await openSource(source);
    return work(open).finally(() => open.close());
  };
  const head = (open: OpenSource): Promise<OpenParquet> => {
    known ??= guarded(name, () => readHead(open, options));
    return known;
  };
  return {
    name,
    fields: () => use(async (open) => (await head(open)).fields),
    countRows: () => use(async (open) => (await head(open)).numRows),
    chunkStarts: () => use(async (open) => partsOf((await head(open)).metadata).map(([start]) => start)),
    async *chunks(row, whole): AsyncGenerator<TableChunk> {
      const open = await openSource(source);
      try {
        const { metadata, fields } = await head(open);
        const dictionaries = fields.map(() => new Dictionary());
        for (const [start, end] of partsOf(metadata)) {
          if (end <= row) continue;
          if (!whole) renewLarge(dictionaries);
          const decoded = await guarded(name, () => decode(open, metadata, fields, start, end));
          const columns = fields.map((field, i) => {
            const dictionary = dictionaries[i] as Dictionary;
            return joined(name, field, decoded.get(field.name) ?? [], dictionary, start, end);
          });
          yield { firstRow: start, table: new Table(columns, consecutive(name, "row", start)) };
        }
      } finally {
        await open.close();
      }
    },
  };
}

/** First row, and row after the last, of what is decoded at a time. */
function partsOf(metadata: FileMetaData): (readonly [start: number, end: number])[] {
  let first = 0;
  return metadata.row_groups.flatMap((group) => {
    const rows = Number(group.num_rows);
    const step = rows > 4 * PART_ROWS ? PART_ROWS : rows;
    const start = first;
    first += rows;
    return Array.from({ length: Math.ceil(rows / step) || 0 }, (_, i) => {
      return [start + i * step, start + Math.min(rows, (i + 1) * step)] as const;
    });
  });
}

async function readHead(open: OpenSource, options: ReadOptions): Promise<OpenParquet> {
  const { parquetMetadataAsync, parquetSchema } = await import("hyparquet");
  const metadata = await parquetMetadataAsync(bufferOf(open));
  const children = parquetSchema(metadata).children;
  const names = children.map(({ element }) => element.name);
  const wanted = wantedColumns(open.name, names, options);
  const numRows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (numRows !== Number(metadata.num_rows)) {
    throw new DataError(open.name, "its row counts disagree", "expected a whole Parquet file", DAMAGED);
  }
  if (numRows === 0)
    throw new DataError(open.name, "the file has no rows", "expected at least one", "Check the export.");
  const columns = wanted.map((name) => {
    const { element, children: inner } = children[names.indexOf(name)] as (typeof children)[number];
    if (inner.length === 0 && element.repetition_type !== "REPEATED") return element;
    throw new DataError(
      open.name,
      `column "${name}" holds lists or structures`,
      "expected one value a row",
      "Leave it out: columns: [...].",
    );
  });
  const fields: Field[] = columns.map((element) => ({ name: element.name, type: typeOfElement(element) }));
  // Texts may be dates: the first rows say so, as in every other format.
  const texts = fields.filter(({ type }) => type === "category");
  const sample =
    texts.length > 0 ? await decode(open, metadata, texts, 0, Math.min(1000, numRows)) : new Map<string, Part[]>();
  return {
    metadata,
    numRows,
    fields: fields.map(({ name, type }) => {
      const declared = options.types?.[name];
      if (declared !== undefined) return { name, type: declared };
      if (type !== "category") return { name, type };
      const values = (sample.get(name)?.[0]?.data ?? []) as ArrayLike<unknown>;
      return guessField(name, values, (row) => `${open.name}, row ${row}`);
    }),
  };
}

function typeOfElement({ type, converted_type: converted, logical_type: logical }: SchemaElement): Field["type"] {
  const kind = logical?.type ?? converted ?? "";
  if (kind === "DATE" || kind.startsWith("TIMESTAMP") || type === "INT96") return "date";
  if (kind === "DECIMAL" || kind === "FLOAT16") return "number";
  if (type === "BOOLEAN") return "boolean";
  if (type === "FLOAT" || type === "DOUBLE") return "number";
  return type === "INT32" || type === "INT64" ? "integer" : "category";
}

interface Part {
  readonly data: DecodedArray;
  readonly rowStart: number;
}

async function decode(
  open: OpenSource,
  metadata: FileMetaData,
  fields: readonly Field[],
  rowStart: number,
  rowEnd: number,
): Promise<Map<string, Part[]>> {
  const { parquetRead } = await import("hyparquet");
  const parts = new Map<string, Part[]>(fields.map(({ name }) => [name, []]));
  await parquetRead({
    file: bufferOf(open),
    metadata,
    columns: fields.map(({ name }) => name),
    rowStart,
    rowEnd,
    compressors: await codecs(metadata),
    useOffsetIndex: true,
    parsers: {
      timestampFromMilliseconds: Number,
      timestampFromMicroseconds: (micros) => Number(micros) / 1e3,
      timestampFromNanoseconds: (nanos) => Number(nanos / 1000n) / 1e3,
      dateFromDays: (days) => days * 86_400_000,
    },
    onChunk: ({ columnName, columnData, rowStart: start }) => {
      parts.get(columnName)?.push({ data: columnData, rowStart: start });
    },
  });
  return parts;
}

/** The pages of a column as one column, cut to the rows asked for. */
function joined(
  source: string,
  field: Field,
  parts: readonly Part[],
  dictionary: Dictionary,
  start: number,
  end: number,
): Column {
  const { name } = field;
  const values = new Float64Array(field.type === "category" ? 0 : end - start);
  const codes = new Int32Array(field.type === "category" ? end - start : 0);
  let reached = start;
  for (const { data, rowStart } of parts) {
    const from = Math.max(start, rowStart);
    const to = Math.min(end, rowStart + data.length);
    if (to <= from) continue;
    if (from !== reached) break;
    reached = to;
    if (data instanceof Float64Array && (field.type === "number" || field.type === "date")) {
      values.set(data.subarray(from - rowStart, to - rowStart), from - start);
      continue;
    }
    const whole = from === rowStart && to === rowStart + data.length;
    const cut = whole ? data : (data.slice(from - rowStart, to - rowStart) as DecodedArray);
    const column = columnOfArray(field, cut, dictionary, (row) => `${source}, row ${from + row}`);
    if (column.type === "category") codes.set(column.codes, from - start);
    else values.set(column.values, from - start);
  }
  if (reached !== end) {
    const got = `column "${name}" ends at row ${reached}`;
    throw new DataError(source, got, `expected rows up to ${end}`, DAMAGED);
  }
  if (field.type === "category") return { name, type: "category", codes, categories: dictionary.texts };
  return { name, type: field.type, values };
}

function bufferOf(open: OpenSource): AsyncBuffer {
  return {
    byteLength: open.size,
    slice(start, end = open.size) {
      const piece = readPiece(open, start < 0 ? Math.max(0, open.size + start) : start, end);
      // (hyparquet prefetches: a damaged file must not fail a promise that nobody waits for yet)
      piece.catch(() => {});
      return piece;
    },
  };
}

async function readPiece(open: OpenSource, from: number, end: number): Promise<ArrayBuffer> {
  if (!(from >= 0 && end >= from && end <= open.size)) throw new Error(`bytes ${from} to ${end} are not in the file`);
  const { buffer, byteOffset, byteLength } = await open.read(from, end);
  return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
}

async function codecs(metadata: FileMetaData): Promise<Compressors> {
  const used = new Set(metadata.row_groups.flatMap(({ columns }) => columns.map(({ meta_data: meta }) => meta?.codec)));
  used.delete("UNCOMPRESSED");
  if (used.size === 0) return {};
  const { compressors } = await import("hyparquet-compressors");
  return Object.fromEntries(
    Object.entries(compressors as Compressors).map(([codec, unpack]) => [
      codec,
      (input: Uint8Array, length: number) => {
        if (length < 0 || length > PAGE_BYTES) throw new Error(`a page claims ${length} bytes`);
        return unpack(input, length);
      },
    ]),
  );
}

const DAMAGED = "The file is damaged or cut off: fetch or write it again.";

/** Runs hyparquet, whose errors do not name the file. */
async function guarded<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DataError) throw error;
    const got = `the Parquet data cannot be read${saidBy(error)}`;
    throw new DataError(name, got, "expected a whole Parquet file", DAMAGED);
  }
}
