import { DataError } from "../../util/index.ts";
import type { FieldGrid } from "../table/cells.ts";
import { type Block, decodeBlock, recordLines } from "./blocks.ts";

const NEWLINE = 10;
const RETURN = 13;
/** The byte that quotes. */
export const QUOTE = 34;

type ParseSync = typeof import("csv-parse/sync");

/** csv-parse, for what is quoted; loaded when the first quote is met. */
export async function loadCsvParse(): Promise<ParseSync["parse"]> {
  // (the package's own entry expects Node's Buffer; the other one brings its own)
  const browser = (globalThis as { Buffer?: unknown }).Buffer === undefined;
  return (browser ? await import("csv-parse/browser/esm/sync") : await import("csv-parse/sync")).parse;
}

interface CsvParseError {
  code?: string;
  lines?: number;
  column?: number | string;
}

/** Records of whole lines with quotes, as csv-parse reads them. @throws {DataError} for quotes that do not match */
export async function parseQuoted(name: string, text: string, delimiter: string, line: number): Promise<string[][]> {
  const parse = await loadCsvParse();
  try {
    return parse(text, {
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ["\r\n", "\n"],
    }) as unknown as string[][];
  } catch (error) {
    const { code = "", lines = 1, column } = error as CsvParseError;
    const what: Record<string, string> = {
      CSV_QUOTE_NOT_CLOSED: "a quote is never closed",
      INVALID_OPENING_QUOTE: "a quote stands within a field that does not begin with one",
      CSV_INVALID_CLOSING_QUOTE: "something stands between a closing quote and the end of the field",
    };
    // (csv-parse names the line on which it gave up: for a quote that was forgotten, that of the next one or the last)
    const begun = code === "INVALID_OPENING_QUOTE" ? lines : wrongQuoteLine(text, delimiter);
    throw new DataError(
      `${name}, line ${line + begun - 1}`,
      `${what[code] ?? (error as Error).message}${typeof column === "number" ? ` (column ${column + 1})` : ""}` +
        (begun === lines || code === "CSV_QUOTE_NOT_CLOSED" ? "" : `; that quote is on line ${line + lines - 1}`),
      'expected fields in quotes from end to end, and "" for a quote within',
      "Mend that line.",
    );
  }
}

/** The line, from 1, on which the first quote opens that nothing closes at the end of a field. */
function wrongQuoteLine(text: string, delimiter: string): number {
  let open = text.indexOf('"');
  while (open >= 0) {
    let close = text.indexOf('"', open + 1);
    while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
    const next = close < 0 ? null : text.slice(close + 1, close + 3);
    if (next === null || !(next === "" || next[0] === delimiter || next[0] === "\n" || next === "\r\n")) break;
    open = text.indexOf('"', close + 1);
  }
  return text.slice(0, open).split("\n").length;
}

interface Ragged {
  readonly row: number;
  readonly got: number;
}

/** Fields of a text in which nothing is quoted: most data files, and several times faster than looking for quotes. */
function splitPlain(text: string, delimiter: number, width: number, numRows: number): FieldGrid | Ragged {
  // (there cannot be more fields than characters, whatever the header promises)
  const capacity = Math.min(numRows * width, text.length + 1);
  const starts = new Int32Array(capacity);
  const ends = new Int32Array(capacity);
  let k = 0;
  let row = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : NEWLINE;
    if (code === delimiter) {
      starts[k] = start;
      ends[k++] = i;
      start = i + 1;
    } else if (code === NEWLINE) {
      const end = i > start && text.charCodeAt(i - 1) === RETURN ? i - 1 : i;
      const empty = end === start && k === row * width;
      if (!empty) {
        starts[k] = start;
        ends[k++] = end;
        row++;
        if (k !== row * width) return { row: row - 1, got: k - (row - 1) * width };
      }
      start = i + 1;
    }
  }
  return { text, starts, ends, width, numRows };
}

function gridOf(records: readonly (readonly string[])[], width: number): FieldGrid | Ragged {
  const numRows = records.length;
  const row = records.findIndex((record) => record.length !== width);
  if (row >= 0) return { row, got: (records[row] as readonly string[]).length };
  const starts = new Int32Array(numRows * width);
  const ends = new Int32Array(numRows * width);
  const parts: string[] = [];
  let k = 0;
  let at = 0;
  for (const record of records) {
    for (const field of record) {
      starts[k] = at;
      at += field.length;
      ends[k++] = at;
    }
    parts.push(record.join(""));
  }
  return { text: parts.join(""), starts, ends, width, numRows };
}

/** The fields of a block. @throws {DataError} naming the line of a record with another number of fields */
export async function splitBlock(
  name: string,
  block: Block,
  delimiter: string,
  names: readonly string[],
): Promise<FieldGrid> {
  const { bytes, line, numRows } = block;
  const width = names.length;
  const text = decodeBlock(name, bytes, line);
  const grid =
    bytes.indexOf(QUOTE) < 0
      ? splitPlain(text, delimiter.charCodeAt(0), width, numRows)
      : gridOf(await parseQuoted(name, text, delimiter, line), width);
  if ("text" in grid) return grid;
  const at = recordLines(bytes, QUOTE, line)[grid.row];
  const more = grid.got > width;
  throw new DataError(
    `${name}, line ${at}`,
    `the row has ${grid.got} ${grid.got === 1 ? "field" : "fields"}`,
    `expected ${width}, as in the header (${more ? "the last is" : "nothing for"} "${names[more ? width - 1 : grid.got]}")`,
    more ? "Quote a field that holds the delimiter, or mend the line." : "Mend the line; the file may be cut off.",
  );
}
