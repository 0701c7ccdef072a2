export { FrameStack } from "./frame-stack.ts";
export { copyStatistics, NormalizeObservation, NormalizeReward } from "./normalize.ts";
export { type Episode, RecordEpisodeStatistics } from "./statistics.ts";
export { TimeLimit } from "./time-limit.ts";
export { Wrapper } from "./wrapper.ts";
