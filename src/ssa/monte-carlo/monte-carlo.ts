import { ConfigError, checkedOptions, type OptionKinds } from "../../util/index.ts";
import { nextTurn } from "../../util/platform/index.ts";
import { checkChoice, checkConjunction } from "../check-conjunction.ts";
import { CovarianceError, EncounterError } from "../errors.ts";
import type { Conjunction } from "../frames/index.ts";
import { wilsonInterval } from "./interval.ts";
import { MAX_NODES, openKernel, REGION } from "./kernel.ts";
import { quarterPeriod, setUp, writeParameters } from "./parameters.ts";

/** How far and how exactly {@link monteCarloProbability} samples. */
export interface MonteCarloOptions {
  /** Samples at most; 10 million unless given. */
  maxSamples?: number;
  /** Stop as soon as half the 95 % interval is at most this share of the probability (looked at after 65,536 samples, at every doubling, then every 1,048,576). */
  relativeError?: number;
  /** Half of the time looked at, about the states' own time [s]; a quarter of the shorter period unless given. */
  halfSpan?: number;
  /** A whole number from 0 below 2^53; 0 unless given. */
  seed?: number;
  /** Threads, 1 to 16; all cores unless given. The result does not depend on them. */
  threads?: number;
  /** Count samples that are within the radius when the span begins (default), or leave them out as CARA does. */
  initialOverlap?: "hit" | "ignore";
  /** Refuse covariances with negative eigenvalues (default), or set these to 0 as CARA does. */
  remediation?: "none" | "cara";
  /** Stops the run: what has been sampled is the result. */
  signal?: AbortSignal;
  onProgress?: (progress: { hits: number; trials: number }) => void;
}

/** What a Monte Carlo run found. */
export interface MonteCarloProbability {
  /** hits / trials */
  probability: number;
  hits: number;
  trials: number;
  /** Wilson's 95 % interval of the probability. */
  interval: [number, number];
  /** Samples that were within the radius when the span began. */
  initialOverlaps: number;
  /** Samples whose orbit was no ellipse (e² > 0.98) or had a mean motion 30 % off; they count as misses. */
  invalid: number;
  /** Eigenvalues of the element covariances that were set to 0. */
  clippedEigenvalues: number;
  /** The part of the span that can hold a hit at all (8 sigma), in which paths were followed [s]. */
  window: [number, number];
  threads: number;
}

const OPTIONS: OptionKinds<MonteCarloOptions> = {
  maxSamples: "number",
  relativeError: "number",
  halfSpan: "number",
  seed: "number",
  threads: "number",
  initialOverlap: "string",
  remediation: "string",
  signal: "object",
  onProgress: "function",
};

// Samples of one task: the first are smaller, so that a likely collision is found to be so at once.
const FIRST_CHUNK = 4096;
const CHUNK = 65536;

/**
 * The probability that two objects come within the hard-body radius during a span of time, by sampling both states
 * and following both orbits: P ≈ hits / trials.
 *
 * Equinoctial elements are drawn from the Gaussians that the covariances imply (so that uncertainty along the orbit
 * follows the orbit), propagated as two bodies, and the smallest distance over the whole span is compared with the
 * radius: right for slow, long and repeated encounters, where {@link collisionProbability2D} is not. Sample k of a
 * seed is the same on any machine and any number of threads (Philox4x32-10).
 *
 * @param conjunction with 6×6 covariances, m and s
 * @throws CovarianceError, EncounterError (no ellipse), ConfigError
 * @source Alfano, "Satellite Conjunction Monte Carlo Analysis", AAS 09-233 (2009); Hall et al., AAS 18-244 (2018); CARA
 * @example
 * const [encounter] = generateEncounters({ seed: 1, count: 1 });
 * if (encounter) {
 *   const { probability, interval } = await monteCarloProbability(encounter.conjunction, { maxSamples: 10_000, threads: 1 });
 *   console.log(probability, interval);
 * }
 */
export async function monteCarloProbability(
  conjunction: Conjunction,
  options: MonteCarloOptions = {},
): Promise<MonteCarloProbability> {
  const given = checkedOptions("monteCarloProbability", options, OPTIONS);
  const { maxSamples = 1e7, relativeError = 0, seed = 0, initialOverlap = "hit", remediation = "none" } = given;
  checkChoice("monteCarloProbability", "initialOverlap", initialOverlap, ["hit", "ignore"]);
  checkChoice("monteCarloProbability", "remediation", remediation, ["none", "cara"]);
  checkConjunction("monteCarloProbability", conjunction);
  const { threads = 1 } = given; // (the default is chosen where they are started)
  check("threads", threads, Number.isInteger(threads) && threads >= 1 && threads <= REGION, `1 to ${REGION}`);
  const halfSpan = options.halfSpan ?? quarterPeriod(conjunction);
  check("maxSamples", maxSamples, Number.isSafeInteger(maxSamples) && maxSamples > 0, "a whole number above 0");
  check("relativeError", relativeError, relativeError >= 0 && relativeError < 1, "0 to 1");
  check("halfSpan", halfSpan, halfSpan > 0 && Number.isFinite(halfSpan), "seconds above 0");
  check("seed", seed, Number.isSafeInteger(seed) && seed >= 0, "a whole number from 0 to 2^53");
  const setup = setUp(conjunction, halfSpan);
  if (setup.clipped > 0 && remediation === "none") {
    throw new CovarianceError(
      "monteCarloProbability",
      `${setup.clipped} eigenvalues of the element covariances are negative`,
      "expected covariances that are positive semi-definite",
      'Ask for the covariance again, or say remediation: "cara" to set them to 0.',
    );
  }
  if (setup.nodes.length > MAX_NODES) {
    throw new EncounterError(
      "monteCarloProbability",
      `the span needs ${setup.nodes.length} nodes`,
      `expected at most ${MAX_NODES}`,
      "Give a shorter halfSpan.",
    );
  }
  const kernel = await openKernel(options.threads);
  const counted = { hits: 0, initial: 0, invalid: 0 };
  let trials = 0;
  try {
    writeParameters(setup, conjunction.hardBodyRadius, kernel.parameters);
    while (trials < maxSamples && !options.signal?.aborted) {
      const left = maxSamples - trials;
      const chunk = Math.min(CHUNK, Math.max(FIRST_CHUNK, trials / REGION));
      const counts = Array.from({ length: Math.min(REGION, Math.ceil(left / chunk)) }, (_, task) =>
        Math.min(chunk, left - task * chunk),
      );
      const part = kernel.region([seed % 2 ** 32, Math.floor(seed / 2 ** 32)], trials, counts);
      trials += counts.reduce((a, b) => a + b, 0);
      counted.hits += part.hits - (initialOverlap === "ignore" ? part.initial : 0);
      counted.initial += part.initial;
      counted.invalid += part.invalid;
      options.onProgress?.({ hits: counted.hits, trials });
      const [low, high] = wilsonInterval(counted.hits, trials);
      if (counted.hits > 0 && (high - low) / 2 <= (relativeError * counted.hits) / trials) break;
      await nextTurn();
    }
  } finally {
    kernel.close();
  }
  return {
    probability: trials > 0 ? counted.hits / trials : Number.NaN,
    hits: counted.hits,
    trials,
    interval: trials > 0 ? wilsonInterval(counted.hits, trials) : [0, 1],
    initialOverlaps: counted.initial,
    invalid: counted.invalid,
    clippedEigenvalues: setup.clipped,
    window: [setup.nodes[0] as number, setup.nodes[setup.nodes.length - 1] as number],
    threads: kernel.threads,
  };
}

function check(name: string, value: number, good: boolean, expected: string): void {
  if (good) return;
  throw new ConfigError("monteCarloProbability", `${name} is ${value}`, `expected ${expected}`, `Change ${name}.`);
}
