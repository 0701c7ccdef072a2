import { DataError } from "../../util/index.ts";
import { expectedOf, guessType, type TextRules } from "../table/cells.ts";
import type { Field } from "../table/column.ts";
import { noSuchColumn } from "../table/table.ts";
import { tooLarge } from "./binary.ts";
import { type Block, BlockIndex, decodeBlock, firstRecord, recordLines } from "./blocks.ts";
import { parseQuoted, QUOTE, splitBlock } from "./csv-grid.ts";
import type { CsvOptions } from "./options.ts";
import type { OpenSource } from "./source.ts";
import type { SeekIndex } from "./table-stream.ts";

/** What a file's head says. */
export interface Head {
  readonly names: readonly string[];
  readonly fields: readonly Field[];
  readonly positions: readonly number[];
  readonly delimiter: string;
  readonly index: BlockIndex;
}

/** Reads names and types. @throws {DataError} for whatever is wrong with the header or the first block */
export async function readHead(
  open: OpenSource,
  options: CsvOptions,
  rules: TextRules,
  seekIndex: SeekIndex | null,
): Promise<Head> {
  const { name } = open;
  const start = await afterMark(open);
  const record = await firstRecord(open, start, QUOTE);
  if (record === null) throw new DataError(name, "the file is empty", "expected a header and rows", "Check the path.");
  const text = decodeBlock(name, record, 1);
  const delimiter = options.delimiter ?? guessDelimiter(text);
  const line = text.replace(/^[\r\n]+/, "").replace(/\r?\n$/, "");
  const skipped = text.length - text.replace(/^[\r\n]+/, "").length;
  const at = 1 + text.slice(0, skipped).split("\n").length - 1;
  if (line.includes("\r") && !line.includes('"')) {
    const fix = "Convert it: tr '\\r' '\\n' < old.csv > new.csv.";
    throw new DataError(name, "lines end in a carriage return alone", "expected line feeds", fix);
  }
  const first = line.includes('"') ? ((await parseQuoted(name, text, delimiter, 1))[0] ?? []) : line.split(delimiter);
  const names = columnNames(name, at, first, options, rules);
  const hasHeader = options.header === undefined || options.header === true;
  const lines = text.split("\n").length - 1;
  const index = new BlockIndex(
    hasHeader ? { byte: start + record.length, row: 0, line: 1 + lines } : { byte: start, row: 0, line: 1 },
  );
  if (seekIndex !== null) index.load(name, seekIndex, open.size);
  const walk = new BlockIndex(index.first).walk(open, 0, QUOTE);
  const block = (await walk.next()).value as Block | undefined;
  if (block === undefined || block.numRows === 0) {
    throw new DataError(name, "the file has a header and no rows", "expected at least one row", "Check the export.");
  }
  const wanted = options.columns ?? names;
  const positionOf = new Map(names.map((each, i) => [each, i]));
  for (const each of [...wanted, ...Object.keys(options.types ?? {})]) {
    if (!positionOf.has(each)) throw noSuchColumn(name, each, names);
  }
  const positions = wanted.map((each) => positionOf.get(each) as number);
  const grid = await splitBlock(name, block, delimiter, names);
  const fields = wanted.map((each, i): Field => {
    const type = options.types?.[each];
    if (type !== undefined) return { name: each, type };
    const guess = guessType(grid, positions[i] as number, rules);
    const field = { name: each, type: guess.type };
    if (guess.odd === null) return field;
    throw wrongCell(name, recordLines(block.bytes, QUOTE, block.line)[guess.odd.row] as number, field, guess.odd.text);
  });
  return { names, fields, positions, delimiter, index };
}

/** The byte after a byte order mark. @throws {DataError} for UTF-16 */
async function afterMark(open: OpenSource): Promise<number> {
  const bytes = await open.read(0, Math.min(3, open.size));
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 3;
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new DataError(open.name, "the text is UTF-16", "expected UTF-8", "Save the file as UTF-8.");
  }
  return 0;
}

function guessDelimiter(header: string): string {
  const bare = header.replace(/"[^"]*"/g, "");
  let best = ",";
  let most = 0;
  for (const each of [",", ";", "\t", "|"]) {
    const count = bare.split(each).length - 1;
    if (count > most) [best, most] = [each, count];
  }
  return best;
}

function columnNames(
  name: string,
  line: number,
  first: readonly string[],
  options: CsvOptions,
  rules: TextRules,
): readonly string[] {
  const { header, maxColumns = 16_384 } = options;
  const where = `${name}, line ${line}`;
  if (first.length > maxColumns) {
    const fix = "Rows and columns may be swapped; if they are not, raise maxColumns.";
    throw new DataError(where, `there are ${first.length} columns`, `expected at most ${maxColumns}`, fix);
  }
  if (Array.isArray(header) && header.length !== first.length) {
    const got = `the file has ${first.length} columns and header names ${header.length}`;
    throw new DataError(where, got, "expected a name for each", "Check the names.");
  }
  const given = Array.isArray(header) ? (header as readonly string[]) : header === false ? first.map(() => "") : first;
  const names = given.map((each, i) => each.trim() || `column_${i + 1}`);
  if (header === undefined && first.every((each) => Number.isFinite(Number.parseFloat(each)) && numeric(each, rules))) {
    throw new DataError(
      where,
      `the first line is ${first.slice(0, 4).join(", ")}${first.length > 4 ? ", …" : ""}`,
      "expected the names of the columns",
      "For a file without names pass header: false, or the names: header: [...]. If these are the names, header: true.",
    );
  }
  const seen = new Map<string, number>();
  names.forEach((each, i) => {
    const before = seen.get(each);
    seen.set(each, i);
    if (before === undefined) return;
    const got = `two columns are called "${each}" (columns ${before + 1} and ${i + 1})`;
    throw new DataError(where, got, "expected each name once", "Rename one, or pass the names: header: [...].");
  });
  return names;
}

const numeric = (text: string, { decimal }: TextRules): boolean =>
  Number.isFinite(Number(decimal === 44 ? text.replace(",", ".") : text));

/** A cell that is no value of its column's type. */
export function wrongCell(name: string, line: number, { name: column, type }: Field, text: string): DataError {
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
  const comma = type === "number" && /^[+-]?\d+,\d+$/.test(text);
  if ((type === "number" || type === "integer") && /^[+-]?\d+$/.test(text)) {
    return tooLarge(`${name}, line ${line}`, column, text);
  }
  return new DataError(
    `${name}, line ${line}`,
    `column "${column}" is ${shown}`,
    `expected ${expectedOf(type)}`,
    comma
      ? 'Numbers with a decimal comma are read with decimal: ",".'
      : `Mend that cell; if it means "no value", name it in missingValues; if these are texts, say so: types: { "${column}": "category" }.`,
  );
}
