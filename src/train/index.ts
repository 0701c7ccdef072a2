export { BestWeights } from "./best-weights.ts";
export type { Callback, Evaluation, StepInfo } from "./callback.ts";
export {
  type CheckFinding,
  type LrFinding,
  type LrFindOptions,
  type LrPoint,
  lrFind,
  type PreflightOptions,
  type PreflightReport,
  preflight,
} from "./checks/index.ts";
export {
  constantLossOf,
  DiagnosisCallback,
  type DiagnosisCallbackOptions,
  type DiagnosisEpoch,
  type DiagnosisInput,
  type DiagnosisStep,
  diagnose,
  GradientProbe,
  LiveDiagnosis,
  type LiveOptions,
  type ProbeResult,
  type Severity,
  type Verdict,
  type VerdictKind,
} from "./diagnosis/index.ts";
export {
  type Display,
  type DisplayInfo,
  type DisplayMode,
  type DisplayStep,
  JsonDisplay,
  LiveDisplay,
  type OutputStream,
  PlainDisplay,
} from "./display/index.ts";
export { EarlyStopping, type EarlyStoppingOptions } from "./early-stopping.ts";
export type { InputBatch, PredictedBatch } from "./evaluate.ts";
export * from "./experiment/index.ts";
export { collectGenerators, type NamedGenerators } from "./generators.ts";
export { type EpochRecord, History } from "./history.ts";
export * as loggers from "./loggers/index.ts";
export { MemoryStore } from "./loop/memory-store.ts";
export type { LoadedRun, RunCheckpoint, RunStore } from "./loop/run-store.ts";
export { displayOf } from "./loop/show.ts";
export * as metrics from "./metrics/index.ts";
export {
  type Anomaly,
  findAnomaly,
  NonfiniteError,
  type Replay,
  replayPostMortem,
  type StepFacts,
} from "./post-mortem/index.ts";
export { stopOnSignals } from "./signals.ts";
export type { StateArray, StateTree } from "./state-tree.ts";
export { type MicroBatch, type StepResult, trainStep } from "./step.ts";
export * from "./storage/index.ts";
export { EpochTable, tableHeader, tableRow } from "./table.ts";
export * as tabular from "./tabular/index.ts";
export { type Outcome, type ResumeOptions, Trainer } from "./trainer.ts";
export type {
  AnySource,
  CheckpointPolicy,
  CommonOptions,
  Figures,
  LossFunction,
  LossLike,
  NonfinitePolicy,
  ObjectiveTask,
  PlateauScheduler,
  Source,
  SupervisedBatch,
  SupervisedTask,
  TrainerOptions,
} from "./trainer-options.ts";
