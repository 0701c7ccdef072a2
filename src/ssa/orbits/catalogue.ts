import { DataError } from "../../util/index.ts";
import { type Omm, readOmm } from "./omm.ts";
import { isOmmKvn } from "./omm-kvn.ts";
import { loadSgp4, Orbit, type Sgp4 } from "./orbit.ts";
import { readTle } from "./tle.ts";

/** An orbit for a message; what of its epoch satellite.js cuts off (below a millisecond: 7 m) is kept. */
function fromOmm(sgp4: Sgp4, message: Omm): Orbit {
  const beyond = /\.\d{3}(\d+)/.exec(message.EPOCH)?.[1];
  return new Orbit(
    message.OBJECT_NAME ?? null,
    sgp4.json2satrec(message),
    beyond === undefined ? 0 : Number(`.${beyond}`),
  );
}

/**
 * The objects of a catalogue in one of the forms public ones come in: two-line element sets (with or without names), or
 * orbit mean-elements messages in JSON or keyword-value notation.
 *
 * @param text the file's content
 * @param file its name, for messages
 * @throws {DataError} naming file, line and column (or message and field); for an empty catalogue, or one with the
 *   same object twice; with SGP4's reason for elements it cannot begin with
 * @example
 * const catalogue = await ssa.readCatalogue(
 *   `1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927
 * 2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537`,
 * );
 * const state = new Float64Array(6);
 * catalogue[0]?.propagate(90, state); // 90 minutes after the elements' epoch
 */
export async function readCatalogue(text: string, file: string = "catalogue"): Promise<Orbit[]> {
  const sgp4 = await loadSgp4();
  if (text.trim() === "") {
    throw new DataError(
      "readCatalogue",
      `${file} is empty`,
      "expected element sets",
      "An empty catalogue is often a download that failed.",
    );
  }
  const orbits =
    /^\s*[[{<]/.test(text) || isOmmKvn(text)
      ? readOmm(text, file).map((message) => fromOmm(sgp4, message))
      : readTle(text, file).map(({ name, line1, line2 }) => new Orbit(name, sgp4.twoline2satrec(line1, line2)));
  const seen = new Set<string>();
  const state = new Float64Array(6);
  for (const orbit of orbits) {
    if (seen.has(orbit.catalogueNumber)) {
      throw new DataError(
        "readCatalogue",
        `${file} has object ${orbit.catalogueNumber} twice`,
        "expected each object once",
        "Keep the element set with the newest epoch.",
      );
    }
    seen.add(orbit.catalogueNumber);
    orbit.propagate(0, state);
  }
  return orbits;
}

/** Orbits for messages made by a program. */
export async function orbitsFromOmm(messages: readonly Omm[]): Promise<Orbit[]> {
  const sgp4 = await loadSgp4();
  return messages.map((message) => fromOmm(sgp4, message));
}
