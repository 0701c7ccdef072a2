export * from "./baselines.ts";
export * from "./compare.ts";
export {
  catalogueOf,
  sensorNamed,
  TASKING_DEFAULTS,
  type TaskingConfig,
  taskingExperiment,
} from "./experiment.ts";
export { FEATURE_COUNT, FEATURES } from "./features.ts";
export { HELD_OUT_SEED } from "./judgement.ts";
export type { Looks } from "./looks.ts";
export { type EstimationErrors, estimationErrors } from "./nees.ts";
export { ObjectScorer, type ObjectScorerOptions } from "./object-scorer.ts";
export type { Scenario, ScenarioOptions, ScenarioSettings, Tasked } from "./scenario.ts";
export { SENSORS, type Sensor } from "./sensor.ts";
export {
  type Look,
  SensorTasking,
  type TaskingOptions,
  type TaskingReward,
  type TaskingSummary,
} from "./sensor-tasking.ts";
export { skyPlotSvg, timelineSvg } from "./svg.ts";
export { Track } from "./track.ts";
