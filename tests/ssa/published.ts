import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Conjunction } from "../../src/ssa/index.ts";

const folder = fileURLToPath(new URL("../../../shared/data/ssa", import.meta.url));

/** Whether the published cases are there; see docs/ssa.md for where they come from. */
export const published: boolean = existsSync(`${folder}/alfano-2009.json`);

/** A published case: what goes in, and what came out elsewhere. */
export interface PublishedCase {
  name: string;
  conjunction: Conjunction;
  /** CARA's 2-D value, states moved to closest approach (null for Alfano 12). */
  pc2d: number | null;
  hits: number;
  trials: number;
  halfSpan?: number;
}

function read(name: string): Record<string, never>[] {
  return JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
}

/** Alfano's 12 cases at closest approach, with CARA's 1e8 samples. */
export function alfano(): PublishedCase[] {
  return (read("alfano-2009.json") as unknown as AlfanoCase[]).map((each) => ({
    name: `Alfano ${each.case}`,
    conjunction: {
      state1: { position: each.at_tca.r1, velocity: each.at_tca.v1 },
      covariance1: each.at_tca.C1,
      state2: { position: each.at_tca.r2, velocity: each.at_tca.v2 },
      covariance2: each.at_tca.C2,
      hardBodyRadius: each.hbr_m,
    },
    pc2d: each.expected.cara_pc2d,
    hits: Math.round(each.expected.cara_mc * each.expected.cara_mc_trials),
    trials: each.expected.cara_mc_trials,
    halfSpan: each.span_s,
  }));
}

/** CARA's 30 conjunctions. */
export function conjunctions(): PublishedCase[] {
  return (read("cara-conjunctions.json") as unknown as CaraCase[]).map((each) => ({
    name: each.id,
    conjunction: {
      state1: { position: each.r1_m, velocity: each.v1_mps },
      covariance1: each.C1_eci,
      state2: { position: each.r2_m, velocity: each.v2_mps },
      covariance2: each.C2_eci,
      hardBodyRadius: each.hbr_m,
    },
    pc2d: each.expected.Pc2D,
    hits: each.expected.NhitSDMC,
    trials: each.expected.NtotSDMC,
  }));
}

/** The 30 messages: name and text. */
export function messages(): { name: string; text: string }[] {
  return readdirSync(`${folder}/cdm`)
    .sort()
    .map((name) => ({ name: name.replace(".cdm", ""), text: readFileSync(`${folder}/cdm/${name}`, "utf8") }));
}

type Three = [number, number, number];

interface AlfanoCase {
  case: number;
  hbr_m: number;
  span_s: number;
  at_tca: { r1: Three; v1: Three; C1: number[][]; r2: Three; v2: Three; C2: number[][] };
  expected: { cara_pc2d: number | null; cara_mc: number; cara_mc_trials: number };
}

interface CaraCase {
  id: string;
  hbr_m: number;
  r1_m: Three;
  v1_mps: Three;
  C1_eci: number[][];
  r2_m: Three;
  v2_mps: Three;
  C2_eci: number[][];
  expected: { Pc2D: number; NhitSDMC: number; NtotSDMC: number };
}

/**
 * Fisher's exact two-sided test that both proportions are one: the share, among all ways to deal the same hits to
 * samples of these sizes, of those no likelier than what was seen. Right for a handful of hits as for millions.
 */
export function twoProportion(hits1: number, trials1: number, hits2: number, trials2: number): number {
  const all = hits1 + hits2;
  let total = 1;
  let extreme = 1;
  // Chances in units of that of what was seen; each from its neighbour, both ways until nothing is added.
  for (const step of [1, -1]) {
    let chance = 1;
    for (let k = hits1; ; ) {
      const up = step === 1 ? k : k - 1; // from `up` to `up + 1` hits in the first sample
      const ratio = ((all - up) * (trials1 - up)) / ((up + 1) * (trials2 - all + up + 1));
      const factor = step === 1 ? ratio : 1 / ratio;
      chance *= factor; // 0 at the end of what is possible
      k += step;
      if (chance > 1e200) return 0;
      total += chance;
      if (chance <= 1 + 1e-9) extreme += chance;
      if (factor < 1 && chance < 1e-17 * total) break;
    }
  }
  return extreme / total;
}
