import { Dqn, DqnDiagnosis, type DqnOptions } from "../../rl/index.ts";
import { defineExperiment, type Experiment, type PlainValues } from "../../train/index.ts";
import { ConfigError } from "../../util/index.ts";
import { readFile } from "../../util/platform/files.ts";
import { readCatalogue } from "../orbits/catalogue.ts";
import { generateCatalogue } from "../orbits/generate.ts";
import type { Orbit } from "../orbits/orbit.ts";
import { Judgement } from "./judgement.ts";
import { ObjectScorer } from "./object-scorer.ts";
import type { ScenarioOptions } from "./scenario.ts";
import { SENSORS, type Sensor } from "./sensor.ts";
import { SensorTasking, type TaskingReward } from "./sensor-tasking.ts";

/** What `--set config.<name>=…` can change. */
export interface TaskingConfig extends Partial<DqnOptions> {
  /** File of a catalogue (TLE, or OMM as JSON); default "", a generated one. */
  catalog?: string;
  /** Seed and size of the generated catalogue. Default 1 and 2,000. */
  catalogSeed?: number;
  catalogCount?: number;
  /** One of `SENSORS`. Default "dish". */
  sensor?: string;
  objects?: number;
  horizonMinutes?: number;
  reward?: TaskingReward;
  timeCost?: number;
  /** Units of the network's layers. Default 32. */
  hidden?: number;
  /** Scenarios of an evaluation. Default 10. */
  scenarios?: number;
}

/**
 * The settings of the documentation's figures: a policy of these scenarios serves larger ones of the same density.
 *
 * @example
 * const experiment = ssa.taskingExperiment({ ...ssa.TASKING_DEFAULTS, objects: 30 });
 */
export const TASKING_DEFAULTS: TaskingConfig & { readonly evaluations: number } = {
  catalog: "",
  catalogSeed: 1,
  catalogCount: 2000,
  sensor: "dish",
  objects: 60,
  horizonMinutes: 36,
  reward: "covarianceTrace",
  timeCost: 0.2,
  hidden: 32,
  scenarios: 10,
  totalSteps: 32_000,
  numEnvs: 1,
  bufferSize: 15_000,
  learningStarts: 1000,
  trainFrequency: 4,
  gradientSteps: 1,
  batchSize: 64,
  gamma: 0.95,
  nStep: 1,
  targetFrequency: 500,
  explorationFraction: 0.3,
  explorationFinal: 0.05,
  evaluations: 8,
};

/**
 * The sensor of a name.
 *
 * @throws {ConfigError} for one that is not known
 * @example
 * ssa.sensorNamed("dish").slewRateDegS; // 2
 */
export function sensorNamed(name: string): Sensor {
  const found = (SENSORS as Readonly<Record<string, Sensor>>)[name];
  if (found !== undefined) return found;
  const known = Object.keys(SENSORS).join(", ");
  throw new ConfigError(
    "sensor",
    JSON.stringify(name),
    `expected one of ${known}`,
    "Or write an experiment of your own.",
  );
}

/**
 * The catalogue that a config asks for.
 *
 * @throws {ConfigError} for a file that cannot be read
 * @example
 * const catalogue = await ssa.catalogueOf({ catalogSeed: 1, catalogCount: 50 });
 */
export async function catalogueOf(config: TaskingConfig): Promise<Orbit[]> {
  const { catalog = "", catalogSeed = 1, catalogCount = 2000 } = config;
  if (catalog === "") return await generateCatalogue({ seed: catalogSeed, count: catalogCount });
  let bytes: Uint8Array;
  try {
    bytes = await readFile(catalog);
  } catch (error) {
    const got = `${catalog} cannot be read (${(error as { code?: string }).code ?? error})`;
    throw new ConfigError("catalog", got, "expected a file of TLEs or OMMs", "Check the path.");
  }
  return await readCatalogue(new TextDecoder().decode(bytes), catalog);
}

/**
 * DQN on `SensorTasking` as an experiment, for `innerloop train`, `resume`, `show` and `evaluate`. Its evaluation plays
 * held-out scenarios and compares with the baselines over the same ones: `kmVs…` (mean uncertainty) and `seenVs…`
 * (unique objects) are the learned policy's less theirs: the first should be negative and the second positive.
 * `innerloop evaluate` shows the whole comparison as a table, with intervals.
 *
 * @param config replaces `TASKING_DEFAULTS`
 * @example
 * export default ssa.taskingExperiment({ objects: 60 });
 */
export function taskingExperiment(config: TaskingConfig = {}, seed: number = 1): Experiment {
  const { evaluations, ...settings } = { ...TASKING_DEFAULTS, ...config };
  return defineExperiment({
    name: "sensor-tasking",
    seed,
    config: settings as PlainValues,
    model: ({ config: { hidden } }) => new ObjectScorer({ hidden: hidden as number }),
    task: async (model, context) => {
      const asked = context.config as unknown as Required<TaskingConfig>;
      const { catalog, catalogSeed, catalogCount, sensor, objects, horizonMinutes, reward, timeCost, ...rest } = asked;
      const { hidden, scenarios, ...agent } = rest;
      const catalogue = await catalogueOf({ catalog, catalogSeed, catalogCount });
      const scenario: ScenarioOptions = { sensor: sensorNamed(sensor), objects, horizonMinutes };
      const create = () => new SensorTasking(catalogue, { ...scenario, reward, timeCost });
      const dqn = new Dqn(create, model, new ObjectScorer({ hidden }), { ...agent, evaluations } as DqnOptions);
      const judgement = new Judgement(create(), scenarios);
      const task = dqn.task();
      return {
        ...task,
        evaluate: () => judgement.figures(model as ObjectScorer),
        report: () => judgement.report(model as ObjectScorer),
        callbacks: [...(task.callbacks ?? []), new DqnDiagnosis()],
      };
    },
    optimizer: { name: "Adam", lr: 1e-3 },
    scheduler: {
      name: "LinearLR",
      startFactor: 1,
      endFactor: 0.1,
      totalIters: evaluations,
    },
    trainer: {
      epochs: evaluations,
      monitor: "sigmaKm",
      mode: "min",
      clipGradNorm: 10,
      logEverySteps: 100,
    },
  });
}
