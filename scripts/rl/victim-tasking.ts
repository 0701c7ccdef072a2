/**
 * The process that scripts/reliability/kill.ts kills in `npm run reliability:kill-tasking`: a DQN run on two sensor-tasking
 * environments side by side, over a generated catalogue, that saves often. Its evaluation compares with a baseline over
 * held-out scenarios. `innerloop run victim-tasking.ts <folder>` trains or resumes the run in `folder`.
 */
import { existsSync } from "node:fs";
import { engine, manualSeed, optim, train } from "innerloop";
import { Dqn, type ReplayBatch } from "innerloop/rl";
import {
  generateCatalogue,
  greedyInformation,
  networkPolicy,
  ObjectScorer,
  playTasking,
  SensorTasking,
  type TaskingPolicy,
} from "innerloop/ssa";

const [folder = ""] = process.argv.slice(2);
manualSeed(7);
const catalogue = await generateCatalogue({ seed: 1, count: 300 });
const create = (): SensorTasking =>
  new SensorTasking(catalogue, { objects: 12, horizonMinutes: 8, reward: "covarianceTrace", timeCost: 0.2 });
const network = new ObjectScorer({ hidden: 16 });
const agent = new Dqn(create, network, new ObjectScorer({ hidden: 16 }), {
  totalSteps: 1200,
  numEnvs: 2,
  bufferSize: 500,
  learningStarts: 100,
  trainFrequency: 4,
  batchSize: 16,
  nStep: 2,
  gamma: 0.95,
  targetFrequency: 50,
  prioritized: true,
  evaluations: 4,
});
const judge = create();
const evaluate = (): { sigmaKm: number; kmVsInfo: number } => {
  const sigma = (policy: TaskingPolicy): number => playTasking(judge, policy, 5_000_000).meanSigmaKm;
  const learned = sigma(networkPolicy(network, judge));
  return { sigmaKm: learned, kmVsInfo: learned - sigma(greedyInformation) };
};
const resuming = existsSync(`${folder}/run.json`);
const info = { config: {}, seed: "7", versions: {}, engine: engine.info() as never };
const run = resuming ? await train.RunFolder.open(folder) : await train.RunFolder.create(folder, info);
const optimizer = new optim.Adam(network.parameters(), { lr: 1e-3 });
const trainer = new train.Trainer<ReplayBatch>({
  model: network,
  objective: agent.objective,
  samples: (batch) => batch.indices.length,
  evaluate,
  figures: () => ({ ...agent.figures(), stepsPerSecond: 0 }), // (the one figure that no two runs share)
  optimizer,
  epochs: agent.settings.evaluations,
  monitor: "sigmaKm",
  mode: "min",
  clipGradNorm: 10,
  checkpoint: { everySteps: 20, everyEpochs: 1 },
  logEverySteps: 5,
  restoreBest: false,
  run,
  log: null,
});
await (resuming ? trainer.resume(agent) : trainer.fit(agent));
await run.close();
