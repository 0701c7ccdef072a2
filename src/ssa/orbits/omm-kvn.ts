import { DataError } from "../../util/index.ts";
import type { Omm } from "./omm.ts";

/** Units that a message may give; the standard has no others. */
const UNITS: Readonly<Record<string, string>> = {
  MEAN_MOTION: "rev/day",
  INCLINATION: "deg",
  RA_OF_ASC_NODE: "deg",
  ARG_OF_PERICENTER: "deg",
  MEAN_ANOMALY: "deg",
  BSTAR: "1/ER",
  MEAN_MOTION_DOT: "rev/day**2",
  MEAN_MOTION_DDOT: "rev/day**3",
  GM: "km**3/s**2",
};

/** Whether a text is a message in keyword-value notation. */
export function isOmmKvn(text: string): boolean {
  return /^\s*CCSDS_OMM_VERS\s*=/.test(text);
}

/**
 * The messages of a text in keyword-value notation, each of which begins with `CCSDS_OMM_VERS`. Comments are dropped,
 * values stay texts.
 *
 * @throws {DataError} naming the line of what is no keyword with a value, a unit other than the standard's, or a keyword
 *   given twice
 * @source CCSDS 502.0-B-3, sections 4.2 and 7
 */
export function parseOmmKvn(text: string, file: string): Omm[] {
  const messages: Record<string, string>[] = [];
  text.split(/\r?\n/).forEach((raw, i) => {
    const line = raw.trim();
    if (line === "" || /^COMMENT(\s|$)/.test(line)) return;
    const refuse = (got: string, expected: string): DataError =>
      new DataError("readOmm", `${file}, line ${i + 1}: ${got}`, `expected ${expected}`, "Mend the line.");
    const parts = /^([A-Z0-9_]+)\s*=\s*(.*?)\s*(?:\[([^\]]*)\])?$/.exec(line);
    if (parts === null) throw refuse(JSON.stringify(line), "KEYWORD = value [unit], or COMMENT");
    const [, keyword = "", value = "", unit] = parts;
    if (keyword === "CCSDS_OMM_VERS") messages.push({});
    const message = messages.at(-1);
    if (message === undefined) throw refuse(keyword, "CCSDS_OMM_VERS first");
    if (keyword in message) throw refuse(`${keyword} for the second time in its message`, "it once");
    if (unit !== undefined && unit.toLowerCase() !== UNITS[keyword]?.toLowerCase()) {
      throw refuse(`${keyword} in [${unit}]`, UNITS[keyword] === undefined ? "no unit" : `[${UNITS[keyword]}]`);
    }
    message[keyword] = value;
  });
  return messages.map((message) => ({ ...message, EPOCH: calendarDate(message.EPOCH ?? "") }) as unknown as Omm);
}

/** `2020-064T10:34:41` (a day of the year) as `2020-03-04T10:34:41`. */
function calendarDate(text: string): string {
  const parts = /^(\d{4})-(\d{3})(T.*)$/.exec(text);
  if (parts === null) return text;
  const [, year, day, time] = parts;
  return `${new Date(Date.UTC(Number(year), 0, Number(day))).toISOString().slice(0, 10)}${time}`;
}
