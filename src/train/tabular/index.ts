export { type TabularConfig, type TabularData, type TabularSettings, tabularExperiment } from "./experiment.ts";
export { networkOf } from "./network.ts";
export { checkTabularOptions, type TabularOptions, type TabularTask } from "./options.ts";
export { type Predictions, predictTable, scoreTable } from "./predictions.ts";
export { type Prepared, prepare, reopen } from "./prepare.ts";
export { type RowParts, type SplitOptions, splitRows } from "./split-rows.ts";
export { type InputColumn, type Understanding, understand } from "./understand.ts";
