export { checkFinite } from "./check-finite.ts";
export { defaultCollate } from "./collate.ts";
export { type Collated, DataLoader, type DataLoaderOptions } from "./data-loader.ts";
export { type BatchedDataset, type Dataset, TensorDataset } from "./dataset.ts";
