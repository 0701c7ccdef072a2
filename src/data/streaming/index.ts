export { concatRows, sliceRows } from "./combine-rows.ts";
export { filterRows, type RowHash, randomSplitRows, rowHash } from "./filter-rows.ts";
export { type ColumnChunk, memoryRows, type RowSource } from "./row-source.ts";
export { StreamLoader, type StreamLoaderOptions } from "./stream-loader.ts";
export { type StreamRowsOptions, streamRows } from "./stream-rows.ts";
export { type StreamBatch, StreamingDataset, type StreamPart } from "./streaming-dataset.ts";
