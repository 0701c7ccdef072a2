export { inStridedRanges, type StridedCall } from "./strided-ranges.ts";
export { type RangeCall, SUM_SIZE, type TaskCall, Threads, type ThreadsInfo } from "./threads.ts";
export { WORK } from "./work.ts";
