import { DataError } from "../../util/index.ts";
import { isOmmKvn, parseOmmKvn } from "./omm-kvn.ts";

/**
 * An orbit mean-elements message: CCSDS's keywords, with numbers as numbers or texts. Angles in degrees, the mean motion in
 * revolutions a day, the epoch in UTC.
 */
export interface Omm {
  OBJECT_NAME?: string;
  OBJECT_ID?: string;
  NORAD_CAT_ID: number | string;
  /** `2022-08-09T05:41:27.528192` */
  EPOCH: string;
  MEAN_MOTION: number | string;
  ECCENTRICITY: number | string;
  INCLINATION: number | string;
  RA_OF_ASC_NODE: number | string;
  ARG_OF_PERICENTER: number | string;
  MEAN_ANOMALY: number | string;
  BSTAR: number | string;
  MEAN_MOTION_DOT: number | string;
  MEAN_MOTION_DDOT: number | string;
  ELEMENT_SET_NO?: number | string;
  [keyword: string]: unknown;
}

const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  MEAN_MOTION: [1e-8, 20],
  ECCENTRICITY: [0, 0.9999999],
  INCLINATION: [0, 180],
  RA_OF_ASC_NODE: [0, 360],
  ARG_OF_PERICENTER: [0, 360],
  MEAN_ANOMALY: [0, 360],
  BSTAR: [-10, 10],
  MEAN_MOTION_DOT: [-100, 100],
  MEAN_MOTION_DDOT: [-100, 100],
};
// What may be left out, and the only value that SGP4 can work with where it is there.
const FIXED: Readonly<Record<string, string>> = {
  CENTER_NAME: "EARTH",
  REF_FRAME: "TEME",
  TIME_SYSTEM: "UTC",
  MEAN_ELEMENT_THEORY: "SGP4",
};
const EPOCH = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z?$/;

function malformed(where: string, got: string, expected: string): DataError {
  return new DataError("readOmm", `${where}: ${got}`, `expected ${expected}`, "Get the message again from its source.");
}

/**
 * Reads orbit mean-elements messages: as JSON a list of them, as public catalogues give them out, or a single one; or in
 * keyword-value notation, one after the other.
 *
 * @param text of the file
 * @param file its name, for messages
 * @throws {DataError} naming file, message (from 1) and field, or the line; for XML, which is not read
 * @example
 * const namesIn = (text: string) => ssa.readOmm(text, "catalogue.json").map(({ OBJECT_NAME }) => OBJECT_NAME);
 * @source CCSDS 502.0-B-3, https://celestrak.org/NORAD/documentation/gp-data-formats.php
 */
export function readOmm(text: string, file: string = "OMM"): Omm[] {
  if (isOmmKvn(text)) return parseOmmKvn(text, file).map((each, i) => checked(each, `${file}, message ${i + 1}`));
  if (/^\s*</.test(text)) {
    throw new DataError("readOmm", `${file}: XML`, "expected JSON or keyword = value", "Get it in one of these forms.");
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw malformed(file, (error as Error).message, "JSON");
  }
  const list: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (list.length === 0) throw malformed(file, "an empty list", "at least one message");
  return list.map((each, i) => checked(each, `${file}, message ${i + 1}`));
}

function checked(value: unknown, where: string): Omm {
  if (typeof value !== "object" || value === null) throw malformed(where, JSON.stringify(value), "an object");
  const message = value as Record<string, unknown>;
  const text = (name: string): string => String(message[name] ?? "").trim();
  for (const [name, only] of Object.entries(FIXED)) {
    const found = text(name);
    if (found !== "" && found.toUpperCase() !== only) throw malformed(`${where}, ${name}`, found, only);
  }
  if (!/^\d{1,9}$/.test(text("NORAD_CAT_ID"))) {
    throw malformed(`${where}, NORAD_CAT_ID`, JSON.stringify(message.NORAD_CAT_ID), "up to 9 digits");
  }
  if (!EPOCH.test(text("EPOCH")) || Number.isNaN(Date.parse(`${text("EPOCH").replace(/Z$/, "")}Z`))) {
    throw malformed(`${where}, EPOCH`, JSON.stringify(message.EPOCH), "a time such as 2022-08-09T05:41:27.528192");
  }
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const number = text(name) === "" ? NaN : Number(text(name));
    if (number >= least && number <= most) continue;
    throw malformed(
      `${where}, ${name}`,
      JSON.stringify(message[name]) ?? "nothing",
      `a number from ${least} to ${most}`,
    );
  }
  return value as Omm;
}
