export { type BuildOptions, type BuiltExperiment, buildExperiment } from "./build.ts";
export {
  defineExperiment,
  type Experiment,
  type ExperimentContext,
  type ExperimentData,
  type ExperimentTrainer,
  nearest,
  type OptimizerConfig,
  type PlainValues,
  type SchedulerConfig,
} from "./experiment.ts";
export { type Overrides, override, parseOverride, plainValues } from "./overrides.ts";
