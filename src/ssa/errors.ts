import { DataError, InnerloopError } from "../util/index.ts";

/** A covariance that is not positive definite, not symmetric, or not of the shape that is asked for. */
export class CovarianceError extends InnerloopError {}

/** An encounter for which a method is not defined (no relative velocity, no orbit). */
export class EncounterError extends InnerloopError {}

/** A conjunction data message that breaks CCSDS 508.0-B; `line` counts from 1. */
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
