export { BatchSampler } from "./batch.ts";
export { DistributedSampler, type DistributedSamplerOptions } from "./distributed.ts";
export { RandomSampler, type RandomSamplerOptions } from "./random.ts";
export type { CustomBatchSampler, CustomSampler, EpochOrder, OrderOrigin, Sampler } from "./sampler.ts";
export { SequentialSampler } from "./sequential.ts";
export { SubsetRandomSampler } from "./subset-random.ts";
export { WeightedRandomSampler, type WeightedRandomSamplerOptions } from "./weighted-random.ts";
