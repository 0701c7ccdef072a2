export { type Anomaly, findAnomaly, type ReplayParts } from "./anomaly.ts";
export {
  type BundleParts,
  encodeBundle,
  type Replay,
  replayPostMortem,
  type StepFacts,
  writeBundle,
} from "./bundle.ts";
export { describeAnomaly, NonfiniteError } from "./nonfinite-error.ts";
