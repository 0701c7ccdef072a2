export { BestWeights } from "./best-weights.ts";
export { loadStateDict, saveStateDict } from "./files.ts";
export { type EpochRecord, History } from "./history.ts";
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from "./safetensors.ts";
export { type StepResult, trainStep } from "./step.ts";
export { tableHeader, tableRow } from "./table.ts";
export { type SupervisedBatch, Trainer, type TrainerOptions } from "./trainer.ts";
