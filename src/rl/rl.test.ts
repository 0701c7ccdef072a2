import { Generator, manualSeed, nn, tensor, train } from "innerloop";
import { describe, expect, it } from "vitest";
import {
  Box,
  CartPole,
  checkEnvironment,
  Discrete,
  type DqnEpoch,
  DuelingHead,
  diagnoseDqn,
  dqnExperiment,
  type Environment,
  type Episode,
  FrameStack,
  GreedyPolicy,
  MountainCar,
  make,
  NormalizeObservation,
  NormalizeReward,
  PrioritizedReplayBuffer,
  playEpisodes,
  qNetwork,
  RecordEpisodeStatistics,
  ReplayBuffer,
  type ResetOptions,
  type ResetResult,
  register,
  type State,
  type StepOutcome,
  SyncVectorEnv,
  TimeLimit,
  watchEpisode,
} from "./index.ts";
import { copyStatistics } from "./wrappers/index.ts";

describe("spaces", () => {
  it("contain what they draw, and nothing else", () => {
    const generator = new Generator(1);
    const box = new Box([-1, 0, -Infinity, -Infinity], [1, Infinity, 0, Infinity]);
    const seen = new Set<number>();
    for (let i = 0; i < 50; i++) {
      expect(box.contains(box.sample(generator))).toBe(true);
      seen.add(new Discrete(3).sample(generator));
    }
    expect(seen).toEqual(new Set([0, 1, 2]));
    expect(box.contains(Float32Array.of(0, -1, -1, 0))).toBe(false);
    expect(box.contains(Float32Array.of(NaN, 1, -1, 0))).toBe(false);
    expect([new Discrete(2).contains(2), new Discrete(2).contains(0.5), new Discrete(2).contains("1")]).toEqual([
      false,
      false,
      false,
    ]);
    const masked = Array.from({ length: 40 }, () => new Discrete(4).sample(generator, Uint8Array.of(0, 1, 0, 1)));
    expect(new Set(masked)).toEqual(new Set([1, 3]));
    expect(() => new Discrete(0)).toThrow("n is 0");
    expect(() => new Box([1], [0])).toThrow("element 0 lies between 1 and 0");
    expect(() => new Box([1, 2], 3, [3])).toThrow("an end has 2 elements");
  });
});

describe("environments", () => {
  const wrapped: Record<string, () => Environment> = {
    "CartPole-v1": () => make("CartPole-v1"),
    "Acrobot-v1": () => make("Acrobot-v1"),
    "MountainCar-v0": () => make("MountainCar-v0"),
    wrapped: () =>
      new FrameStack(
        new NormalizeReward(new NormalizeObservation(new RecordEpisodeStatistics(make("CartPole-v1")))),
        3,
      ),
  };
  for (const [name, create] of Object.entries(wrapped)) {
    it(`${name} keeps what an agent relies on`, () => checkEnvironment(create));
  }

  it("checkEnvironment finds a generator that is not saved", () => {
    class Forgetful extends CartPole {
      override stateDict(): State {
        return { ...super.stateDict(), generator: new Generator(0).getState() };
      }
    }
    expect(() => checkEnvironment(() => new Forgetful())).toThrow("two copies of the environment");
  });

  it("a time limit truncates, and a termination in the same step wins", () => {
    const env = new TimeLimit(new MountainCar(), 3);
    env.reset({ seed: 1 });
    expect([1, 2, 3].map(() => env.step(1).truncated)).toEqual([false, false, true]);
    const pole = new TimeLimit(new CartPole(), 10);
    pole.reset({ seed: 3 });
    let outcome = pole.step(0);
    let steps = 1;
    for (; !outcome.terminated && !outcome.truncated; steps++) outcome = pole.step(0);
    const exact = new TimeLimit(new CartPole(), steps);
    exact.reset({ seed: 3 });
    for (let i = 0; i < steps; i++) outcome = exact.step(0);
    expect([outcome.terminated, outcome.truncated]).toEqual([true, false]);
  });

  it("statistics come with the last step", () => {
    const env = new RecordEpisodeStatistics(make("MountainCar-v0"));
    env.reset({ seed: 1 });
    let outcome = env.step(1);
    while (!outcome.truncated) outcome = env.step(1);
    expect(outcome.info.episode as Episode).toEqual({ return: -200, length: 200 });
  });

  it("frames are stacked oldest first", () => {
    const env = new FrameStack(new MountainCar(), 2);
    const first = env.reset({ seed: 1 }).observation;
    expect([...first.subarray(0, 2)]).toEqual([...first.subarray(2)]);
    const second = env.step(2).observation;
    expect([...second.subarray(0, 2)]).toEqual([...first.subarray(2)]);
    expect(env.observationSpace.shape).toEqual([2, 2]);
    expect(qNetwork(env).forward(tensor([...second]).reshape([1, 2, 2])).shape).toEqual([1, 3]);
  });

  it("normalised observations have mean 0 and variance 1; an evaluation takes the statistics over", () => {
    const env = new NormalizeObservation(make("CartPole-v1"));
    const generator = new Generator(2);
    env.reset({ seed: 1 });
    const values: number[] = [];
    for (let i = 0; i < 1500; i++) {
      const { observation, terminated } = env.step(env.actionSpace.sample(generator));
      if (i >= 500) values.push(observation[1] as number);
      if (terminated) env.reset();
    }
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.2);
    expect(Math.abs(variance - 1)).toBeLessThan(0.3);
    const other = new NormalizeObservation(make("CartPole-v1"));
    copyStatistics(env, other);
    const { moments } = other.stateDict();
    other.reset({ seed: 5 });
    expect([moments, other.updating]).toEqual([other.stateDict().moments, false]);
    const rewards = new NormalizeReward(make("MountainCar-v0"));
    rewards.reset({ seed: 1 });
    const last = Array.from({ length: 150 }, () => rewards.step(1).reward).at(-1) as number;
    expect(last).toBeGreaterThan(-1);
    expect(last).toBeLessThan(0);
    const judging = new NormalizeReward(make("MountainCar-v0"));
    copyStatistics(rewards, judging);
    const before = JSON.stringify(judging.stateDict().moments);
    judging.reset({ seed: 1 });
    expect([judging.step(1).reward, JSON.stringify(judging.stateDict().moments)]).toEqual([-1, before]);
  });

  it("vectorised ones reset in the step after an end", () => {
    const env = new SyncVectorEnv([new TimeLimit(new MountainCar(), 2), new TimeLimit(new MountainCar(), 3)]);
    const start = env.reset({ seed: 1 }).observations;
    env.step([1, 1]);
    const ended = env.step([1, 1]);
    expect([[...ended.truncated], [...ended.rewards]]).toEqual([
      [1, 0],
      [-1, -1],
    ]);
    const saved = structuredClone(env.stateDict());
    const next = env.step([1, 1]);
    expect([[...next.truncated], [...next.rewards]]).toEqual([
      [0, 1],
      [0, -1],
    ]);
    expect(next.observations[1]).toBe(0); // at rest: a new episode
    expect(next.observations[0]).not.toBe(start[0]);
    env.loadStateDict(saved);
    expect(env.step([1, 1]).observations).toEqual(next.observations);
    expect(() => env.step([1])).toThrow("1 actions, expected 2");
    expect(() => new SyncVectorEnv([new MountainCar(), new CartPole()])).toThrow("expected the same spaces");
  });

  it("vectorised ones can reset in the step of an end, whose observation stands apart", () => {
    const make = (): Environment[] => [2, 3].map((steps) => new TimeLimit(new MountainCar(), steps));
    const env = new SyncVectorEnv(make(), { autoreset: "sameStep" });
    const apart = new SyncVectorEnv(make());
    const start = env.reset({ seed: 1n << 40n }).observations;
    expect(apart.reset({ seed: 1n << 40n }).observations).toEqual(start);
    expect([env.step([1, 1]).finals, apart.step([1, 1]).finals]).toEqual([
      [null, null],
      [null, null],
    ]);
    const [ended, other] = [env.step([1, 1]), apart.step([1, 1])];
    expect([[...ended.truncated], ended.finals[1]]).toEqual([[1, 0], null]);
    expect(ended.finals[0]).toEqual({ observation: other.observations.subarray(0, 2), mask: null });
    const begun = apart.step([1, 1]).observations.slice(0, 2);
    expect(ended.observations.slice(0, 2)).toEqual(begun);
    expect(() => env.step([1, 0], [null, Uint8Array.of(0, 1, 1)])).toThrow("action 0 is masked");
    const saved = structuredClone(env.stateDict());
    const next = env.step([1, 1]).observations;
    env.loadStateDict(saved);
    expect(env.step([1, 1]).observations).toEqual(next);
  });

  it("checkEnvironment finds what lies outside its space, and what is missing or of another kind", () => {
    class Wrong extends CartPole {
      wrong: Partial<StepOutcome> = {};
      override reset(options?: ResetOptions): ResetResult {
        return { ...super.reset(options), ...("info" in this.wrong ? this.wrong : {}) };
      }
      override step(action: number): StepOutcome {
        return { ...super.step(action), ...this.wrong };
      }
    }
    const checked = (wrong: object) => () => checkEnvironment(() => Object.assign(new Wrong(), { wrong }));
    expect(checked({})).not.toThrow();
    expect(checked({ observation: Float32Array.of(0, 0, 9, 0) })).toThrow(
      /step 0: element 2 of the environment's observation is 9, expected -0.41\d+ to 0.41\d+/,
    );
    expect(checked({ terminated: 1 })).toThrow("the environment's terminated is 1, expected true or false");
    expect(checked({ truncated: undefined })).toThrow("the environment's truncated is undefined");
    expect(checked({ info: undefined })).toThrow("reset({ seed }): the environment's info is undefined");
    expect(checked({ reward: "1" })).toThrow("the environment's reward is string");
    expect(() => checkEnvironment(new CartPole() as never)).toThrow("expected a function that makes the environment");
    expect(() => checkEnvironment(() => ({}) as never)).toThrow("a Object without reset");
  });

  it("takes environments as Gymnasium does, and names what is none", () => {
    expect(new SyncVectorEnv([() => make("CartPole-v1"), () => make("CartPole-v1")]).length).toBe(2);
    expect(() => new SyncVectorEnv([make("CartPole-v1"), 3 as never])).toThrow("entry 1 is number without reset");
    expect(() => new SyncVectorEnv(make("CartPole-v1") as never)).toThrow("expected a list");
    expect(() => new SyncVectorEnv([make("CartPole-v1")], { autoReset: "sameStep" } as never)).toThrow(
      'Did you mean "autoreset"?',
    );
    expect(() => new SyncVectorEnv([make("CartPole-v1")], { autoreset: "now" as never })).toThrow('autoreset is "now"');
    expect(() => make("CartPol-v1")).toThrow('Did you mean "CartPole-v1"?');
    expect(() => make("Chess-v9")).toThrow("Register your own");
  });

  it("refuses options of another name or kind", async () => {
    const env = make("CartPole-v1");
    expect(() => qNetwork(env, { hiden: [8] } as never)).toThrow('Did you mean "hidden"?');
    expect(() => new NormalizeObservation(env, { epsilom: 1 } as never)).toThrow('Did you mean "epsilon"?');
    expect(() => new NormalizeReward(env, { gama: 1 } as never)).toThrow('Did you mean "gamma"?');
    const watched = watchEpisode(env, qNetwork(env), { seed: 1, write: () => {}, delayMS: 0 } as never);
    await expect(watched).rejects.toThrow('Did you mean "delayMs"?');
    expect(() => playEpisodes(() => env, qNetwork(env), {} as never)).toThrow("no seed was given");
    expect(() => new ReplayBuffer({ capacity: 5, observationShape: [4] } as never)).toThrow(
      'there is no option "observationShape"',
    );
    expect(() => new ReplayBuffer({ capacity: 5 } as never)).toThrow("shape is undefined");
    expect(() => new ReplayBuffer({ shape: [4] } as never)).toThrow("no capacity was given");
    expect(() => new PrioritizedReplayBuffer({ capacity: 5, shape: [4], alfa: 1 } as never)).toThrow(
      'Did you mean "alpha"?',
    );
  });

  it("register adds names once", () => {
    register("Short-v0", () => new TimeLimit(new CartPole(), 5));
    expect(make("Short-v0").observationSpace.size).toBe(4);
    expect(() => register("CartPole-v1", () => new CartPole())).toThrow('"CartPole-v1" is taken');
  });
});

describe("policies", () => {
  it("a dueling head's advantages have mean 0", () => {
    const head = new DuelingHead(3, 4);
    const x = tensor([[1, 2, 3]]);
    const mean = (head.forward(x).toArray() as number[][])[0]?.reduce((a, b) => a + b / 4, 0);
    expect(mean).toBeCloseTo(head.value.forward(x).item(), 5);
  });

  it("a greedy policy takes the best allowed action, and refuses a network of another size", () => {
    const env = make("Acrobot-v1");
    const policy = new GreedyPolicy(qNetwork(env), env);
    const { observation } = env.reset({ seed: 1 });
    const values = [...policy.values(observation)];
    const best = values.indexOf(Math.max(...values));
    expect(policy.action(observation)).toBe(best);
    const mask = new Uint8Array(3).fill(1);
    mask[best] = 0;
    const rest = values.map((value, i) => (i === best ? -Infinity : value));
    expect(policy.action(observation, mask)).toBe(rest.indexOf(Math.max(...rest)));
    expect(() => new GreedyPolicy(new nn.Linear(6, 2), env).action(observation)).toThrow("expected [1, 3]");
  });

  it("episodes side by side are those played alone, and can be watched", async () => {
    manualSeed(3);
    const create = (): Environment => make("CartPole-v1");
    const network = qNetwork(create(), { hidden: [16] });
    const together = playEpisodes(create, network, { episodes: 4, seed: 11 });
    const alone = [11, 12, 13, 14].flatMap((seed) => playEpisodes(create, network, { episodes: 1, seed }));
    expect(together).toEqual(alone);
    const shown: string[] = [];
    const watched = await watchEpisode(create(), network, { seed: 11, delayMs: 0, write: (text) => shown.push(text) });
    expect([watched, shown.length]).toEqual([together[0], watched.length]);
    expect(shown.at(-1)).toContain(`return ${watched.return}`);
  });
});

describe("dqnExperiment", () => {
  it("trains through the experiment's Trainer, with overrides, and judges the best weights", async () => {
    const experiment = dqnExperiment({
      env: "CartPole-v1",
      hidden: [16],
      totalSteps: 300,
      learningStarts: 60,
      batchSize: 16,
      evaluations: 2,
      evaluationEpisodes: 2,
      trainer: { log: null },
    });
    const changed = train.override(experiment, { "config.gamma": 0.9, "config.totalSteps": 200 });
    const { trainer, data } = await train.buildExperiment(train.override(changed, { seed: 4 }));
    const history = await trainer.fit(data.train);
    expect(history.epochs.map(({ figures }) => figures?.environmentSteps)).toEqual([130, 200]);
    expect(history.best?.metrics?.evalReturn).toBe(
      Math.max(...history.epochs.map((each) => each.metrics?.evalReturn ?? 0)),
    );
    expect(history.epochs[1]?.figures?.boundQ).toBeCloseTo(10, 5);
    expect(() => dqnExperiment({ env: "CartPole-v1", totalSteps: 0 })).toThrow("totalSteps is 0");
  });
});

describe("diagnoseDqn", () => {
  const epochs = (
    n: number,
    of: (i: number) => { loss?: number; evaluated?: number } & Record<string, number>,
  ): DqnEpoch[] =>
    Array.from({ length: n }, (_, i) => {
      const { loss = 0.5, evaluated = NaN, ...figures } = of(i);
      return { epoch: i, trainLoss: loss, metrics: { evalReturn: evaluated }, figures: { boundQ: 100, ...figures } };
    });
  const kinds = (list: DqnEpoch[]): string[] => diagnoseDqn(list).map(({ kind }) => kind);

  it("finds nothing in a run that learns", () => {
    const run = epochs(20, (i) => ({
      evaluated: 20 + 20 * i,
      return: 15 + 10 * i,
      meanQ: 4 * i,
      epsilon: i < 5 ? 1 - i / 5 : 0.05,
    }));
    expect(kinds(run)).toEqual(["healthy"]);
    expect(kinds([])).toEqual(["healthy"]);
  });

  it("sees values that no reward allows, or no return has shown", () => {
    expect(kinds(epochs(3, () => ({ evaluated: 9, return: 9, meanQ: 480, epsilon: 0.05 })))).toEqual(["qExploding"]);
    const above = epochs(8, (i) => ({ evaluated: 9 + (i % 3), return: 9.5, meanQ: 12 * i, epsilon: 1 - i / 8 }));
    expect(diagnoseDqn(above)[0]).toMatchObject({ kind: "qExploding", severity: "warning" });
  });

  it("sees an exploration that ended before anything was found", () => {
    const run = epochs(10, (i) => ({
      evaluated: -200,
      return: -200,
      meanQ: -10 - i,
      epsilon: i < 2 ? 0.5 : 0.05,
      environmentSteps: 100 * i,
    }));
    expect(kinds(run)).toEqual(["explorationTooShort"]);
    expect(diagnoseDqn(run)[0]?.evidence).toContain("within 200 steps");
    const found = epochs(10, (i) => ({
      evaluated: i > 6 ? -120 : -200,
      return: -200,
      meanQ: -10,
      epsilon: i < 2 ? 0.5 : 0.05,
    }));
    expect(kinds(found)).toEqual(["healthy"]);
  });

  it("sees a loss that grows while the return stays", () => {
    const run = epochs(16, (i) => ({
      loss: 0.1 * 1.5 ** i,
      evaluated: 20 + 9 * (i % 2),
      return: 20,
      meanQ: 15,
      epsilon: 1 - i / 16,
    }));
    expect(kinds(run)).toEqual(["lossWithoutReturn"]);
    expect(
      kinds(epochs(16, (i) => ({ loss: i === 15 ? NaN : 1, evaluated: 20, return: 20, meanQ: 15, epsilon: 0.5 }))),
    ).toEqual(["divergence"]);
  });
});
