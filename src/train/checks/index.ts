export type { CheckFinding } from "./finding.ts";
export { type LrFinding, type LrFindOptions, type LrPoint, lrFind } from "./lr-find.ts";
export { type PreflightOptions, type PreflightReport, preflight } from "./preflight.ts";
