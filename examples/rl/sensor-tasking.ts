/**
 * Which object should a radar look at next? DQN over a network that scores objects with shared weights.
 *
 *     innerloop train examples/rl/sensor-tasking.ts
 *     innerloop train examples/rl/sensor-tasking.ts --set config.catalog=catalogue.tle --set config.sensor=fastDish
 *     innerloop evaluate runs/sensor-tasking        against the baselines, over held-out scenarios
 *     innerloop run examples/rl/sensor-tasking-replay.ts runs/sensor-tasking
 */
import { taskingExperiment } from "innerloop/ssa";

export default taskingExperiment();
