/**
 * Replays an episode of a trained sensor-tasking policy in the terminal, draws its schedule, and compares it with the
 * baselines.
 *
 *     innerloop run examples/rl/sensor-tasking-replay.ts runs/sensor-tasking
 *     innerloop run examples/rl/sensor-tasking-replay.ts runs/sensor-tasking 7 50     seed 7, 50 ms a picture
 *
 * Writes sky.svg and timeline.svg into the run's folder.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { train } from "innerloop";
import { watchEpisode } from "innerloop/rl";
import {
  catalogueOf,
  comparisonTable,
  greedyInformation,
  greedyUncertainty,
  HELD_OUT_SEED,
  networkPolicy,
  ObjectScorer,
  playAll,
  randomVisible,
  SensorTasking,
  sensorNamed,
  skyPlotSvg,
  type TaskingConfig,
  timelineSvg,
} from "innerloop/ssa";

const [folder = "runs/sensor-tasking", seed = "1", delayMs = "30"] = process.argv.slice(2);
const { config } = JSON.parse(readFileSync(`${folder}/run.json`, "utf8"));
const settings = config.experiment.config as Required<TaskingConfig>;
const { tensors } = train.decodeCheckpoint(new Uint8Array(readFileSync(`${folder}/checkpoints/best.safetensors`)));
const network = new ObjectScorer({ hidden: settings.hidden });
network.loadStateDict(new Map(tensors));
network.eval();

const { objects, horizonMinutes } = settings;
const env = new SensorTasking(await catalogueOf(settings), {
  sensor: sensorNamed(settings.sensor),
  objects,
  horizonMinutes,
});
await watchEpisode(env, network, {
  seed: Number(seed),
  delayMs: Number(delayMs),
  inPlace: process.stdout.isTTY === true,
  write: (text) => process.stdout.write(text),
});
writeFileSync(`${folder}/sky.svg`, skyPlotSvg(env));
writeFileSync(`${folder}/timeline.svg`, timelineSvg(env));
console.log(`${folder}/sky.svg and ${folder}/timeline.svg show this episode\n`);

const seeds = Array.from({ length: 20 }, (_, i) => HELD_OUT_SEED + i);
console.log(
  comparisonTable({
    learned: playAll(env, networkPolicy(network, env), seeds),
    "random visible": playAll(env, randomVisible(1), seeds),
    "greedy uncertainty": playAll(env, greedyUncertainty, seeds),
    "greedy information": playAll(env, greedyInformation, seeds),
  }),
);
