import { DataError, InnerloopError } from "../util/index.ts";

/**
 * A covariance that is not positive definite, not symmetric, or not of the shape that is asked for.
 *
 * @example
 * const state1 = { position: [7e6, 0, 0], velocity: [0, 7500, 0] } as const;
 * const state2 = { position: [7e6 + 20, 0, 0], velocity: [0, 0, 7500] } as const;
 * const covariance1 = [[-1, 0, 0], [0, -1, 0], [0, 0, -1]];
 * try {
 *   ssa.collisionProbability2D({ state1, state2, covariance1, covariance2: covariance1, hardBodyRadius: 10 });
 * } catch (error) {
 *   console.log(error instanceof ssa.CovarianceError); // true
 * }
 */
export class CovarianceError extends InnerloopError {}

/**
 * An encounter for which a method is not defined (no relative velocity, no orbit).
 *
 * @example
 * const state1 = { position: [7e6, 0, 0], velocity: [0, 7500, 0] } as const;
 * const state2 = { position: [7e6 + 20, 0, 0], velocity: [0, 7500, 0] } as const;
 * const covariance1 = [[100, 0, 0], [0, 100, 0], [0, 0, 100]];
 * try {
 *   ssa.collisionProbability2D({ state1, state2, covariance1, covariance2: covariance1, hardBodyRadius: 10 });
 * } catch (error) {
 *   console.log(error instanceof ssa.EncounterError); // true: no relative velocity
 * }
 */
export class EncounterError extends InnerloopError {}

/**
 * A conjunction data message that breaks CCSDS 508.0-B; `line` counts from 1.
 *
 * @example
 * try {
 *   ssa.parseCdm("CCSDS_CDM_VERS = 1.0\nCREATION_DAY = 2026-01-01T00:00:00");
 * } catch (error) {
 *   if (error instanceof ssa.CdmError) console.log(error.line, error.keyword); // 2 CREATION_DAY
 * }
 */
export class CdmError extends DataError {
  /** The line of the file, from 1; 0 where the error belongs to none (something is missing at the end). */
  readonly line: number;
  /** The keyword concerned, empty where there is none. */
  readonly keyword: string;

  constructor(line: number, keyword: string, got: string, expected: string, fix: string) {
    super(line > 0 ? `CDM line ${line}` : "CDM", keyword === "" ? got : `${keyword}: ${got}`, expected, fix);
    this.line = line;
    this.keyword = keyword;
  }
}
