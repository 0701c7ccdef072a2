export {
  heldOut,
  type StreamedData,
  sizesOf,
  type TableData,
  type TabularConfig,
  type TabularData,
  type TabularSettings,
  tabularExperiment,
} from "./experiment.ts";
export { networkOf } from "./network.ts";
export { checkTabularOptions, type TabularOptions, type TabularTask } from "./options.ts";
export { type Predictions, predictTable, scoreTable, scoreTables } from "./predictions.ts";
export { type Prepared, prepare, reopen } from "./prepare.ts";
export { type PreparedStream, prepareStream, reopenStream } from "./prepare-stream.ts";
export { sampleRows } from "./sample.ts";
export { type RowParts, type SplitOptions, splitRows } from "./split-rows.ts";
export { refuseTimeOrder, type StreamSplit } from "./stream-split.ts";
export { type InputColumn, type Sample, type Understanding, understand, understandSample } from "./understand.ts";
