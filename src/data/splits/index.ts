export type { FoldOptions, Split } from "./common.ts";
export { groupKFold, kFold, stratifiedKFold } from "./folds.ts";
export { randomSplit } from "./random-split.ts";
export { type TimeSeriesSplitOptions, timeSeriesSplit } from "./time.ts";
export { type TrainTestSplitOptions, trainTestSplit } from "./train-test.ts";
