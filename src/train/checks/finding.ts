/** What one check found. */
export interface CheckFinding {
  /** Which check: `initialLoss`, `overfitOneBatch`, `gradients`, `duplicates`, `lastBatch`, `schedule`, `finite`. */
  check: string;
  /** `ok`, `warn` (look at it), `fail` (training cannot go well), or `skip` (nothing to check). */
  status: "ok" | "warn" | "fail" | "skip";
  /** What was found, with its figures. */
  message: string;
  /** What to do; empty when all is well. */
  advice: string;
}

export function finding(check: string, status: CheckFinding["status"], message: string, advice = ""): CheckFinding {
  return { check, status, message, advice };
}
