/**
 * Environment steps a second of DQN on CartPole, training included: innerloop (the Trainer with everything it does) against
 * a plain PyTorch one of the same settings (bench/rl/torch_dqn.py), in turns; PyTorch on one thread, which is its faster
 * way.
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
  evaluationEpisodes: 1, // the other plays none
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

/** @param environment `gymnasium`, as CleanRL plays it, or `plain`, written out in Python */
function theirs(environment: string): number {
  const program = join(process.cwd(), "bench/rl/torch_dqn.py");
  const text = execFileSync(python, [program, steps, "1", environment], { encoding: "utf8", stdio: "pipe" });
  return (JSON.parse(text) as { stepsPerSecond: number }).stepsPerSecond;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

const ways: [string, () => number | Promise<number>][] = [["innerloop", () => ours(Number(steps))]];
for (const each of python === "" ? [] : ["gymnasium", "plain"]) {
  try {
    theirs(each);
    ways.push([`PyTorch, ${each} CartPole`, () => theirs(each)]);
  } catch (error) {
    console.log(`left out: PyTorch, ${each} CartPole: ${(error as Error).message.split("\n").at(-2)}`);
  }
}
await ours(4000); // warm-up
const found = ways.map((): number[] => []);
for (let round = 0; round < Number(rounds); round++) {
  for (const [i, [, way]] of ways.entries()) found[i]?.push(await way());
}
const { blas } = engine.info();
console.log(`node ${process.version}, BLAS: ${blas?.library ?? "none"}; medians of ${rounds} rounds, steps a second`);
const own = found[0] as number[];
ways.forEach(([name], i) => {
  const each = found[i] as number[];
  const ratio = median(own.map((rate, round) => rate / (each[round] as number)));
  const beside = i === 0 ? "" : `  innerloop makes ${ratio.toFixed(1)} times as many`;
  console.log(`${name.padEnd(30)}${median(each).toFixed(0).padStart(7)}${beside}`);
});
