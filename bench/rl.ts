/**
 * Environment steps a second of DQN on CartPole, training included: innerloop (the Trainer with everything it does) against
 * a plain PyTorch one of the same settings (bench/rl/torch_dqn.py), in turns on one thread.
 *
 *     npm run bench:rl -- /path/to/python-with-torch [steps] [rounds]
 *
 * Without a Python only innerloop is measured. Pin it to a core for steadier figures: taskset -c 1 npm run bench:rl -- …
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { engine, manualSeed, optim, train } from "innerloop";
import { Dqn, make, qNetwork, type ReplayBatch } from "innerloop/rl";

const [python = "", steps = "20000", rounds = "3"] = process.argv.slice(2);
const create = (): ReturnType<typeof make> => make("CartPole-v1");

const SETTINGS = {
  learningStarts: 1000,
  trainFrequency: 10,
  batchSize: 128,
  bufferSize: 10_000,
  doubleQ: false,
  evaluations: 1,
};

/** Steps a second after the random ones at the beginning. */
async function ours(totalSteps: number): Promise<number> {
  manualSeed(1);
  const network = qNetwork(create());
  const agent = new Dqn(create, network, qNetwork(create()), { ...SETTINGS, totalSteps });
  const trainer = new train.Trainer<ReplayBatch>({
    model: network,
    objective: agent.objective,
    samples: (batch) => batch.indices.length,
    figures: agent.figures,
    optimizer: new optim.Adam(network.parameters(), { lr: 2.5e-4 }),
    epochs: 1,
    clipGradNorm: 10,
    log: null,
  });
  const started = performance.now();
  await trainer.fit(agent);
  return ((agent.steps - 1000) / (performance.now() - started)) * 1000;
}

function theirs(): number {
  const text = execFileSync(python, [join(process.cwd(), "bench/rl/torch_dqn.py"), steps, "1"], { encoding: "utf8" });
  return (JSON.parse(text) as { stepsPerSecond: number }).stepsPerSecond;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

await ours(4000); // warm-up
const own: number[] = [];
const other: number[] = [];
for (let round = 0; round < Number(rounds); round++) {
  own.push(await ours(Number(steps)));
  if (python !== "") other.push(theirs());
  console.log(
    `round ${round + 1}: innerloop ${own.at(-1)?.toFixed(0)} steps/s, PyTorch ${other.at(-1)?.toFixed(0) ?? "–"}`,
  );
}
console.log(`BLAS: ${JSON.stringify(engine.info())}`);
console.log(`innerloop ${median(own).toFixed(0)} steps/s`);
if (python !== "") {
  console.log(`PyTorch ${median(other).toFixed(0)} steps/s; ratio ${(median(own) / median(other)).toFixed(1)}`);
}
