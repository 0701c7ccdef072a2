export { CsvLogger } from "./csv.ts";
export { JsonlLogger, readJsonl, type ScalarPoint } from "./jsonl.ts";
export { logModel } from "./log-model.ts";
export type { FileLoggerOptions, Hparam, Logger } from "./logger.ts";
export { TensorBoardLogger, type TensorBoardOptions } from "./tensorboard.ts";
