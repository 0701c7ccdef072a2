import { describe, expect, it } from "vitest";
import { HEADER, OBJECT } from "../../src/ssa/cdm/keywords.ts";
import { CdmError, collisionProbability2D, conjunctionOf, parseCdm, writeCdm } from "../../src/ssa/index.ts";
import { conjunctions, messages, published } from "./published.ts";

function section(rules: typeof HEADER, values: Record<string, string>): string[] {
  return rules
    .filter((rule) => rule.mandatory)
    .map(({ name, unit, numeric, values: list }) => {
      const value =
        values[name] ??
        list?.[0] ??
        (numeric ? "1.0" : name === "TCA" || name === "CREATION_DATE" ? "2026-01-01T00:00:00" : "X");
      return `${name} = ${value}${unit === undefined ? "" : ` [${unit}]`}`;
    });
}

const state = { X: "7000", Y: "0", Z: "0", X_DOT: "0", Y_DOT: "7.5", Z_DOT: "0", REF_FRAME: "EME2000" };
const lines = [
  ...section(HEADER, { CCSDS_CDM_VERS: "1.0" }),
  ...section(OBJECT, { ...state, OBJECT: "OBJECT1" }),
  ...section(OBJECT, { ...state, OBJECT: "OBJECT2", X: "7000.02", Y_DOT: "0", Z_DOT: "7.5" }),
];
const text = `${lines.join("\n")}\n`;

function failure(changed: string[]): CdmError {
  try {
    parseCdm(changed.join("\n"));
  } catch (error) {
    return error as CdmError;
  }
  throw new Error("nothing was thrown");
}

const indexOf = (start: string): number => lines.findIndex((line) => line.startsWith(start));

describe("CDM", () => {
  it("reads states and covariances, and writes back what it read", () => {
    const cdm = parseCdm(text);
    expect(writeCdm(cdm)).toBe(text);
    const q = conjunctionOf(cdm, 10);
    expect(q.state2.position).toEqual([7000020, 0, 0]);
    expect(q.state2.velocity).toEqual([0, 0, 7500]);
    expect(q.hardBodyRadius).toBe(10);
    expect(() => conjunctionOf(cdm)).toThrow(/HBR/);
  });

  it("turns each object's covariance, in m² and m²/s as written, by its own axes", () => {
    const rows = ["R", "T", "N"].flatMap((a, i) => ["R", "T", "N"].slice(0, i + 1).map((b) => `C${a}_${b}`));
    const values: Record<string, string> = { CR_R: "1", CT_T: "4", CN_N: "9", CT_R: "0.5", CN_R: "0", CN_T: "0" };
    const changed = lines.map((line) => {
      const name = line.split(" ")[0] as string;
      return rows.includes(name) ? `${name} = ${values[name]} [m**2]` : line;
    });
    const { covariance1, covariance2 } = conjunctionOf(parseCdm(changed.join("\n")), 10);
    const position = (c: readonly (readonly number[])[]): number[][] =>
      c.slice(0, 3).map((row) => row.slice(0, 3).map((value) => Math.round(value * 1e9) / 1e9 + 0));
    // R, T, N are x, y, z of the first object, and x, z, -y of the second.
    expect(position(covariance1)).toEqual([
      [1, 0.5, 0],
      [0.5, 4, 0],
      [0, 0, 9],
    ]);
    expect(position(covariance2)).toEqual([
      [1, 0, 0.5],
      [0, 9, 0],
      [0.5, 0, 4],
    ]);
    expect(covariance1[5]?.[5]).toBeCloseTo(1, 12); // m²/s², not km
  });

  it("writes an entry that was changed, and checks it", () => {
    const cdm = parseCdm(text);
    const tca = cdm.header.find((entry) => entry.keyword === "MISS_DISTANCE");
    if (tca === undefined) throw new Error("no MISS_DISTANCE");
    tca.value = "25";
    expect(parseCdm(writeCdm(cdm)).header.find((entry) => entry.keyword === "MISS_DISTANCE")?.value).toBe("25");
    tca.value = "near";
    expect(() => writeCdm(cdm)).toThrow(CdmError);
  });

  it.each([
    ["an unknown keyword", "TCA", "TCB = 2026-01-01T00:00:00", /no keyword/],
    ["a wrong unit", "MISS_DISTANCE", "MISS_DISTANCE = 1 [km]", /\[km\].*\[m\]/],
    ["a bad number", "MISS_DISTANCE", "MISS_DISTANCE = 1,5 [m]", /finite number/],
    ["a bad date", "TCA", "TCA = tomorrow", /date/],
    ["no equals sign", "TCA", "TCA 2026", /KEYWORD = value/],
    ["a value that is not listed", "REF_FRAME", "REF_FRAME = TEME", /GCRF, EME2000, ITRF/],
  ])("refuses %s, naming the line", (_, start, line, message) => {
    const at = indexOf(start);
    const error = failure(lines.with(at, line));
    expect(error).toBeInstanceOf(CdmError);
    expect(error.line).toBe(at + 1);
    expect(error.message).toMatch(message);
  });

  it("refuses days and hours that there are not, a negative variance, and a radius that is none", () => {
    const dated = (date: string) => () => parseCdm(text.replace(/^TCA = .*$/m, `TCA = ${date}`));
    const bad = ["2020-13-01T00:00:00", "2021-02-29T00:00:00", "2020-01-01T24:00:00", "2020-01-01T00:60:00"];
    for (const date of [...bad, "2021-366T00:00:00", "2020-000T00:00:00"]) expect(dated(date)).toThrow("TCA");
    const good = ["2020-02-29T23:59:59.999Z", "2016-12-31T23:59:60", "2020-366T00:00:00"];
    for (const date of good) expect(dated(date)).not.toThrow();
    const negative = parseCdm(text.replace(/^CR_R = .*$/m, "CR_R = -5 [m**2]"));
    expect(() => conjunctionOf(negative, 10)).toThrow(/CDM line \d+: CR_R: the variance -5/);
    for (const radius of [0, -1, Number.NaN]) expect(() => conjunctionOf(parseCdm(text), radius)).toThrow("HBR");
  });

  it("refuses what is missing, doubled or out of order", () => {
    const at = indexOf("TCA");
    expect(failure(lines.toSpliced(at, 1)).keyword).toBe("TCA");
    expect(failure(lines.toSpliced(at, 0, lines[at] as string)).message).toMatch(/twice \(line/);
    const swapped = lines.with(at, lines[at + 1] as string).with(at + 1, lines[at] as string);
    expect(failure(swapped).message).toMatch(/order/);
    expect(failure(lines.slice(0, lines.lastIndexOf("OBJECT = OBJECT2"))).message).toMatch(/OBJECT2 is missing/);
  });

  it("gives one probability for states that turn with the Earth, wherever it has turned to, and for inertial ones", () => {
    const rate = 7.292115146706979e-5;
    // Numbers of both objects [km, km/s], tilted against the equator, and seen from the turning Earth.
    const inertial = [
      [5000, 4000, 2500, -4.2, 2.1, 5.9],
      [5000.2, 4000.1, 2499.9, 3.1, -5.2, 4.4],
    ];
    const seen = (angle: number) => {
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      return inertial.map(([x = 0, y = 0, z = 0, u = 0, v = 0, w = 0]) => {
        const [px, py] = [c * x + s * y, c * y - s * x];
        return [px, py, z, c * u + s * v + rate * py, c * v - s * u - rate * px, w];
      });
    };
    const probability = (states: number[][], frame: string): number => {
      const names = ["X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT"];
      const objects = states.map((each, i) => {
        const values = Object.fromEntries(names.map((name, j) => [name, String(each[j])]));
        const sigmas = { CR_R: "1e4", CT_T: "4e5", CN_N: "2e4", CT_R: "1e3", CRDOT_T: "-50" };
        return section(OBJECT, { ...values, ...sigmas, OBJECT: `OBJECT${i + 1}`, REF_FRAME: frame }).map((line) =>
          /^C(R|T|N|RDOT|TDOT|NDOT)_\w+ = 1\.0 /.test(line) && !/^C(\w+)_\1 /.test(line)
            ? line.replace("1.0", "0.0")
            : line,
        );
      });
      const message = [...section(HEADER, { CCSDS_CDM_VERS: "1.0" }), ...objects.flat()].join("\n");
      return collisionProbability2D(conjunctionOf(parseCdm(message), 20)).probability;
    };
    const expected = probability(inertial, "EME2000");
    expect(expected).toBeGreaterThan(1e-8);
    for (const angle of [0, 1.1, 4]) {
      expect(Math.abs(probability(seen(angle), "ITRF") / expected - 1)).toBeLessThan(1e-9);
      // (what turns is not what is seen to stand still)
      expect(Math.abs(probability(seen(angle), "GCRF") / expected - 1)).toBeGreaterThan(1e-6);
    }
    const mixed = text.replace("REF_FRAME = EME2000", "REF_FRAME = ITRF");
    expect(() => conjunctionOf(parseCdm(mixed), 10)).toThrow(/ITRF and EME2000/);
  });

  it.skipIf(!published)(
    "the 30 messages come back byte for byte and give CARA's values (skipped: no shared data)",
    () => {
      const values = new Map(conjunctions().map((each) => [each.name, each.pc2d as number]));
      for (const { name, text: message } of messages()) {
        const cdm = parseCdm(message);
        expect(writeCdm(cdm) === message, name).toBe(true);
        const { probability } = collisionProbability2D(conjunctionOf(cdm));
        expect(Math.abs(probability / (values.get(name) as number) - 1), name).toBeLessThan(1e-6);
      }
    },
  );
});
