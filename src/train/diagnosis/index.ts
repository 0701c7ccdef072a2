export { DiagnosisCallback, type DiagnosisCallbackOptions } from "./callback.ts";
export { constantLossOf } from "./constant-loss.ts";
export { diagnose } from "./diagnose.ts";
export { GradientProbe, type ProbeResult } from "./gradient-probe.ts";
export { LiveDiagnosis, type LiveOptions } from "./live.ts";
export type {
  DiagnosisEpoch,
  DiagnosisInput,
  DiagnosisStep,
  Severity,
  Verdict,
  VerdictKind,
} from "./verdict.ts";
