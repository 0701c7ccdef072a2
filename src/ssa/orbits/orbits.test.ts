import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DataError } from "../../util/index.ts";
import { readCatalogue } from "./catalogue.ts";
import { generateCatalogue } from "./generate.ts";
import { loadSgp4, Orbit } from "./orbit.ts";
import { readTle, tleChecksum } from "./tle.ts";

const LINE_1 = "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927";
const LINE_2 = "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537";
const folder = "../shared/data/tle";
const reference = existsSync(`${folder}/SGP4-VER.TLE`);

const signed = (line: string): string => line.slice(0, 68) + tleChecksum(line);
const edit = (line: string, column: number, text: string): string =>
  signed(line.slice(0, column - 1) + text + line.slice(column - 1 + text.length));

describe("readTle", () => {
  it("reads two and three lines, comments and empty lines between", () => {
    const [one, two] = readTle(`# a comment\n\n${LINE_1}\r\n${LINE_2}\n0 STATION\n${LINE_1}\n${LINE_2}\n`, "a.tle");
    expect([one?.name, one?.catalogueNumber, one?.lineNumber, two?.name]).toEqual([null, "25544", 3, "STATION"]);
  });

  it.each([
    ["too short", LINE_1.slice(0, 60), LINE_2, /a\.tle, line 1, column 61: 60 characters, expected exactly 69/],
    ["line number", LINE_1, LINE_1, /line 2, column 1: "1", expected "2"/],
    ["checksum", `${LINE_1.slice(0, 68)}3`, LINE_2, /line 1, column 69 \(checksum\): "3", expected "7"/],
    ["a letter in a number", LINE_1, edit(LINE_2, 10, "x"), /line 2, columns 9-16 \(inclination\): " x1\.6416"/],
    ["a shifted column", LINE_1, edit(LINE_2, 26, "1"), /line 2, column 26 \(separator\)/],
    ["another number", LINE_1, edit(LINE_2, 3, "25545"), /line 2, columns 3-7 \(catalogue number\): "25545"/],
    ["an inclination of 190", LINE_1, edit(LINE_2, 9, "190.0000"), /line 2, columns 9-16 \(inclination\): 190/],
    ["a missing line", LINE_1, "", /line 2, column 1: no line/],
  ])("refuses %s", (_, line1, line2, message) => {
    expect(() => readTle(`${line1}\n${line2}`, "a.tle")).toThrow(DataError);
    expect(() => readTle(`${line1}\n${line2}`, "a.tle")).toThrow(message);
  });

  it("refuses a file without any", async () => {
    expect(() => readTle("# nothing\n", "a.tle")).toThrow(/a\.tle has no element set/);
    await expect(readCatalogue(" \n", "a.tle")).rejects.toThrow(/a\.tle is empty/);
    await expect(readCatalogue(`${LINE_1}\n${LINE_2}\n${LINE_1}\n${LINE_2}`)).rejects.toThrow(/25544 twice/);
  });
});

describe("OMM", () => {
  const message = {
    OBJECT_NAME: "ISS (ZARYA)",
    OBJECT_ID: "1998-067A",
    EPOCH: "2008-09-20T12:25:40.104192",
    MEAN_MOTION: 15.72125391,
    ECCENTRICITY: "0.0006703",
    INCLINATION: 51.6416,
    RA_OF_ASC_NODE: 247.4627,
    ARG_OF_PERICENTER: 130.536,
    MEAN_ANOMALY: 325.0288,
    NORAD_CAT_ID: 25544,
    ELEMENT_SET_NO: 292,
    BSTAR: -0.11606e-4,
    MEAN_MOTION_DOT: -0.00002182,
    MEAN_MOTION_DDOT: 0,
  };

  it("gives the orbit that its TLE gives, microseconds of the epoch included", async () => {
    const [a] = await readCatalogue(JSON.stringify([message]));
    const [b] = await readCatalogue(`${LINE_1}\n${LINE_2}`);
    const [x, y] = [new Float64Array(6), new Float64Array(6)];
    a?.propagateTo(2454732, x);
    b?.propagateTo(2454732, y);
    for (let i = 0; i < 3; i++) expect(x[i]).toBeCloseTo(y[i] as number, 3);
  });

  const kvn = (more: Record<string, string> = {}): string => {
    const lines = { CCSDS_OMM_VERS: "3.0", ...message, REF_FRAME: "TEME", INCLINATION: "51.6416 [deg]", ...more };
    return Object.entries(lines)
      .map(([name, value]) => `${name} = ${value}\n`)
      .join("");
  };

  it("gives the same in keyword-value notation, one message after the other", async () => {
    const text = `${kvn()}COMMENT the next\n\n${kvn({ NORAD_CAT_ID: "5", EPOCH: "2008-264T12:25:40.104192" })}`;
    const [a, b, ...rest] = await readCatalogue(text.replaceAll("\n", "\r\n"));
    const [c] = await readCatalogue(JSON.stringify([message]));
    expect(rest).toEqual([]);
    expect([a?.name, a?.catalogueNumber, b?.catalogueNumber]).toEqual(["ISS (ZARYA)", "25544", "5"]);
    const states = [a, b, c].map((orbit) => {
      const state = new Float64Array(6);
      orbit?.propagateTo(2454732, state);
      return state;
    });
    expect(states[0]).toEqual(states[2]);
    expect(states[1]).toEqual(states[2]);
  });

  it.each([
    [kvn({ INCLINATION: "0.9 [rad]" }), /o\.kvn, line 7: INCLINATION in \[rad\], expected \[deg\]/],
    [`${kvn()}BSTAR = 1\n`, /BSTAR for the second time/],
    [`${kvn()}once upon a time\n`, /line 17: "once upon a time", expected KEYWORD = value/],
    [kvn({ ECCENTRICITY: "2" }), /message 1, ECCENTRICITY/],
    ["<ndm></ndm>", /XML, expected JSON or keyword = value/],
  ])("refuses in keyword-value notation %#", async (text, pattern) => {
    await expect(readCatalogue(text, "o.kvn")).rejects.toThrow(pattern);
  });

  it.each([
    [{ ...message, INCLINATION: "x" }, /o\.json, message 1, INCLINATION: "x", expected a number from 0 to 180/],
    [{ ...message, EPOCH: "yesterday" }, /message 1, EPOCH/],
    [{ ...message, REF_FRAME: "GCRF" }, /REF_FRAME: GCRF, expected TEME/],
    [{ ...message, NORAD_CAT_ID: undefined }, /NORAD_CAT_ID/],
  ])("refuses %#", async (wrong, pattern) => {
    await expect(readCatalogue(JSON.stringify(wrong), "o.json")).rejects.toThrow(pattern);
    await expect(readCatalogue(JSON.stringify(wrong), "o.json")).rejects.toThrow(DataError);
  });
});

describe("Orbit", () => {
  it("says why SGP4 fails", async () => {
    const [orbit] = await readCatalogue(
      // (of the verification set, with the right checksums)
      `${signed("1 33333U 05037B   05333.02012661  .25992681  00000-0  24476-3 0  153")}
${signed("2 33333  96.4736 157.9986 9950000 244.0492 110.6523  4.00004038 10708")}`,
    );
    const state = new Float64Array(6);
    expect(() => orbit?.propagate(30, state)).toThrow(DataError);
    expect(() => orbit?.propagate(30, state)).toThrow(/object 33333 .*30\.0 min .*\(SGP4 error \d\)/);
  });

  it("generates the same catalogue from the same seed, most of it in low orbit", async () => {
    const [a, b] = [await generateCatalogue({ seed: 3, count: 200 }), await generateCatalogue({ seed: 3, count: 200 })];
    const [x, y] = [new Float64Array(6), new Float64Array(6)];
    a.forEach((orbit, i) => {
      orbit.propagate(30, x);
      b[i]?.propagate(30, y);
      expect(x).toEqual(y);
    });
    const low = a.filter(({ apogeeKm }) => apogeeKm < 2000).length;
    expect(low).toBeGreaterThan(150);
    expect(a.filter(({ perigeeKm }) => perigeeKm > 35_000).length).toBeGreaterThan(5);
    await expect(generateCatalogue({ counts: 2 } as never)).rejects.toThrow('Did you mean "count"?');
  });
});

describe.skipIf(!reference)("SGP4 verification set (skipped where ../shared/data is absent)", () => {
  it("gives Vallado's positions to 1e-4 km and velocities to 1e-6 km/s", async () => {
    const { twoline2satrec } = await loadSgp4();
    const lines = readFileSync(`${folder}/SGP4-VER.TLE`, "utf8").split("\n");
    const orbits = new Map<number, Orbit>();
    lines.forEach((line, i) => {
      // (several of the set's lines have no checksum, and times behind the elements: it is no file for readTle)
      if (!line.startsWith("1 ")) return;
      const second = (lines[i + 1] as string).slice(0, 69);
      orbits.set(Number(line.slice(2, 7)), new Orbit(null, twoline2satrec(line, second)));
    });
    const refused: number[] = [];
    let orbit: Orbit | undefined;
    let [compared, worstKm, worstKmS] = [0, 0, 0];
    const state = new Float64Array(6);
    for (const line of readFileSync(`${folder}/tcppver.out`, "utf8").split("\n")) {
      const numbers = line.trim().split(/\s+/).map(Number);
      if (line.includes("xx")) orbit = orbits.get(numbers[0] as number);
      if (line.includes("xx") || numbers.length < 7) continue;
      try {
        orbit?.propagate(numbers[0] as number, state);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
        refused.push(Number(orbit?.catalogueNumber));
        continue;
      }
      for (let k = 0; k < 3; k++) {
        worstKm = Math.max(worstKm, Math.abs((state[k] as number) - (numbers[k + 1] as number)));
        worstKmS = Math.max(worstKmS, Math.abs((state[k + 3] as number) - (numbers[k + 4] as number)));
      }
      compared++;
    }
    expect(refused).toEqual([33334]); // (the set checks its error code)
    expect(compared).toBeGreaterThan(600);
    expect(worstKm).toBeLessThan(1e-4);
    expect(worstKmS).toBeLessThan(1e-6);
  });

  it("reads the real sample", async () => {
    const text = readFileSync(`${folder}/catalog-2022-08-sample.tle`, "utf8");
    expect(readTle(text).length).toBe(2000);
    expect((await readCatalogue(text.split("\n").slice(0, 200).join("\n"))).length).toBe(100);
  });
});
