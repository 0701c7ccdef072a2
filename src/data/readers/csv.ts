import { ConfigError } from "../../util/index.ts";
import { type FieldGrid, readColumn, type TextRules } from "../table/cells.ts";
import { type Column, Dictionary, type Field, renewLarge } from "../table/column.ts";
import { consecutive, type RowPlaces } from "../table/row-places.ts";
import { Table } from "../table/table.ts";
import { type Block, type BlockIndex, recordLines } from "./blocks.ts";
import { QUOTE, splitBlock } from "./csv-grid.ts";
import { type Head, readHead, wrongCell } from "./csv-head.ts";
import { type CsvOptions, type CsvStreamOptions, checkReadOptions, MISSING } from "./options.ts";
import { type DataSource, type OpenSource, openSource, sourceName } from "./source.ts";
import {
  makeStream,
  readAll,
  type SeekIndex,
  type StreamParts,
  type TableChunk,
  type TableStream,
} from "./table-stream.ts";

/**
 * Reads a CSV file into a table.
 *
 * Types are guessed from the first 10,000 rows (or mebibyte): whole numbers, numbers, true/false, ISO dates, and categories for all other
 * texts. A later cell that does not fit is refused with its line and column, so that one typing error does not turn a column
 * of numbers into categories. Blanks around values are dropped, and empty lines skipped. Fields in quotes may hold line ends.
 *
 * @param source a path, a `File`, bytes, or `{ text }`; gzip is unpacked
 * @throws {DataError} naming file, line and column for whatever is wrong with the file
 * @example
 * const table = await data.readCsv({ text: "speed,kind,seen\n7.5,debris,2024-05-31\n1.2,,2024-06-01\n" });
 * console.log(table.describe());
 */
export async function readCsv(source: DataSource, options: CsvOptions = {}): Promise<Table> {
  return readAll(csvParts(source, options));
}

/**
 * Reads a CSV file in batches, with as much memory as a batch takes.
 *
 * @throws {DataError} (while it is read) naming file, line and column
 * @example
 * const stream = data.streamCsv({ text: "a,b\n1,2\n3,4\n5,6\n" }, { batchRows: 2 });
 * for await (const batch of stream) console.log(batch.numRows); // 2, 1
 * for await (const batch of stream.from(2)) console.log(batch.value(0, "a")); // 5
 */
export function streamCsv(source: DataSource, options: CsvStreamOptions = {}): TableStream {
  return makeStream({ ...csvParts(source, options, options.seekIndex), batchRows: options.batchRows });
}

function csvParts(source: DataSource, options: CsvOptions, seekIndex: SeekIndex | null = null): StreamParts {
  checkReadOptions("readCsv", options);
  const name = sourceName(source);
  const rules = rulesOf(name, options);
  let known: Promise<Head> | null = null;
  const head = (open: OpenSource): Promise<Head> => {
    known ??= readHead(open, options, rules, seekIndex);
    return known;
  };
  const use = async <T>(work: (open: OpenSource) => Promise<T>): Promise<T> => {
    const open = await openSource(source);
    return work(open).finally(() => open.close());
  };
  let learnt: BlockIndex | null = null;
  return {
    name,
    fields: () => use(async (open) => (await head(open)).fields),
    seekIndex: () => learnt?.save() ?? null,
    countRows: () =>
      use(async (open) => {
        const { index } = await head(open);
        learnt = index;
        return index.count(open, QUOTE);
      }),
    async *chunks(row, whole): AsyncGenerator<TableChunk> {
      const open = await openSource(source);
      try {
        const { names, fields, positions, delimiter, index } = await head(open);
        learnt = index;
        const dictionaries = fields.map(() => new Dictionary());
        for await (const block of index.walk(open, row, QUOTE)) {
          if (block.row + block.numRows <= row || block.numRows === 0) continue;
          if (!whole) renewLarge(dictionaries);
          const grid = await splitBlock(open.name, block, delimiter, names);
          const places = placesOf(open.name, block);
          const columns = fields.map((field, i) =>
            columnOf(
              grid,
              positions[i] as number,
              field,
              rules,
              dictionaries[i] as Dictionary,
              block,
              open.name,
              options.types?.[field.name] === undefined,
            ),
          );
          yield { firstRow: block.row, table: new Table(columns, places) };
        }
      } finally {
        await open.close();
      }
    },
  };
}

export function rulesOf(name: string, options: CsvOptions): TextRules {
  const { delimiter, decimal = "." } = options;
  if (delimiter !== undefined && (delimiter.length !== 1 || '"\r\n'.includes(delimiter))) {
    const got = `delimiter is ${JSON.stringify(delimiter)}`;
    throw new ConfigError(name, got, "expected one character, and no quote or line end", 'Take "," ";" or "\\t".');
  }
  return { missing: new Set(["", ...(options.missingValues ?? MISSING)]), decimal: decimal.charCodeAt(0) };
}

function placesOf(name: string, block: Block): RowPlaces {
  const { bytes, line, numRows, numLines } = block;
  const even = numLines === numRows || (numLines === numRows - 1 && bytes[bytes.length - 1] !== 10);
  const places = consecutive(name, "line", line);
  return even ? places : { ...places, numbers: Float64Array.from(recordLines(bytes, QUOTE, line)) };
}

function columnOf(
  grid: FieldGrid,
  position: number,
  field: Field,
  rules: TextRules,
  dictionary: Dictionary,
  block: Block,
  name: string,
  widens: boolean,
): Column {
  const column = readColumn(grid, position, field, rules, dictionary);
  if ("name" in column) return column;
  // A column that began with whole numbers goes on with others.
  const wider: Field = widens && field.type === "integer" ? { ...field, type: "number" } : field;
  const result = wider === field ? column : readColumn(grid, position, wider, rules, dictionary);
  if ("name" in result) return result;
  throw wrongCell(name, recordLines(block.bytes, QUOTE, block.line)[result.row] as number, wider, result.text);
}
