/**
 * Acrobot by DQN with returns over three steps.
 *
 *     innerloop train examples/rl/acrobot.ts
 */
import { dqnExperiment } from "innerloop/rl";

export default dqnExperiment({
  name: "acrobot",
  env: "Acrobot-v1",
  seed: 1,
  hidden: [64, 64],
  learningRate: 5e-4,
  scheduler: { name: "LinearLR", startFactor: 1, endFactor: 0.05, totalIters: 40 },
  totalSteps: 100_000,
  bufferSize: 50_000,
  learningStarts: 1000,
  batchSize: 128,
  gamma: 0.99,
  nStep: 3,
  trainFrequency: 8,
  gradientSteps: 8,
  targetFrequency: 500,
  explorationFraction: 0.2,
  explorationFinal: 0.1,
  evaluations: 40,
  evaluationEpisodes: 300,
});
