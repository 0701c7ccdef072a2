/**
 * CartPole by DQN, with rl-zoo's tuned settings and a smaller network.
 *
 *     innerloop train examples/rl/cartpole.ts
 *     innerloop run examples/rl/watch.ts runs/cartpole
 */
import { dqnExperiment } from "innerloop/rl";

export default dqnExperiment({
  name: "cartpole",
  env: "CartPole-v1",
  seed: 1,
  hidden: [64, 64],
  learningRate: 2.3e-3,
  totalSteps: 50_000,
  bufferSize: 100_000,
  learningStarts: 1000,
  batchSize: 64,
  gamma: 0.99,
  trainFrequency: 256,
  gradientSteps: 128,
  targetFrequency: 10,
  explorationFraction: 0.16,
  explorationFinal: 0.04,
  evaluationEpisodes: 50,
});
