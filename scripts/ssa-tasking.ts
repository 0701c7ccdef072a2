/**
 * Trains the sensor-tasking policy on a generated catalogue, and compares it with the baselines over 100 held-out
 * scenarios each of another generated catalogue and of the real sample.
 *
 *     npm run ssa:tasking
 *     npm run ssa:tasking -- sensor=fastDish horizonMinutes=30
 */
import { existsSync } from "node:fs";
import {
  catalogueOf,
  comparisonTable,
  greedyInformation,
  greedyRate,
  greedyUncertainty,
  HELD_OUT_SEED,
  networkPolicy,
  type ObjectScorer,
  playAll,
  randomVisible,
  SensorTasking,
  sensorNamed,
  TASKING_DEFAULTS,
  type TaskingConfig,
  taskingExperiment,
} from "../src/ssa/index.ts";
import { buildExperiment } from "../src/train/index.ts";

const REAL = "../shared/data/tle/catalog-2022-08-sample.tle";
const given = Object.fromEntries(
  process.argv.slice(2).map((text) => {
    const [name, value] = text.split("=") as [string, string];
    return [name, Number.isNaN(Number(value)) ? value : Number(value)];
  }),
);
// The policy is judged on larger scenarios than it is trained on.
const {
  seed = 1,
  held = 100,
  judgedObjects = 100,
  judgedMinutes = 60,
  ...changes
} = given as TaskingConfig & { seed?: number; held?: number; judgedObjects?: number; judgedMinutes?: number };
const config: Required<TaskingConfig> = { ...TASKING_DEFAULTS, ...changes } as Required<TaskingConfig>;

const began = performance.now();
const { trainer, data } = await buildExperiment(taskingExperiment(changes, seed), { display: "plain" });
await trainer.fit(data.train);
console.log(`\ntrained in ${((performance.now() - began) / 1000).toFixed(0)} s`);

const model = trainer.model as unknown as ObjectScorer;
model.eval();
const seeds = Array.from({ length: held }, (_, i) => HELD_OUT_SEED + 1000 + i);
const sources: Record<string, TaskingConfig> = {
  "another generated catalogue (seed 2)": { catalogSeed: 2 },
  "the real sample of August 2022": { catalog: REAL },
};
for (const [name, source] of Object.entries(sources)) {
  if (source.catalog !== undefined && !existsSync(source.catalog)) {
    console.log(`\n${name}: skipped, ${source.catalog} is not there`);
    continue;
  }
  const { sensor } = config;
  const scenario = { sensor: sensorNamed(sensor), objects: judgedObjects, horizonMinutes: judgedMinutes };
  const env = new SensorTasking(await catalogueOf(source), scenario);
  console.log(`\n${held} scenarios of ${name}: ${judgedObjects} objects, ${judgedMinutes} min, sensor "${sensor}"\n`);
  console.log(
    comparisonTable({
      learned: playAll(env, networkPolicy(model, env), seeds),
      "random visible": playAll(env, randomVisible(1), seeds),
      "greedy uncertainty": playAll(env, greedyUncertainty, seeds),
      "greedy information": playAll(env, greedyInformation, seeds),
      "information per second": playAll(env, greedyRate, seeds),
    }),
  );
}

// Of processor time, since a shared machine makes the clock's meaningless.
const env = new SensorTasking(await catalogueOf({}), {
  objects: config.objects,
  horizonMinutes: config.horizonMinutes,
});
playAll(env, greedyRate, seeds.slice(0, 5));
const cpu = process.cpuUsage();
const looks = playAll(env, greedyRate, seeds.slice(0, 20)).reduce((sum, each) => sum + each.looks, 0);
const { user } = process.cpuUsage(cpu);
console.log(`\nthe environment alone, drawing scenarios included: ${((looks * 1e6) / user).toFixed(0)} steps a second`);
console.log(`\n${((performance.now() - began) / 1000).toFixed(0)} s in all`);
