export { Accuracy, TopK } from "./accuracy.ts";
export { AUROC, type AurocOptions } from "./auroc.ts";
export { ConfusionMatrix, type ConfusionOptions } from "./confusion-matrix.ts";
export type { LabelOptions } from "./labels.ts";
export type { Json, Metric } from "./metric.ts";
export { type Average, F1, Precision, type PrecisionRecallOptions, Recall } from "./precision-recall.ts";
export { R2 } from "./r2.ts";
export { MAE, type MetricOptions, MSE, RMSE } from "./regression.ts";
