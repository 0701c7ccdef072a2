/**
 * Environment steps a second of DQN on CartPole, training included: innerloop (the Trainer with everything it does) against
 * a plain PyTorch one of the same settings (bench/rl/torch_dqn.py), in turns; PyTorch on one thread, which is its faster
 * way.
 *
 *     npm run bench:rl -- /path/to/python-with-torch [steps] [rounds]
 *
 * Without a Python only innerloop is measured. Pin it to a core for steadier figures: taskset -c 1 npm run bench:rl -- …
 * Two figures each: of the whole run, and undisturbed, of the 10th percentile of the times of pieces of about 3 ms each (ten
 * gradient steps here, one there), for on a shared machine the first tells more about the others on it.
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

const PIECE = 10;

/** Steps a second after the random ones at the beginning. */
interface Rates {
  whole: number;
  undisturbed: number;
}

async function ours(totalSteps: number): Promise<Rates> {
  manualSeed(1);
  const network = qNetwork(create());
  const agent = new Dqn(create, network, qNetwork(create()), { ...SETTINGS, totalSteps });
  const times: number[] = [];
  let last = 0;
  const onStepEnd: NonNullable<train.Callback["onStepEnd"]> = (_, { step }) => {
    if (step % PIECE !== 0) return;
    const now = performance.now();
    times.push(now - last);
    last = now;
  };
  const trainer = new train.Trainer<ReplayBatch>({
    model: network,
    objective: agent.objective,
    samples: (batch) => batch.indices.length,
    figures: agent.figures,
    optimizer: new optim.Adam(network.parameters(), { lr: 2.5e-4 }),
    epochs: 1,
    clipGradNorm: 10,
    callbacks: [{ onStepEnd }],
    log: null,
  });
  const started = performance.now();
  await trainer.fit(agent);
  const whole = ((agent.steps - 1000) / (performance.now() - started)) * 1000;
  const [, ...rest] = times;
  return {
    whole,
    undisturbed: (PIECE * 10_000) / (rest.sort((a, b) => a - b)[Math.floor(rest.length / 10)] as number),
  };
}

/** @param environment `gymnasium`, as CleanRL plays it, or `plain`, written out in Python */
function theirs(environment: string): Rates {
  const program = join(process.cwd(), "bench/rl/torch_dqn.py");
  const text = execFileSync(python, [program, steps, "1", environment], { encoding: "utf8", stdio: "pipe" });
  const found = JSON.parse(text) as { stepsPerSecond: number; undisturbed: number };
  return { whole: found.stepsPerSecond, undisturbed: found.undisturbed };
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

const ways: [string, () => Rates | Promise<Rates>][] = [["innerloop", () => ours(Number(steps))]];
for (const each of python === "" ? [] : ["gymnasium", "plain"]) {
  try {
    theirs(each);
    ways.push([`PyTorch, ${each} CartPole`, () => theirs(each)]);
  } catch (error) {
    console.log(`left out: PyTorch, ${each} CartPole: ${(error as Error).message.split("\n").at(-2)}`);
  }
}
await ours(4000); // warm-up
const found = ways.map((): Rates[] => []);
for (let round = 0; round < Number(rounds); round++) {
  for (const [i, [, way]] of ways.entries()) found[i]?.push(await way());
}
const { blas } = engine.info();
console.log(`node ${process.version}, BLAS: ${blas?.library ?? "none"}; medians of ${rounds} rounds, steps a second`);
const own = found[0] as Rates[];
ways.forEach(([name], i) => {
  const each = found[i] as Rates[];
  const cells = (["whole", "undisturbed"] as const).map((field) => {
    const rate = median(each.map((one) => one[field]));
    const ratio = median(own.map((one, round) => one[field] / (each[round] as Rates)[field]));
    return `${field} ${rate.toFixed(0).padStart(6)}${i === 0 ? "" : `, innerloop ${ratio.toFixed(1)} times as many`}`;
  });
  console.log(`${name.padEnd(30)}${cells.join("   ")}`);
});
