/**
 * Watches a trained agent play an episode in the terminal, with the best weights of its run.
 *
 *     innerloop run examples/rl/watch.ts runs/cartpole
 *     innerloop run examples/rl/watch.ts runs/mountain-car 7 10    seed 7, 10 ms a picture
 */
import { readFileSync } from "node:fs";
import { type Tensor, train } from "innerloop";
import { make, qNetwork, watchEpisode } from "innerloop/rl";

const [folder = "runs/cartpole", seed = "1", delayMs = "30"] = process.argv.slice(2);
const NAMES = { cartpole: "CartPole-v1", acrobot: "Acrobot-v1", "mountain-car": "MountainCar-v0" };

const { tensors } = train.decodeCheckpoint(new Uint8Array(readFileSync(`${folder}/checkpoints/best.safetensors`)));
const run = JSON.parse(readFileSync(`${folder}/run.json`, "utf8"));
const { name, config } = run.config.experiment as {
  name: keyof typeof NAMES;
  config: { hidden: number[]; dueling: boolean };
};
const env = make(NAMES[name]);
const network = qNetwork(env, { hidden: config.hidden, dueling: config.dueling });
network.loadStateDict(new Map([...tensors].map(([key, value]): [string, Tensor] => [key, value])));
const episode = await watchEpisode(env, network, {
  seed: Number(seed),
  delayMs: Number(delayMs),
  inPlace: process.stdout.isTTY === true,
  write: (text) => process.stdout.write(text),
});
console.log(`return ${episode.return} in ${episode.length} steps`);
