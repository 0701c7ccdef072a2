export { inStridedRanges, type StridedCall } from "./strided-ranges.ts";
export { type RangeCall, SUM_SIZE, Threads, type ThreadsInfo } from "./threads.ts";
export { WORK } from "./work.ts";
