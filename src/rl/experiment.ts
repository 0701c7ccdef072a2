import {
  defineExperiment,
  type Experiment,
  type ExperimentTrainer,
  type PlainValues,
  type SchedulerConfig,
} from "../train/index.ts";
import { DqnDiagnosis } from "./diagnosis.ts";
import { Dqn } from "./dqn.ts";
import { type DqnOptions, dqnSettings } from "./dqn-options.ts";
import type { Environment } from "./environment.ts";
import { make } from "./make.ts";
import { qNetwork } from "./networks.ts";
import type { QNetwork } from "./policy.ts";

/** Options of `dqnExperiment`: those of `Dqn`, and what stands around it. */
export interface DqnExperimentOptions extends DqnOptions {
  /** A name for `make`, or a function that makes an environment. */
  env: string | (() => Environment);
  /** Makes a network for it. Default `qNetwork` with `hidden` and `dueling`. */
  network?: (env: Environment) => QNetwork;
  /** Units of each hidden layer. Default `[120, 84]`. */
  hidden?: number[];
  /** Values and advantages apart. Default false. */
  dueling?: boolean;
  /** Of Adam. Default 2.5e-4. */
  learningRate?: number;
  /** A schedule for it, moved on after each evaluation. Default none. */
  scheduler?: SchedulerConfig;
  /** Default 0. */
  seed?: number;
  /** Names the run's folder. Default the file's name. */
  name?: string;
  /** Further options of the Trainer; by default gradients are clipped at 10 and `best` is by `evalReturn`. */
  trainer?: ExperimentTrainer;
}

/**
 * A DQN run as an experiment: `innerloop train`, `resume`, `show` and `evaluate` work as with supervised ones. The agent's
 * options are its `config`: `--set config.gamma=0.98`.
 *
 * @throws {ConfigError} for options outside their domain
 * @example
 * const experiment = rl.dqnExperiment({ env: "CartPole-v1", totalSteps: 50_000, learningRate: 1e-3 });
 * const { trainer } = await train.buildExperiment(experiment);
 */
export function dqnExperiment(options: DqnExperimentOptions): Experiment {
  const { env, network, hidden = [120, 84], dueling = false, learningRate = 2.5e-4, ...rest } = options;
  const { seed = 0, name, scheduler, trainer = {}, ...agent } = rest;
  const { evaluations, prioritized, ...settings } = dqnSettings(agent);
  const create = typeof env === "string" ? () => make(env) : env;
  return defineExperiment({
    ...(name === undefined ? {} : { name }),
    seed,
    config: {
      hidden,
      dueling,
      ...settings,
      prioritized: prioritized === null ? false : { ...prioritized },
    } as PlainValues,
    model: ({ config }) => networkOf(config),
    task: (model, { config }) => {
      const { hidden: _, dueling: __, ...asked } = config;
      const dqn = new Dqn(create, model, networkOf(config), { ...(asked as unknown as DqnOptions), evaluations });
      const task = dqn.task();
      return { ...task, callbacks: [...(task.callbacks ?? []), new DqnDiagnosis()] };
    },
    optimizer: { name: "Adam", lr: learningRate },
    ...(scheduler === undefined ? {} : { scheduler }),
    trainer: {
      epochs: evaluations,
      monitor: "evalReturn",
      mode: "max",
      clipGradNorm: 10,
      logEverySteps: 100,
      ...trainer,
    },
  });

  function networkOf(config: Record<string, unknown>): QNetwork {
    const made = create();
    const shape = { hidden: config.hidden as number[], dueling: config.dueling as boolean };
    return network?.(made) ?? qNetwork(made, shape);
  }
}
