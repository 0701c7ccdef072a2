export { type BuildOptions, type BuiltExperiment, buildExperiment } from "./build.ts";
export {
  defineExperiment,
  type Experiment,
  type ExperimentContext,
  type ExperimentData,
  type ExperimentTrainer,
  type OptimizerConfig,
  type PlainValues,
  type SchedulerConfig,
  type Task,
  type TaskReport,
} from "./experiment.ts";
export { type Overrides, override, parseOverride, plainValues } from "./overrides.ts";
