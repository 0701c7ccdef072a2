/**
 * Reinforcement learning: environments, replay buffers, agents. Outer loops around the same inner loop.
 *
 * @packageDocumentation
 */
export { checkEnvironment } from "./check.ts";
export { Acrobot } from "./classic/acrobot.ts";
export { CartPole } from "./classic/cart-pole.ts";
export { ClassicControl } from "./classic/classic-control.ts";
export { MountainCar } from "./classic/mountain-car.ts";
export { DqnDiagnosis, type DqnEpoch, type DqnVerdict, type DqnVerdictKind, diagnoseDqn } from "./diagnosis.ts";
export { Dqn, type DqnState } from "./dqn.ts";
export { type DqnOptions, type DqnSettings, dqnSettings } from "./dqn-options.ts";
export type {
  Environment,
  Info,
  ResetOptions,
  ResetResult,
  Sampled,
  State,
  StateValue,
  StepOutcome,
} from "./environment.ts";
export { EpisodePlayer, type PlayOptions, playEpisodes } from "./evaluate.ts";
export { type DqnExperimentOptions, dqnExperiment } from "./experiment.ts";
export { make, register } from "./make.ts";
export { DuelingHead, type QNetworkOptions, qNetwork } from "./networks.ts";
export { GreedyPolicy, type QNetwork } from "./policy.ts";
export { NStep, type PlayedStep } from "./replay/n-step.ts";
export { type PrioritizedOptions, PrioritizedReplayBuffer } from "./replay/prioritized-buffer.ts";
export {
  type ReplayBatch,
  ReplayBuffer,
  type ReplayOptions,
  type ReplayState,
  type Transition,
} from "./replay/replay-buffer.ts";
export { Box, Discrete, type Space } from "./spaces.ts";
export { StateReader } from "./state.ts";
export { SyncVectorEnv, type VectorOutcome } from "./vector-env.ts";
export { type WatchOptions, watchEpisode } from "./watch.ts";
export * from "./wrappers/index.ts";
