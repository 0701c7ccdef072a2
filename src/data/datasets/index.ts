export { ConcatDataset } from "./concat.ts";
export { ChainDataset, type IterableDataset } from "./iterable.ts";
export { StackDataset, type Stacked } from "./stack.ts";
export { Subset } from "./subset.ts";
