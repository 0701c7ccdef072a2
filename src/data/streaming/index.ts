export {
  type ColumnChunk,
  memoryRows,
  type RowSource,
  type StreamOfTables,
  streamRows,
  type TableLike,
} from "./row-source.ts";
export { StreamLoader, type StreamLoaderOptions } from "./stream-loader.ts";
export { type StreamBatch, StreamingDataset, type StreamPart } from "./streaming-dataset.ts";
