// Text files are read in blocks that end where a record ends. Cuts depend on a block's beginning alone, so that a walk from
// anywhere meets the same ones, and where blocks begin is an index to seek by.

import { DataError } from "../../util/index.ts";
import type { OpenSource } from "./source.ts";
import type { SeekIndex } from "./table-stream.ts";

const NEWLINE = 10;
const RETURN = 13;
/** Bytes of a block, unless a record is longer. */
const BLOCK_BYTES: number = 1 << 20;
/** A longer record is a quote that nothing closes. */
const RECORD_BYTES: number = 1 << 26;

/** Where a record begins. */
export interface Beginning {
  readonly byte: number;
  /** From 0. */
  readonly row: number;
  /** From 1. */
  readonly line: number;
}

/** Whole records. */
export interface Block extends Beginning {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly numRows: number;
  /** Line ends in it, also those within quotes. */
  readonly numLines: number;
}

/** Records and line ends in whole records; empty lines are no records. `quote` is a byte, or -1 where nothing quotes. */
export function countRecords(bytes: Uint8Array, quote: number): { numRows: number; numLines: number } {
  let numRows = 0;
  let numLines = 0;
  let filled = false;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === NEWLINE) {
      numLines++;
      if (quoted) continue;
      if (filled) numRows++;
      filled = false;
    } else if (byte === quote) {
      quoted = !quoted;
      filled = true;
    } else if (byte !== RETURN) filled = true;
  }
  return { numRows: filled ? numRows + 1 : numRows, numLines };
}

/** The line on which each record begins, the first line being `line`. */
export function recordLines(bytes: Uint8Array, quote: number, line: number): number[] {
  const lines: number[] = [];
  let at = line;
  let filled = false;
  let quoted = false;
  for (const byte of bytes) {
    if (byte === NEWLINE) {
      at++;
      if (!quoted) filled = false;
      continue;
    }
    if (byte === quote) quoted = !quoted;
    if (byte === RETURN || filled) continue;
    lines.push(at);
    filled = true;
  }
  return lines;
}

/** Bytes up to the end of the last record that is whole; 0 where none is. */
function wholeRecords(bytes: Uint8Array, quote: number): number {
  if (quote < 0 || bytes.indexOf(quote) < 0) return bytes.lastIndexOf(NEWLINE) + 1;
  let end = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === quote) quoted = !quoted;
    else if (byte === NEWLINE && !quoted) end = i + 1;
  }
  return end;
}

/** Bytes from a beginning to the end of some record; null at the end of the file. */
async function readRecords(
  source: OpenSource,
  from: Beginning,
  quote: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { byte, line } = from;
  for (let size = BLOCK_BYTES; byte < source.size; size *= 2) {
    const end = Math.min(source.size, byte + size);
    const bytes = await source.read(byte, end);
    if (end === source.size) return bytes;
    const whole = wholeRecords(bytes, quote);
    if (whole > 0) return bytes.subarray(0, whole);
    if (size < RECORD_BYTES) continue;
    throw new DataError(
      `${source.name}, line ${line}`,
      `the record that begins here is longer than ${RECORD_BYTES >> 20} MiB`,
      "expected it to end",
      quote < 0 ? "Check that this is a text file with lines." : "Look for a quote that is never closed.",
    );
  }
  return null;
}

/** The first record alone (a header), with its line end; null in an empty file. */
export async function firstRecord(source: OpenSource, byte: number, quote: number): Promise<Uint8Array | null> {
  const bytes = await readRecords(source, { byte, row: 0, line: 1 }, quote);
  if (bytes === null) return null;
  let quoted = false;
  let filled = false;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === quote) quoted = !quoted;
    if (bytes[i] === NEWLINE && !quoted && filled) return bytes.subarray(0, i + 1);
    if (bytes[i] !== NEWLINE && bytes[i] !== RETURN) filled = true;
  }
  return filled ? bytes : null;
}

/** What is known of where a file's blocks begin; grows as it is walked. */
export class BlockIndex {
  readonly #blocks: Beginning[];
  #size: number | null = null;
  #numRows: number | null = null;

  constructor(first: Beginning) {
    this.#blocks = [first];
  }

  /** Where the first row begins. */
  get first(): Beginning {
    return this.#blocks[0] as Beginning;
  }

  get numRows(): number | null {
    return this.#numRows;
  }

  /** Takes over what another walk of the same file has found. @throws {DataError} when it is of another file */
  load(name: string, index: SeekIndex, size: number): void {
    const [first] = index.blocks;
    if (index.size !== size || first?.[0] !== this.first.byte) {
      throw new DataError(
        name,
        `the file has ${size} bytes and the seekIndex is of one with ${index.size}`,
        "expected the same file",
        "Leave seekIndex out: it is made anew.",
      );
    }
    this.#blocks.splice(0, Infinity, ...index.blocks.map(([byte, row, line]) => ({ byte, row, line })));
    this.#numRows = index.numRows;
    this.#size = size;
  }

  save(): SeekIndex | null {
    if (this.#size === null) return null;
    return {
      size: this.#size,
      blocks: this.#blocks.map(({ byte, row, line }) => [byte, row, line] as const),
      numRows: this.#numRows,
    };
  }

  /** Blocks from the one that holds row `row`, as far as is known where it begins, or from one before it. */
  async *walk(source: OpenSource, row: number, quote: number): AsyncGenerator<Block> {
    this.#size = source.size;
    let at = this.#before(row);
    for (;;) {
      const bytes = await readRecords(source, at, quote);
      if (bytes === null) break;
      const { numRows, numLines } = countRecords(bytes, quote);
      yield { ...at, bytes, numRows, numLines };
      at = { byte: at.byte + bytes.length, row: at.row + numRows, line: at.line + numLines };
      if (at.byte > (this.#blocks.at(-1) as Beginning).byte && at.byte < source.size) this.#blocks.push(at);
    }
    this.#numRows = at.row;
  }

  /** Rows in all; walks to the end where it has not been seen. */
  async count(source: OpenSource, quote: number): Promise<number> {
    if (this.#numRows === null) for await (const _ of this.walk(source, Infinity, quote));
    return this.#numRows as unknown as number;
  }

  #before(row: number): Beginning {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#blocks[middle] as Beginning).row <= row) low = middle;
      else high = middle - 1;
    }
    return this.#blocks[low] as Beginning;
  }
}

const strict: TextDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a block. @throws {DataError} naming the line of what is not UTF-8 */
export function decodeBlock(name: string, bytes: Uint8Array, line: number): string {
  try {
    return strict.decode(bytes);
  } catch {
    let at = line;
    for (let start = 0; start < bytes.length; at++) {
      const found = bytes.indexOf(NEWLINE, start);
      const end = found < 0 ? bytes.length : found + 1;
      const text = new TextDecoder().decode(bytes.subarray(start, end));
      // (text that holds a replacement character itself would be named instead of a later line: rare, and near)
      if (text.includes("\ufffd")) {
        const shown = text.slice(Math.max(0, text.indexOf("\ufffd") - 20)).slice(0, 40);
        throw new DataError(
          `${name}, line ${at}`,
          `the text is not UTF-8: ${JSON.stringify(shown.trimEnd())}`,
          "expected UTF-8",
          "Save the file as UTF-8, for example: iconv -f latin1 -t utf-8 old.csv > new.csv.",
        );
      }
      start = end;
    }
    throw new DataError(name, "the text is not UTF-8", "expected UTF-8", "Save the file as UTF-8.");
  }
}
