import { DataError } from "../../util/index.ts";
import { Dictionary, type Field, renewLarge } from "../table/column.ts";
import { consecutive } from "../table/row-places.ts";
import { Table } from "../table/table.ts";
import { isRounded } from "../table/text-cells.ts";
import { columnOfArray, guessField, wantedColumns } from "./binary.ts";
import { type Block, BlockIndex, decodeBlock } from "./blocks.ts";
import { checkReadOptions, type ReadOptions, type StreamOptions } from "./options.ts";
import { type DataSource, type OpenSource, openSource, sourceName } from "./source.ts";
import {
  makeStream,
  readAll,
  type SeekIndex,
  type StreamParts,
  type TableChunk,
  type TableStream,
} from "./table-stream.ts";

const NO_QUOTE = -1;

/**
 * Reads a file with a JSON object on each line. A key that an object lacks, and null, is a missing value. Types come from the
 * first mebibyte: numbers, booleans, ISO dates, and categories for other texts; types can say otherwise.
 *
 * @param source a path, a `File`, bytes, or `{ text }`; gzip is unpacked
 * @throws {DataError} naming file, line and column
 * @example
 * const table = await data.readJsonl({ text: '{"speed":7.5,"kind":"debris"}\n{"speed":1.2}\n' });
 * console.log(table.value(1, "kind")); // null
 */
export async function readJsonl(source: DataSource, options: ReadOptions = {}): Promise<Table> {
  return readAll(jsonlParts(source, options));
}

/**
 * `readJsonl` in batches, with as much memory as a batch takes. @throws {DataError} (while it is read)
 *
 * @example
 * const stream = data.streamJsonl({ text: '{"a":1}\n{"a":2}\n' }, { batchRows: 1 });
 * for await (const batch of stream) console.log(batch.numRows); // 1, 1
 */
export function streamJsonl(
  source: DataSource,
  options: ReadOptions & StreamOptions & { seekIndex?: SeekIndex | null } = {},
): TableStream {
  return makeStream({ ...jsonlParts(source, options, options.seekIndex), batchRows: options.batchRows });
}

interface Head {
  readonly fields: readonly Field[];
  readonly names: ReadonlySet<string>;
  readonly index: BlockIndex;
}

function jsonlParts(source: DataSource, options: ReadOptions, seekIndex: SeekIndex | null = null): StreamParts {
  checkReadOptions("readJsonl", options);
  const name = sourceName(source);
  let known: Promise<Head> | null = null;
  let learnt: BlockIndex | null = null;
  const head = async (open: OpenSource): Promise<Head> => {
    known ??= readHead(open, options, seekIndex);
    const found = await known;
    learnt = found.index;
    return found;
  };
  const use = async <T>(work: (open: OpenSource) => Promise<T>): Promise<T> => {
    const open = await openSource(source);
    return work(open).finally(() => open.close());
  };
  return {
    name,
    fields: () => use(async (open) => (await head(open)).fields),
    seekIndex: () => learnt?.save() ?? null,
    countRows: () => use(async (open) => (await head(open)).index.count(open, NO_QUOTE)),
    async *chunks(row, whole): AsyncGenerator<TableChunk> {
      const open = await openSource(source);
      try {
        const { fields, names, index } = await head(open);
        const dictionaries = fields.map(() => new Dictionary());
        for await (const block of index.walk(open, row, NO_QUOTE)) {
          if (block.row + block.numRows <= row || block.numRows === 0) continue;
          if (!whole) renewLarge(dictionaries);
          yield { firstRow: block.row, table: tableOf(name, block, fields, names, dictionaries) };
        }
      } finally {
        await open.close();
      }
    },
  };
}

async function readHead(open: OpenSource, options: ReadOptions, seekIndex: SeekIndex | null): Promise<Head> {
  const { name } = open;
  const index = new BlockIndex({ byte: 0, row: 0, line: 1 });
  if (seekIndex !== null) index.load(name, seekIndex, open.size);
  const first = (await new BlockIndex(index.first).walk(open, 0, NO_QUOTE).next()).value as Block | undefined;
  if (first === undefined || first.numRows === 0) {
    throw new DataError(name, "the file is empty", "expected a JSON object on each line", "Check the path.");
  }
  const { objects, lines } = parseLines(name, first);
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const fields = wantedColumns(name, names, options).map((column): Field => {
    const type = options.types?.[column];
    return type === undefined
      ? guessField(
          column,
          objects.map((object) => object[column]),
          (row) => `${name}, line ${lines[row]}`,
        )
      : { name: column, type };
  });
  return { fields, names: new Set(names), index };
}

function tableOf(
  name: string,
  block: Block,
  fields: readonly Field[],
  names: ReadonlySet<string>,
  dictionaries: readonly Dictionary[],
): Table {
  const { objects, lines } = parseLines(name, block);
  objects.forEach((object, i) => {
    for (const key in object) {
      if (names.has(key)) continue;
      throw new DataError(
        `${name}, line ${lines[i]}`,
        `there is a new column "${key}"`,
        `expected the columns of the first mebibyte: ${[...names].slice(0, 20).join(", ")}`,
        "Sort lines that have it to the beginning, or drop it.",
      );
    }
  });
  const columns = fields.map((field, j) => {
    const values = objects.map((object) => object[field.name]);
    return columnOfArray(field, values, dictionaries[j] as Dictionary, (row) => `${name}, line ${lines[row]}`);
  });
  const places = consecutive(name, "line", block.line);
  const even = lines.at(-1) === block.line + lines.length - 1;
  return new Table(columns, even ? places : { ...places, numbers: Float64Array.from(lines) });
}

function parseLines(name: string, block: Block): { objects: Record<string, unknown>[]; lines: number[] } {
  const text = decodeBlock(name, block.bytes, block.line);
  const hasLong = LONG.test(text);
  const objects: Record<string, unknown>[] = [];
  const lines: number[] = [];
  (block.byte === 0 ? text.replace(/^\ufeff/, "") : text).split("\n").forEach((written, i) => {
    if (written === "" || written === "\r") return;
    const line = block.line + i;
    let value: unknown;
    try {
      value = hasLong ? parseExactly(written) : JSON.parse(written);
    } catch (error) {
      throw new DataError(
        `${name}, line ${line}`,
        (error as Error).message,
        "expected a JSON object",
        "Mend that line.",
      );
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new DataError(
        `${name}, line ${line}`,
        `it holds ${written.slice(0, 40)}`,
        'expected an object, such as {"speed": 7.5}',
        "Write each row as an object with the columns' names.",
      );
    }
    objects.push(value as Record<string, unknown>);
    lines.push(line);
  });
  return { objects, lines };
}

const LONG = /[-:,[\s]\d{16}/;
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Stands before a whole number that is passed on as a text; nobody writes such texts. */
const WHOLE = "\ue000whole:";
const PASSED = /^\ue000whole:-?\d+$/;

/** `JSON.parse`, with a bigint for each whole number that no float64 holds: it would have been rounded. */
function parseExactly(written: string): unknown {
  const exact = written.replace(TOKENS, (token) =>
    isRounded(token, 0, token.length, Number(token)) ? JSON.stringify(WHOLE + token) : token,
  );
  if (exact === written) return JSON.parse(written);
  JSON.parse(written); // (its messages are about what the file holds)
  return JSON.parse(exact, (_, value: unknown) =>
    typeof value === "string" && PASSED.test(value) ? BigInt(value.slice(WHOLE.length)) : value,
  );
}
