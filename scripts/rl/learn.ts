/**
 * Trains the examples' agents with five seeds each, plays 100 greedy episodes with the last network and with the best one
 * (by evaluation return during training, over other start states), and writes the table to docs/rl-learning.json.
 *
 *     npm run rl:learn                                    all three
 *     npm run rl:learn -- cartpole                        one of them
 *     npm run rl:learn -- acrobot 1,2 optimizer.lr=1e-3   some seeds, with other settings; nothing is written
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Tensor, train } from "innerloop";
import type { Dqn, Episode } from "innerloop/rl";
import acrobot from "../../examples/rl/acrobot.ts";
import cartpole from "../../examples/rl/cartpole.ts";
import mountainCar from "../../examples/rl/mountain-car.ts";

interface Goal {
  env: string;
  experiment: train.Experiment;
  goal: number;
}

const GOALS: Record<string, Goal> = {
  cartpole: { env: "CartPole-v1", experiment: cartpole, goal: 475 },
  acrobot: { env: "Acrobot-v1", experiment: acrobot, goal: -80 },
  "mountain-car": { env: "MountainCar-v0", experiment: mountainCar, goal: -110 },
};
const TEST_SEED = 5_000_000; // of the 100 episodes; evaluations during training begin at 1,000,000

const [names = "", seeds = "1,2,3,4,5", ...changes] = process.argv.slice(2);
const chosen: string[] = names === "" ? Object.keys(GOALS) : names.split(",");

const mean = (episodes: readonly Episode[]): number =>
  episodes.reduce((sum, each) => sum + each.return, 0) / episodes.length;
const rounded = (value: number): number => Math.round(value * 100) / 100;

const rows: Record<string, unknown>[] = [];
for (const name of chosen) {
  const { env, experiment, goal } = GOALS[name] as Goal;
  for (const seed of seeds.split(",").map(Number)) {
    const settings = Object.fromEntries(changes.map(train.parseOverride));
    const altered = train.override(experiment, { ...settings, seed, "trainer.restoreBest": false });
    const { trainer, data } = await train.buildExperiment(altered, { display: "quiet" });
    const agent = data.train as unknown as Dqn;
    const test = (): number => rounded(mean(agent.play({ episodes: 100, seed: TEST_SEED + 1000 * seed })));
    const started = performance.now();
    await trainer.fit(data.train);
    const seconds = rounded((performance.now() - started) / 1000);
    const last = test();
    agent.network.loadStateDict(new Map(trainer.bestState as ReadonlyMap<string, Tensor>));
    const best = test();
    rows.push({ env, seed, goal, best, last, reached: best >= goal, steps: agent.steps, seconds });
    console.log(JSON.stringify(rows.at(-1)));
  }
}
for (const name of chosen) {
  const { env, goal } = GOALS[name] as Goal;
  const own = rows.filter((each) => each.env === env);
  console.log(`${env}: ${own.filter((each) => each.reached).length} of ${own.length} seeds reach ${goal}`);
}
if (changes.length === 0 && seeds === "1,2,3,4,5") {
  const path = join(process.cwd(), "docs/rl-learning.json");
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { rows: typeof rows }).rows : [];
  const all = [...before.filter((each) => !rows.some(({ env }) => env === each.env)), ...rows];
  writeFileSync(path, `${JSON.stringify({ episodes: 100, testSeed: TEST_SEED, rows: all }, null, 2)}\n`);
}
