import { CdmError } from "../errors.ts";
import { type Conjunction, fromEarthFixed, rtnToInertial, type State } from "../frames/index.ts";
import { covarianceKeyword } from "./keywords.ts";
import type { Cdm, CdmEntry } from "./parse.ts";

function entryOf(entries: readonly CdmEntry[], keyword: string): CdmEntry {
  const entry = entries.find((each) => each.keyword === keyword);
  if (entry === undefined)
    throw new CdmError(0, keyword, "missing", "it is needed here", "Read the file with parseCdm.");
  return entry;
}

/**
 * A keyword's number, in the unit of the standard.
 *
 * @example
 * ssa.cdmNumber([{ keyword: "MISS_DISTANCE", value: "715", unit: "m", raw: "", line: 1 }], "MISS_DISTANCE"); // 715
 */
export function cdmNumber(entries: readonly CdmEntry[], keyword: string): number {
  return Number(entryOf(entries, keyword).value);
}

function stateOf(entries: readonly CdmEntry[]): State {
  // km → m by shifting the decimal exponent, so that no rounding is added to what the message says
  const metres = (keyword: string): number => {
    const { value } = entryOf(entries, keyword);
    const [mantissa, exponent = "0"] = value.toLowerCase().split("e") as [string, string?];
    return Number(`${mantissa}e${Number(exponent) + 3}`);
  };
  const state: State = {
    position: [metres("X"), metres("Y"), metres("Z")],
    velocity: [metres("X_DOT"), metres("Y_DOT"), metres("Z_DOT")],
  };
  return frameOf(entries) === "ITRF" ? fromEarthFixed(state) : state;
}

function covarianceOf(entries: readonly CdmEntry[]): number[][] {
  const element = (i: number, j: number): number =>
    cdmNumber(entries, covarianceKeyword(Math.max(i, j), Math.min(i, j)));
  for (let i = 0; i < 6; i++) {
    if (element(i, i) >= 0) continue;
    const { keyword, value, line } = entryOf(entries, covarianceKeyword(i, i));
    throw new CdmError(line, keyword, `the variance ${value}`, "expected 0 or more", "Ask for the message again.");
  }
  return Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (__, j) => element(i, j)));
}

function frameOf(entries: readonly CdmEntry[]): string {
  return entryOf(entries, "REF_FRAME").value;
}

/**
 * The combined radius that CARA and others write as `COMMENT HBR = 15 [m]`; undefined where there is none.
 *
 * @example
 * const header = [{ keyword: "COMMENT", value: "HBR = 15 [m]", unit: "", raw: "", line: 1 }];
 * ssa.hardBodyRadiusOf({ header, object1: [], object2: [], newline: "\n", finalNewline: true }); // 15
 */
export function hardBodyRadiusOf(cdm: Cdm): number | undefined {
  for (const { keyword, value } of cdm.header) {
    const found = keyword === "COMMENT" ? /^\s*HBR\s*=\s*([\d.eE+-]+)\s*\[m\]\s*$/.exec(value) : null;
    if (found !== null) return Number(found[1]);
  }
  return undefined;
}

/**
 * The two states [m, m/s] and inertial covariances of a message, ready for a probability. Covariances are turned from
 * each object's own RTN axes. States in ITRF come in the inertial frame that coincides with it at that instant.
 *
 * @param hardBodyRadius [m]; the message's `COMMENT HBR` unless given
 * @throws CdmError for two different frames, no radius above 0, or a variance below 0
 * @example
 * function probabilityOf(message: string): number {
 *   return ssa.collisionProbability2D(ssa.conjunctionOf(ssa.parseCdm(message), 15)).probability;
 * }
 */
export function conjunctionOf(cdm: Cdm, hardBodyRadius?: number): Conjunction {
  const frames = [frameOf(cdm.object1), frameOf(cdm.object2)];
  if (frames[0] !== frames[1]) {
    const { line } = entryOf(cdm.object2, "REF_FRAME");
    throw new CdmError(line, "REF_FRAME", frames.join(" and "), "both objects share one frame", "Convert one of them.");
  }
  const radius = hardBodyRadius ?? hardBodyRadiusOf(cdm);
  if (radius === undefined) {
    throw new CdmError(
      0,
      "HBR",
      "no hard-body radius",
      "a CDM has none of its own",
      "Give it: conjunctionOf(cdm, 10).",
    );
  }
  if (!(radius > 0 && Number.isFinite(radius))) {
    const got = `the hard-body radius ${radius}`;
    throw new CdmError(0, "HBR", got, "expected metres above 0", "Give the sum of the two objects' radii.");
  }
  const state1 = stateOf(cdm.object1);
  const state2 = stateOf(cdm.object2);
  return {
    state1,
    covariance1: rtnToInertial(covarianceOf(cdm.object1), state1),
    state2,
    covariance2: rtnToInertial(covarianceOf(cdm.object2), state2),
    hardBodyRadius: radius,
  };
}
