/**
 * MountainCar by DQN with returns over five steps, which carry the first successes back faster.
 *
 *     innerloop train examples/rl/mountain-car.ts
 */
import { dqnExperiment } from "innerloop/rl";

export default dqnExperiment({
  name: "mountain-car",
  env: "MountainCar-v0",
  seed: 1,
  hidden: [64, 64],
  learningRate: 2e-3,
  totalSteps: 120_000,
  bufferSize: 50_000,
  learningStarts: 1000,
  batchSize: 128,
  gamma: 0.99,
  nStep: 5,
  trainFrequency: 16,
  gradientSteps: 8,
  targetFrequency: 600,
  explorationFraction: 0.2,
  explorationFinal: 0.07,
  evaluations: 40,
  evaluationEpisodes: 100,
});
