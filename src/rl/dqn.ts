import { defaultGenerator, Generator } from "../engine/index.ts";
import { functional as F } from "../nn/index.ts";
import { gather, noGrad } from "../ops/index.ts";
import { closeGeneration, type Generation, openGeneration, type Tensor } from "../tensor/index.ts";
import type { Task } from "../train/index.ts";
import { CheckpointError, ConfigError } from "../util/index.ts";
import { Actors } from "./actors.ts";
import { type DqnOptions, type DqnSettings, dqnSettings } from "./dqn-options.ts";
import type { Environment, State } from "./environment.ts";
import { EpisodePlayer, type PlayOptions } from "./evaluate.ts";
import { bestAction, GreedyPolicy, type QNetwork } from "./policy.ts";
import { PrioritizedReplayBuffer } from "./replay/prioritized-buffer.ts";
import { column, type ReplayBatch, ReplayBuffer, type ReplayState, type Transition } from "./replay/replay-buffer.ts";
import { StateReader } from "./state.ts";
import type { SyncVectorEnv } from "./vector-env.ts";
import { copyStatistics, type Episode } from "./wrappers/index.ts";
import { statisticsCallback } from "./wrappers/normalize.ts";

/** Everything a resumed agent needs. Its tensors look at live memory. */
export interface DqnState {
  readonly done: boolean;
  readonly counters: State;
  readonly sums: State;
  readonly generator: Uint8Array;
  readonly actors: State;
  readonly buffer: ReplayState;
  readonly target: { readonly [name: string]: Tensor };
}

/**
 * Deep Q-learning. The agent is what a Trainer needs of an outer loop, and nothing in it knows the inner one:
 *
 * - a **source** of batches: asked for one, it first plays a rollout if one is due, then draws from the replay buffer;
 * - the **objective** of a batch: `huber(Q(s, a), r + γ·Q'(s', argmax Q(s', ·)))`;
 * - an **evaluation** by greedy episodes in environments of its own, and the **figures** of the training;
 * - a **state** with replay buffer, environments, target network and generator, so that a resume is bit-identical.
 *
 * An epoch is what lies between two evaluations.
 *
 * @param create makes an environment with a `Discrete` action space; called `numEnvs` times for training and once for each
 *   episode of an evaluation
 * @param network Q, which is trained: `[B, …observation]` to `[B, actions]`
 * @param target Q', a network like it; takes over its weights at once
 * @throws {ConfigError} for options or spaces that do not fit; what an environment does wrong is a {ShapeError} or
 *   {DataError} before anything of the step is stored
 * @source https://www.nature.com/articles/nature14236, https://arxiv.org/abs/1509.06461 (double),
 *   https://arxiv.org/abs/1511.05952 (prioritised), https://arxiv.org/abs/1710.02298 (n steps)
 * @example
 * const create = () => rl.make("CartPole-v1");
 * const network = rl.qNetwork(create());
 * const agent = new rl.Dqn(create, network, rl.qNetwork(create()), { totalSteps: 400, learningStarts: 100 });
 * const optimizer = new optim.Adam(network.parameters(), { lr: 1e-3 });
 * for (const batch of agent) {
 *   train.trainStep(optimizer, () => agent.objective(batch));
 * }
 * console.log(agent.figures().return);
 */
export class Dqn implements Iterable<ReplayBatch> {
  readonly settings: DqnSettings;
  /** Q, which is trained. */
  readonly network: QNetwork;
  /** Q', which values what comes next and follows `network` now and then. */
  readonly target: QNetwork;
  readonly buffer: ReplayBuffer;
  readonly #generator: Generator;
  readonly #policy: GreedyPolicy;
  readonly #actors: Actors;
  readonly #actions: Int32Array;
  readonly #greedy: Int32Array;
  readonly #create: () => Environment;
  readonly #player: EpisodePlayer;
  readonly #weights: readonly (readonly [from: Tensor, to: Tensor])[];

  // Where it stands. `left`: gradient steps still due after the last rollout; `epochEnd`: rollouts at the end of the present epoch.
  #at = { steps: 0, rollouts: 0, left: 0, epochs: 0, epochEnd: 0 };
  #sums = { q: 0, error: 0, count: 0 }; // over the epoch's gradient steps
  #resumed = false;
  #clock = { steps: 0, ms: performance.now() };

  constructor(create: () => Environment, network: QNetwork, target: QNetwork, options: DqnOptions) {
    const settings = dqnSettings(options);
    this.settings = settings;
    this.#generator = new Generator(defaultGenerator.random63());
    this.#actors = new Actors(create, settings, this.#generator);
    this.network = network;
    this.target = target;
    const from = this.network.stateDict();
    this.#weights = [...this.target.stateDict()].map(([name, to]) => [from.get(name) as Tensor, to]);
    for (const parameter of this.target.parameters()) parameter.requiresGrad = false;
    this.#follow(1);
    const { observationSpace, actionSpace } = this.envs;
    const maskedActions = this.#actors.masked ? actionSpace.n : null;
    const replay = { capacity: settings.bufferSize, shape: observationSpace.shape, maskedActions };
    this.buffer =
      settings.prioritized === null
        ? new ReplayBuffer(replay)
        : new PrioritizedReplayBuffer({ ...replay, ...settings.prioritized });
    this.#policy = new GreedyPolicy(this.network, this.envs, settings.numEnvs);
    this.#actions = new Int32Array(settings.numEnvs);
    this.#greedy = new Int32Array(settings.numEnvs);
    this.#create = create;
    this.#player = new EpisodePlayer(create, this.network, settings.evaluationEpisodes);
  }

  // 1. Acting -------------------------------------------------------------------------------------------------------

  /** The environments it plays; one, unless `numEnvs` says otherwise. */
  get envs(): SyncVectorEnv {
    return this.#actors.envs;
  }

  /** Steps of the environments so far, all together. */
  get steps(): number {
    return this.#at.steps;
  }

  /** Share of random actions: falls in a straight line, then stays. */
  get epsilon(): number {
    const { totalSteps, explorationInitial, explorationFinal, explorationFraction } = this.settings;
    const share = Math.min(1, this.#at.steps / (explorationFraction * totalSteps || 1));
    return explorationInitial + share * (explorationFinal - explorationInitial);
  }

  /** An action for each environment, random by a draw of its own; the network is asked at most once, for all. */
  #act(): Int32Array {
    const { observations, masks, envs } = this.#actors;
    const { epsilon } = this;
    const actions = this.#actions;
    const begins = this.#at.steps < this.settings.learningStarts;
    let asks = false;
    for (let i = 0; i < actions.length; i++) {
      const random = begins || this.#generator.randomDouble() < epsilon;
      actions[i] = random ? envs.actionSpace.sample(this.#generator, masks[i]) : -1;
      if (!random) asks = true;
    }
    if (!asks) return actions;
    this.#policy.act(observations, masks, this.#greedy);
    for (let i = 0; i < actions.length; i++) if (actions[i] === -1) actions[i] = this.#greedy[i] as number;
    return actions;
  }

  // 2. Playing ------------------------------------------------------------------------------------------------------

  /** One step of each environment. */
  #play(): void {
    this.#actors.step(this.#act(), this.#store);
    this.#at.steps += this.#actions.length;
  }

  readonly #store = (transition: Transition): number => this.buffer.add(transition);

  /** Plays what lies between two rounds of learning (and, the first time, the random steps before). */
  #rollout(): void {
    const { learningStarts, trainFrequency, gradientSteps, targetFrequency, tau, totalSteps } = this.settings;
    const at = this.#at;
    const before = at.steps;
    const until = learningStarts + (at.rollouts + 1) * trainFrequency; // (several environments may pass it by some steps)
    while (at.steps < until) this.#play();
    const due = Math.floor(at.steps / targetFrequency) - Math.floor(before / targetFrequency);
    if (due > 0) this.#follow(1 - (1 - tau) ** due);
    if (this.buffer instanceof PrioritizedReplayBuffer) {
      const start = this.settings.prioritized?.beta ?? 0.4;
      this.buffer.beta = start + (1 - start) * Math.min(1, at.steps / totalSteps);
    }
    at.rollouts++;
    at.left = gradientSteps;
  }

  /** Target network: `θ' ← θ' + tau·(θ - θ')`. */
  #follow(tau: number): void {
    noGrad(() => {
      for (const [from, to] of this.#weights) {
        if (tau === 1) to.copy_(from);
        else to.add_(from.sub(to).mul(tau));
      }
    });
  }

  // 3. Batches: what a Trainer reads ----------------------------------------------------------------------------------

  /** Rollouts of the whole run. */
  get #allRollouts(): number {
    const { totalSteps, learningStarts, trainFrequency } = this.settings;
    return Math.floor((totalSteps - learningStarts) / trainFrequency);
  }

  /** Gradient steps of an epoch, on the average: for what is shown of the time to come. */
  get length(): number {
    return (this.#allRollouts * this.settings.gradientSteps) / this.settings.evaluations;
  }

  /** An epoch's batches, or those left of one that was resumed. What is made of a batch is freed at the next. */
  [Symbol.iterator](): IterableIterator<ReplayBatch> & { endBatch(): void } {
    if (!this.#resumed) this.#beginEpoch();
    this.#resumed = false;
    let batch: Generation | null = null;
    const endBatch = (): void => {
      if (batch !== null) closeGeneration(batch);
      batch = null;
    };
    const iterator = {
      [Symbol.iterator]: () => iterator,
      next: (): IteratorResult<ReplayBatch> => {
        endBatch();
        if (this.#isDone()) return { done: true, value: undefined };
        batch = openGeneration(true);
        try {
          if (this.#at.left === 0) this.#rollout();
          this.#at.left--;
          return { done: false, value: this.buffer.sample(this.settings.batchSize, this.#generator) };
        } catch (error) {
          endBatch();
          throw error;
        }
      },
      return: (): IteratorResult<ReplayBatch> => {
        endBatch();
        Object.assign(this.#at, { left: 0, epochEnd: this.#at.rollouts });
        return { done: true, value: undefined };
      },
      endBatch,
    };
    return iterator;
  }

  #beginEpoch(): void {
    const at = this.#at;
    const { evaluations } = this.settings;
    if (at.epochs >= evaluations) {
      throw new ConfigError(
        "Dqn",
        `epoch ${at.epochs + 1} of a run whose ${this.settings.totalSteps} steps end with epoch ${evaluations}`,
        "expected as many epochs as evaluations",
        `Set the trainer's epochs to ${evaluations}, or more totalSteps and evaluations.`,
      );
    }
    at.epochs++;
    at.epochEnd = Math.floor((at.epochs * this.#allRollouts) / evaluations);
    Object.assign(this.#sums, { q: 0, error: 0, count: 0 });
    this.#clock = { steps: this.steps, ms: performance.now() };
  }

  #isDone(): boolean {
    return this.#at.left === 0 && this.#at.rollouts >= this.#at.epochEnd;
  }

  /** What `train.defineExperiment` takes as a task. */
  task(): Task<ReplayBatch> & { source: Dqn } {
    const { objective, evaluate, figures } = this;
    const statistics = statisticsCallback(this.envs.envs[0] as Environment);
    const callbacks = statistics === null ? [] : [statistics];
    return { source: this, objective, evaluate, figures, callbacks, samples: (batch) => batch.indices.length };
  }

  // 4. Learning -----------------------------------------------------------------------------------------------------

  /** The loss of a batch, a scalar; gives a prioritised buffer its new priorities. */
  readonly objective = (batch: ReplayBatch): Tensor => {
    const { observations, actions, weights, indices } = batch;
    const targets = this.#targets(batch); //                               [B]
    const q = gather(this.network.forward(observations), 1, actions); //   [B, 1]
    const errors = this.#measure(q.data as Float32Array, targets);
    if (this.buffer instanceof PrioritizedReplayBuffer && errors.every(Number.isFinite)) {
      this.buffer.update(indices, errors);
    }
    if (weights === null) return F.huberLoss(q, column(targets));
    return F.huberLoss(q, column(targets), { reduction: "none" }).mul(weights).mean();
  };

  /**
   * What Q(s, a) should be: `r + γ·Q'(s', a')`, where a' is the action, among those allowed, that Q' values most, or,
   * double, that Q does. Plain numbers: nothing is derived here, and they are few.
   */
  #targets({ nextObservations, nextMasks, rewards, discounts }: ReplayBatch): Float32Array {
    const [values, choosers] = noGrad(() => {
      const own = this.target.forward(nextObservations).data; // [B, actions]
      return [own, this.settings.doubleQ ? this.network.forward(nextObservations).data : own];
    });
    const targets = rewards.data as Float32Array; // (a copy)
    const gammas = discounts.data;
    const masks = nextMasks?.data ?? null;
    const { n } = this.envs.actionSpace;
    for (let i = 0, row = 0; i < targets.length; i++, row += n) {
      const best = bestAction(choosers, row, n, masks, row);
      if (best < 0) continue; // (a state that allows nothing is worth nothing)
      targets[i] = (targets[i] as number) + Math.fround((gammas[i] as number) * (values[row + best] as number));
    }
    return targets;
  }

  #measure(q: Float32Array, targets: Float32Array): Float32Array {
    const errors = new Float32Array(q.length);
    let [sumQ, sumError] = [0, 0];
    for (let i = 0; i < q.length; i++) {
      const error = (q[i] as number) - (targets[i] as number);
      errors[i] = error;
      sumQ += q[i] as number;
      sumError += Math.abs(error);
    }
    this.#sums.q += sumQ / q.length;
    this.#sums.error += sumError / q.length;
    this.#sums.count++;
    return errors;
  }

  // 5. Looking at it ------------------------------------------------------------------------------------------------

  /** Mean return of greedy episodes, the same start states each time. Call it with the network in eval mode. */
  readonly evaluate = (): { evalReturn: number } => {
    const episodes = this.#player.play(this.settings.evaluationSeed, this.#prepare);
    return { evalReturn: episodes.reduce((sum, each) => sum + each.return, 0) / episodes.length };
  };

  /** Greedy episodes from start states of one's choice, in new environments. */
  play({ episodes = 10, seed }: PlayOptions): Episode[] {
    return new EpisodePlayer(this.#create, this.network, episodes).play(seed, this.#prepare);
  }

  readonly #prepare = (env: Environment): void => copyStatistics(this.envs.envs[0] as Environment, env);

  /**
   * Figures of the training: mean return and length of the last 100 episodes, ε, mean Q and TD error over the epoch,
   * the bound `max |r| / (1 - γ)` that no true Q exceeds, steps, and steps a second in this epoch (the one figure that differs from run to run).
   */
  readonly figures = (): Record<string, number> => {
    const { q, error, count } = this.#sums;
    const [steps, ms] = [this.steps - this.#clock.steps, performance.now() - this.#clock.ms];
    return {
      return: this.#actors.recent("return"),
      length: this.#actors.recent("length"),
      epsilon: this.epsilon,
      meanQ: q / count,
      tdError: error / count,
      boundQ: this.settings.gamma < 1 ? this.#actors.largestReward / (1 - this.settings.gamma) : NaN,
      environmentSteps: this.steps,
      stepsPerSecond: (1000 * steps) / ms,
    };
  };

  // 6. Saving -------------------------------------------------------------------------------------------------------

  stateDict(): DqnState {
    return {
      done: this.#isDone(),
      counters: { ...this.#at },
      sums: { ...this.#sums },
      generator: this.#generator.getState(),
      actors: this.#actors.stateDict(),
      buffer: this.buffer.stateDict(),
      target: Object.fromEntries(this.target.stateDict()),
    };
  }

  /** Goes on where a state was saved: the next iteration gives the batches that were to come. @throws {CheckpointError} */
  loadStateDict(state: DqnState): void {
    const reader = new StateReader("Dqn.loadStateDict", state as unknown as State);
    const counters = reader.numbers("counters", this.#at);
    const sums = reader.numbers("sums", this.#sums);
    this.#check(state);
    this.#actors.loadStateDict(reader.nested("actors"));
    this.buffer.loadStateDict(state.buffer);
    this.target.loadStateDict(new Map(Object.entries(state.target)));
    reader.generator("generator", this.#generator);
    Object.assign(this.#at, counters);
    Object.assign(this.#sums, sums);
    this.#resumed = !reader.flag("done");
    this.#clock = { steps: this.steps, ms: performance.now() };
  }

  #check({ target, buffer }: Partial<DqnState>): void {
    if (target !== undefined && buffer !== undefined) return;
    throw new CheckpointError("Dqn.loadStateDict", "the state is no agent's", "expected one", "Pass Dqn.stateDict().");
  }
}
