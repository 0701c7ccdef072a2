import { DataError } from "../../util/index.ts";

/** A two-line element set whose form has been checked. */
export interface Tle {
  /** From a line before the two, or null. */
  name: string | null;
  /** Columns 3-7 as they stand, without blanks: digits, or a letter and four digits. */
  catalogueNumber: string;
  line1: string;
  line2: string;
  /** Of line 1 in its file, counted from 1. */
  lineNumber: number;
}

interface Field {
  from: number;
  to: number;
  name: string;
  form: RegExp;
  expected: string;
}

const field = (from: number, to: number, name: string, form: RegExp, expected: string): Field => ({
  from,
  to,
  name,
  form,
  expected,
});
const blank = (column: number): Field => field(column, column, "separator", /^ $/, "a blank");
const NUMBER = field(3, 7, "catalogue number", /^(?: *\d+|[A-HJ-NP-Z]\d{4})$/, "up to 5 digits, or a letter and 4");
const EXPONENT = /^[ +-]\d{5}[ +-]\d$/;
const ANGLE = /^ *\d{1,3}\.\d{4}$/;

// Columns are counted from 1, both ends included, as in the format's description.
const LINE_1: readonly Field[] = [
  blank(2),
  NUMBER,
  field(8, 8, "classification", /^[UCS ]$/, "U, C or S"),
  blank(9),
  field(
    10,
    17,
    "international designator",
    /^(?: {8}|\d{5}[A-Z ]{3})$/,
    "year, launch and piece such as 98067A, or blanks",
  ),
  blank(18),
  field(19, 32, "epoch", /^\d{2}[ \d]{2}\d\.\d{8}$/, "year and day such as 22221.23712418"),
  blank(33),
  field(34, 43, "first derivative of mean motion", /^[ +-]\.\d{8}$/, "a fraction such as -.00001158"),
  blank(44),
  field(45, 52, "second derivative of mean motion", EXPONENT, "digits and exponent such as 12481-4"),
  blank(53),
  field(54, 61, "drag term B*", EXPONENT, "digits and exponent such as 87147-3"),
  blank(62),
  field(63, 63, "ephemeris type", /^[ 0-9]$/, "a digit"),
  blank(64),
  field(65, 68, "element set number", /^ *\d+$/, "up to 4 digits"),
];
const LINE_2: readonly Field[] = [
  blank(2),
  NUMBER,
  blank(8),
  field(9, 16, "inclination", ANGLE, "degrees such as 74.0802"),
  blank(17),
  field(18, 25, "right ascension of the node", ANGLE, "degrees such as 166.2786"),
  blank(26),
  field(27, 33, "eccentricity", /^\d{7}$/, "7 digits"),
  blank(34),
  field(35, 42, "argument of perigee", ANGLE, "degrees such as 202.7721"),
  blank(43),
  field(44, 51, "mean anomaly", ANGLE, "degrees such as 155.9811"),
  blank(52),
  field(53, 63, "mean motion", /^ *\d{1,2}\.\d{8}$/, "revolutions a day such as 13.76061913"),
  field(64, 68, "revolution number", /^ *\d*$/, "up to 5 digits"),
];

function malformed(file: string, line: number, columns: string, got: string, expected: string): DataError {
  return new DataError(
    "readTle",
    `${file}, line ${line}, ${columns}: ${got}`,
    `expected ${expected}`,
    "Get the element set again from its source; nothing is mended silently.",
  );
}

/**
 * The last digit of a line: sum of its digits, a minus sign counting 1, modulo 10.
 *
 * @example
 * ssa.tleChecksum("1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927"); // 7
 */
export function tleChecksum(line: string): number {
  let sum = 0;
  for (const c of line.slice(0, 68)) sum += c === "-" ? 1 : c >= "0" && c <= "9" ? Number(c) : 0;
  return sum % 10;
}

function checkLine(file: string, text: string, at: number, which: 1 | 2): void {
  if (text.length !== 69) {
    throw malformed(file, at, `column ${Math.min(text.length, 69) + 1}`, `${text.length} characters`, "exactly 69");
  }
  if (text[0] !== String(which)) {
    throw malformed(file, at, "column 1", JSON.stringify(text[0]), `"${which}", the number of the line in its set`);
  }
  for (const { from, to, name, form, expected } of which === 1 ? LINE_1 : LINE_2) {
    const got = text.slice(from - 1, to);
    if (form.test(got)) continue;
    const columns = from === to ? `column ${from}` : `columns ${from}-${to}`;
    throw malformed(file, at, `${columns} (${name})`, JSON.stringify(got), expected);
  }
  const sum = tleChecksum(text);
  if (text[68] === String(sum)) return;
  throw malformed(file, at, "column 69 (checksum)", JSON.stringify(text[68]), `"${sum}", the sum of the digits before`);
}

function checkRanges(file: string, at: number, line1: string, line2: string): void {
  const inside = (line: number, from: number, to: number, name: string, least: number, most: number): void => {
    const value = Number((line === at ? line1 : line2).slice(from - 1, to));
    if (value >= least && value <= most) return;
    throw malformed(file, line, `columns ${from}-${to} (${name})`, `${value}`, `${least} to ${most}`);
  };
  inside(at, 21, 32, "day of the year", 1, 367);
  inside(at + 1, 9, 16, "inclination", 0, 180);
  inside(at + 1, 18, 25, "right ascension of the node", 0, 360);
  inside(at + 1, 35, 42, "argument of perigee", 0, 360);
  inside(at + 1, 44, 51, "mean anomaly", 0, 360);
  inside(at + 1, 53, 63, "mean motion", 1e-8, 20);
}

/**
 * Reads two-line element sets, with or without a line for the name before each ("0 NAME" or "NAME"). Empty lines and
 * lines that begin with # are passed over. Everything else must be as the format says, checksums included.
 *
 * @param text of the file
 * @param file its name, for messages
 * @throws {DataError} naming file, line, columns, what stands there and what was expected; for a file without any
 * @source https://celestrak.org/NORAD/documentation/tle-fmt.php
 * @example
 * const [iss] = ssa.readTle(
 *   `ISS (ZARYA)
 * 1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927
 * 2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537`,
 * );
 * console.log(iss?.name); // ISS (ZARYA)
 */
export function readTle(text: string, file: string = "TLE"): Tle[] {
  const lines = text.split("\n").map((line) => line.trimEnd());
  const out: Tle[] = [];
  let name: string | null = null;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    if (line === "" || line.startsWith("#")) continue;
    if (name === null && !/^[12] /.test(line) && lines[i + 1]?.startsWith("1 ")) {
      name = line.replace(/^0 /, "").trim();
      continue;
    }
    checkLine(file, line, i + 1, 1);
    const second = lines[i + 1];
    if (second === undefined || second === "") {
      throw malformed(file, i + 2, "column 1", "no line", "line 2 of the element set");
    }
    checkLine(file, second, i + 2, 2);
    const number = line.slice(2, 7);
    if (second.slice(2, 7) !== number) {
      throw malformed(
        file,
        i + 2,
        "columns 3-7 (catalogue number)",
        JSON.stringify(second.slice(2, 7)),
        `"${number}" as in line 1`,
      );
    }
    checkRanges(file, i + 1, line, second);
    out.push({ name, catalogueNumber: number.trim(), line1: line, line2: second, lineNumber: i + 1 });
    name = null;
    i++;
  }
  if (out.length > 0) return out;
  throw new DataError(
    "readTle",
    `${file} has no element set`,
    "expected at least one pair of lines",
    "An empty catalogue is often a download that failed: look at the file.",
  );
}
