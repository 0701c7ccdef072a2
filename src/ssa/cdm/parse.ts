import { CdmError } from "../errors.ts";
import { HEADER, type Keyword, OBJECT } from "./keywords.ts";

/** One line of a message: a keyword with its value, or a comment. */
export interface CdmEntry {
  /** `"COMMENT"` for comments. */
  keyword: string;
  value: string;
  /** As written, without brackets; empty where there is none. */
  unit: string;
  /** Number of the line, from 1. */
  line: number;
  /** The line as it was read; `writeCdm` writes it back where keyword, value and unit are unchanged. */
  raw: string;
}

/** A conjunction data message: what stands before the objects, and the two objects. */
export interface Cdm {
  header: CdmEntry[];
  object1: CdmEntry[];
  object2: CdmEntry[];
  /** `"\r\n"` or `"\n"`, and whether the last line ends with it. */
  newline: string;
  finalNewline: boolean;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const DATE = /^(\d{4})-(?:(\d{2})-(\d{2})|(\d{3}))T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?Z?$/;
const DATES = /^(CREATION_DATE|TCA|START_SCREEN_PERIOD|STOP_SCREEN_PERIOD|SCREEN_(ENTRY|EXIT)_TIME|TIME_LASTOB_.*)$/;

function split(raw: string, line: number): CdmEntry {
  const text = raw.trim();
  const comment = /^COMMENT(?:\s(.*))?$/.exec(text);
  if (comment !== null) return { keyword: "COMMENT", value: comment[1] ?? "", unit: "", line, raw };
  const parts = /^([^=\s]+)\s*=\s*(.*)$/.exec(text);
  if (parts === null) {
    throw new CdmError(line, "", `"${text}"`, "expected KEYWORD = value [unit], or COMMENT", "Mend the line.");
  }
  const [, keyword = "", rest = ""] = parts;
  const united = /^(.*?)\s*\[([^\]]*)\]$/.exec(rest);
  return { keyword, value: united?.[1] ?? rest, unit: united?.[2] ?? "", line, raw };
}

/** Whether a date is written as the standard says, and is one: a month of 12, a day that the month has, an hour of 24. */
function isDate(text: string): boolean {
  const parts = DATE.exec(text);
  if (parts === null) return false;
  const [year, month, day, ofYear, hours, minutes, seconds] = parts.slice(1).map(Number) as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const days = (m: number): number => new Date(Date.UTC(year, m, 0)).getUTCDate(); // of month m from 1
  const leap = days(2) === 29;
  const dayIs =
    parts[4] === undefined
      ? month >= 1 && month <= 12 && day >= 1 && day <= days(month)
      : ofYear >= 1 && ofYear <= (leap ? 366 : 365);
  return dayIs && hours <= 23 && minutes <= 59 && seconds <= 60; // (60 in a leap second)
}

function checkValue({ keyword, value, unit, line }: CdmEntry, rule: Keyword): void {
  if (value === "") throw new CdmError(line, keyword, "no value", "expected one after =", "Give it, or drop the line.");
  if (unit !== "" && unit !== rule.unit) {
    const expected = rule.unit === undefined ? "expected none" : `expected [${rule.unit}]`;
    throw new CdmError(line, keyword, `the unit [${unit}]`, expected, "Convert the value.");
  }
  if (rule.numeric && (!NUMBER.test(value) || !Number.isFinite(Number(value)))) {
    throw new CdmError(line, keyword, `"${value}"`, "expected a finite number", "Mend the value.");
  }
  if (DATES.test(keyword) && !isDate(value)) {
    throw new CdmError(
      line,
      keyword,
      `"${value}"`,
      "expected a date such as 2022-02-24T10:03:07.749",
      "Mend the date.",
    );
  }
  if (rule.values !== undefined && !rule.values.includes(value)) {
    throw new CdmError(line, keyword, `"${value}"`, `expected ${rule.values.join(", ")}`, "Take one of these.");
  }
}

function checkSection(entries: readonly CdmEntry[], rules: readonly Keyword[], where: string): void {
  const order = new Map(rules.map((rule, i) => [rule.name, i]));
  const seen = new Map<string, number>();
  let last = -1;
  let lastName = "";
  for (const entry of entries) {
    if (entry.keyword === "COMMENT") continue;
    const { keyword, line } = entry;
    const index = order.get(keyword);
    if (index === undefined) {
      const known = [...HEADER, ...OBJECT].some((rule) => rule.name === keyword);
      const got = known ? `it stands in the ${where}` : "no keyword of a CDM";
      throw new CdmError(line, keyword, got, `expected one of CCSDS 508.0-B for the ${where}`, "Check the spelling.");
    }
    const before = seen.get(keyword);
    if (before !== undefined) {
      throw new CdmError(line, keyword, `given twice (line ${before})`, "expected it once", "Drop one of them.");
    }
    if (index < last) {
      throw new CdmError(
        line,
        keyword,
        `it comes after ${lastName}`,
        "expected the standard's order",
        "Move the line.",
      );
    }
    checkValue(entry, rules[index] as Keyword);
    seen.set(keyword, line);
    last = index;
    lastName = keyword;
  }
  const end = entries[entries.length - 1]?.line ?? 0;
  for (const rule of rules) {
    if (rule.mandatory && !seen.has(rule.name)) {
      throw new CdmError(end, rule.name, `missing in the ${where}`, "it is mandatory", "Add it.");
    }
  }
  // The optional rows of the covariance come whole or not at all.
  for (const row of ["DRG", "SRP", "THR"]) {
    const names = rules.map((rule) => rule.name).filter((name) => name.startsWith(`C${row}_`));
    const missing = names.find((name) => !seen.has(name));
    if (missing !== undefined && names.some((name) => seen.has(name))) {
      throw new CdmError(end, missing, `missing in the ${where}`, `the row of ${row} has begun`, "Complete the row.");
    }
  }
}

/**
 * Reads a conjunction data message in keyword-value notation, strictly: every keyword known, in the standard's order,
 * once; every mandatory one there; units and numbers as they must be. Units may be left out, as the standard allows.
 *
 * @throws CdmError with the line and the keyword
 * @source CCSDS 508.0-B-1, Conjunction Data Message (2013), tables 3-1 to 3-4
 * @example
 * try {
 *   parseCdm("CCSDS_CDM_VERS = 1.0\nCREATION_DAY = 2026-01-01T00:00:00");
 * } catch (error) {
 *   if (error instanceof CdmError) console.log(error.line, error.keyword); // 2 CREATION_DAY
 * }
 */
export function parseCdm(text: string): Cdm {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text.split(newline);
  const finalNewline = lines[lines.length - 1] === "";
  if (finalNewline) lines.pop();
  const sections: CdmEntry[][] = [[]];
  lines.forEach((raw, i) => {
    if (raw.trim() === "") {
      (sections[sections.length - 1] as CdmEntry[]).push({ keyword: "COMMENT", value: "", unit: "", line: i + 1, raw });
      return;
    }
    const entry = split(raw, i + 1);
    if (entry.keyword === "OBJECT") {
      const expected = `OBJECT${sections.length}`;
      if (sections.length > 2 || entry.value !== expected) {
        const wanted = sections.length > 2 ? "expected two objects" : `expected ${expected}`;
        throw new CdmError(i + 1, "OBJECT", `"${entry.value}"`, wanted, "Give OBJECT1, then OBJECT2.");
      }
      sections.push([]);
    }
    (sections[sections.length - 1] as CdmEntry[]).push(entry);
  });
  const [header, object1, object2] = sections;
  const first = header?.find((entry) => entry.keyword !== "COMMENT");
  if (first?.keyword !== "CCSDS_CDM_VERS") {
    throw new CdmError(
      first?.line ?? 1,
      "CCSDS_CDM_VERS",
      "the file does not begin with it",
      "expected a CDM in KVN",
      "XML messages are not read.",
    );
  }
  checkSection(header as CdmEntry[], HEADER, "header");
  if (object1 === undefined || object2 === undefined) {
    const missing = object1 === undefined ? "OBJECT1" : "OBJECT2";
    throw new CdmError(lines.length, "OBJECT", `${missing} is missing`, "expected two objects", "Is the file whole?");
  }
  checkSection(object1, OBJECT, "first object");
  checkSection(object2, OBJECT, "second object");
  return { header: header as CdmEntry[], object1, object2, newline, finalNewline };
}

/**
 * The text of a message: byte for byte what was read, but for entries whose keyword, value or unit have changed.
 *
 * @throws CdmError where a changed message breaks the standard
 * @example
 * const copyOf = (message: string) => ssa.writeCdm(ssa.parseCdm(message)); // the same bytes
 */
export function writeCdm(cdm: Cdm): string {
  const line = (entry: CdmEntry): string => {
    const same = entry.raw.trim() === "" ? entry : entry.raw === "" ? null : split(entry.raw, entry.line);
    if (same !== null && same.keyword === entry.keyword && same.value === entry.value && same.unit === entry.unit) {
      return entry.raw;
    }
    if (entry.keyword === "COMMENT") return `COMMENT ${entry.value}`;
    return `${entry.keyword.padEnd(43)} = ${entry.value}${entry.unit === "" ? "" : ` [${entry.unit}]`}`;
  };
  const lines = [...cdm.header, ...cdm.object1, ...cdm.object2].map(line);
  const text = lines.join(cdm.newline) + (cdm.finalNewline ? cdm.newline : "");
  parseCdm(text);
  return text;
}
