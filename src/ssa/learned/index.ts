export { ENCOUNTER_FEATURES, encounterFeatures, type FeatureSet, lessonFeatures } from "./features.ts";
export { type Encounter, type GenerateEncountersOptions, generateEncounters } from "./generate.ts";
