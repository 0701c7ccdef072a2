export { checkFinite } from "./check-finite.ts";
export { defaultCollate } from "./collate.ts";
export { type BatchIterator, type Collated, DataLoader, type DataLoaderOptions } from "./data-loader.ts";
export { type BatchedDataset, type Dataset, TensorDataset } from "./dataset.ts";
export { fromBase64, type LoaderState, toBase64 } from "./loader-state.ts";
