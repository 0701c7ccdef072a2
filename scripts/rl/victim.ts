/**
 * The process that scripts/reliability/kill.ts kills: a DQN run with prioritised replay, n steps, soft updates and evaluations
 * that saves often. `innerloop run victim.ts <folder>` trains or resumes the run in `folder`.
 */
import { existsSync } from "node:fs";
import { engine, manualSeed, optim, train } from "innerloop";
import { CartPole, Dqn, type Environment, qNetwork, type ReplayBatch, TimeLimit } from "innerloop/rl";

const [folder = ""] = process.argv.slice(2);
manualSeed(7);
const create = (): Environment => new TimeLimit(new CartPole(), 100);
const network = qNetwork(create(), { hidden: [32, 32], dueling: true });
const target = qNetwork(create(), { hidden: [32, 32], dueling: true });
const agent = new Dqn(create, network, target, {
  totalSteps: 6000,
  bufferSize: 2000,
  learningStarts: 200,
  trainFrequency: 8,
  gradientSteps: 2,
  batchSize: 32,
  nStep: 3,
  tau: 0.05,
  targetFrequency: 4,
  prioritized: true,
  evaluations: 6,
  evaluationEpisodes: 4,
});
const resuming = existsSync(`${folder}/run.json`);
const info = { config: {}, seed: "7", versions: {}, engine: engine.info() as never };
const run = resuming ? await train.RunFolder.open(folder) : await train.RunFolder.create(folder, info);
const optimizer = new optim.Adam(network.parameters(), { lr: 1e-3 });
const trainer = new train.Trainer<ReplayBatch>({
  model: network,
  objective: agent.objective,
  samples: (batch) => batch.indices.length,
  evaluate: agent.evaluate,
  figures: () => ({ ...agent.figures(), stepsPerSecond: 0 }), // (the one figure that no two runs share)
  optimizer,
  scheduler: new optim.lrScheduler.CosineAnnealingLR(optimizer, 6),
  epochs: agent.settings.evaluations,
  monitor: "evalReturn",
  mode: "max",
  clipGradNorm: 10,
  checkpoint: { everySteps: 25, everyEpochs: 1 },
  logEverySteps: 5,
  restoreBest: false,
  run,
  log: null,
});
await (resuming ? trainer.resume(agent) : trainer.fit(agent));
await run.close();
