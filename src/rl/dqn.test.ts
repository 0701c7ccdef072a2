import { Generator, manualSeed, optim, type Tensor, tensor, train } from "innerloop";
import { afterEach, describe, expect, it } from "vitest";
import {
  Box,
  CartPole,
  Discrete,
  Dqn,
  type DqnOptions,
  type Environment,
  make,
  qNetwork,
  type ReplayBatch,
  type ResetResult,
  type StepOutcome,
  TimeLimit,
} from "./index.ts";

const small: DqnOptions = {
  totalSteps: 240,
  bufferSize: 100,
  learningStarts: 40,
  trainFrequency: 10,
  gradientSteps: 3,
  batchSize: 16,
  targetFrequency: 25,
  evaluations: 2,
  evaluationEpisodes: 2,
};

interface Run {
  agent: Dqn;
  trainer: train.Trainer<ReplayBatch>;
  fingerprint(): string;
}

function run(options: Partial<DqnOptions>, store: train.MemoryStore, stopAt = -1): Run {
  manualSeed(9);
  const create = (): Environment => new TimeLimit(new CartPole(), 30);
  const network = qNetwork(create(), { hidden: [16], dueling: true });
  const agent = new Dqn(create, network, qNetwork(create(), { hidden: [16], dueling: true }), { ...small, ...options });
  const trainer = new train.Trainer<ReplayBatch>({
    model: network,
    objective: agent.objective,
    evaluate: agent.evaluate,
    figures: () => ({ ...agent.figures(), stepsPerSecond: 0 }),
    optimizer: new optim.Adam(network.parameters(), { lr: 1e-2 }),
    epochs: 2,
    monitor: "evalReturn",
    mode: "max",
    clipGradNorm: 10,
    restoreBest: false,
    logEverySteps: 1,
    run: store,
    log: null,
    callbacks: [{ onStepEnd: (self, { step }) => void (step === stopAt && self.requestStop("test")) }],
  });
  const plain = (value: unknown): unknown =>
    JSON.stringify(value, (_, item) => (item?.storage === undefined ? item : [...(item as Tensor).data]));
  return {
    agent,
    trainer,
    fingerprint: () =>
      JSON.stringify([plain(Object.fromEntries(network.stateDict())), plain(agent.stateDict()), store.lines]),
  };
}

describe("a resumed DQN", () => {
  const kinds: Record<string, Partial<DqnOptions>> = {
    "uniform, hard updates": {},
    "prioritised, n steps, soft updates": { prioritized: true, nStep: 3, tau: 0.1, targetFrequency: 1 },
    "three environments, n steps": { numEnvs: 3, nStep: 2 },
  };
  for (const [name, options] of Object.entries(kinds)) {
    it(`ends with the same bits (${name})`, async () => {
      const whole = run(options, new train.MemoryStore());
      await whole.trainer.fit(whole.agent);
      expect(whole.agent.steps).toBe(240);
      for (const stopAt of [17, 30]) {
        const store = new train.MemoryStore(); // (step 30 is the end of the first epoch)
        const before = run(options, store, stopAt);
        await before.trainer.fit(before.agent);
        expect(before.trainer.outcome?.kind).toBe("interrupted");
        const after = run(options, store);
        await after.trainer.resume(after.agent);
        expect(after.fingerprint() === whole.fingerprint(), `stopped after step ${stopAt}`).toBe(true);
      }
    });
  }

  it("does not end with the same bits from another seed's numbers", async () => {
    const [a, b] = [run({}, new train.MemoryStore()), run({ explorationFinal: 0.06 }, new train.MemoryStore())];
    await a.trainer.fit(a.agent);
    await b.trainer.fit(b.agent);
    expect(a.fingerprint()).not.toBe(b.fingerprint());
  });
});

/** Always the same observation; what a step gives is told from outside. */
class Told implements Environment {
  readonly observationSpace: Box = new Box(-1, 1, [2]);
  readonly actionSpace: Discrete = new Discrete(3);
  readonly taken: number[] = [];
  mask: Uint8Array | null = null;
  outcome: Partial<StepOutcome> = {};
  observation: Float32Array = Float32Array.of(0.5, -0.5);

  reset(): ResetResult {
    return { observation: this.observation, info: {} };
  }
  step(action: number): StepOutcome {
    this.taken.push(action);
    const { observation } = this;
    return { observation, reward: 1, terminated: false, truncated: false, info: {}, ...this.outcome } as StepOutcome;
  }
  actionMask(): Uint8Array | null {
    return this.mask;
  }
  stateDict(): object & Record<string, never> {
    return {};
  }
  loadStateDict(): void {}
}

function told(set: (env: Told) => void = () => {}, options: Partial<DqnOptions> = {}): { agent: Dqn; env: Told } {
  const envs: Told[] = [];
  const create = (): Told => {
    const env = new Told();
    set(env);
    envs.push(env);
    return env;
  };
  const agent = new Dqn(create, qNetwork(new Told()), qNetwork(new Told()), { ...small, ...options });
  return { agent, env: envs[0] as Told };
}

const open: Iterator<ReplayBatch>[] = [];

/** An agent's first batch, which lives until the end of the test. */
function first(agent: Dqn): ReplayBatch {
  const iterator = agent[Symbol.iterator]();
  open.push(iterator);
  return iterator.next().value as ReplayBatch;
}

afterEach(() => {
  for (const iterator of open.splice(0)) iterator.return?.();
});

describe("Dqn", () => {
  it("stores a termination with nothing after it, and a truncation with its last observation", () => {
    const ended = told((env) => Object.assign(env.outcome, { terminated: true }));
    expect([...first(ended.agent).discounts.data].every((each) => each === 0)).toBe(true);
    const cut = told((env) => Object.assign(env.outcome, { truncated: true, observation: Float32Array.of(1, 1) }));
    const batch = first(cut.agent);
    expect([...batch.discounts.data].every((each) => each === Math.fround(0.99))).toBe(true);
    expect((batch.nextObservations.toArray() as number[][]).every((row) => row[0] === 1)).toBe(true);
    expect((batch.observations.toArray() as number[][]).every((row) => row[0] === 0.5)).toBe(true);
  });

  it("follows the equation: huber(Q(s, a), r + γ·Q'(s', argmax Q(s', ·)))", () => {
    manualSeed(4);
    const { agent } = told(undefined, { batchSize: 4, targetFrequency: 1000 });
    const { network, target } = agent;
    for (const parameter of target.parameters()) parameter.storage.backend.fill(parameter, 0);
    const bias = [...target.parameters()].at(-1) as Tensor;
    bias.storage.backend.write(bias.storage, 0, Float32Array.of(0.1, 0.2, 0.3));
    const batch = first(agent);
    const q = (network.forward(tensor([[0.5, -0.5]])).toArray() as number[][])[0] as number[];
    const value = 1 + 0.99 * ([0.1, 0.2, 0.3][q.indexOf(Math.max(...q))] as number);
    const losses = [...batch.actions.data].map((action) => {
      const error = Math.abs((q[action] as number) - value);
      return error < 1 ? 0.5 * error * error : error - 0.5;
    });
    expect(agent.objective(batch).item()).toBeCloseTo(losses.reduce((a, b) => a + b) / 4, 5);
    const plain = told(undefined, { batchSize: 4, doubleQ: false });
    expect(plain.agent.objective(first(plain.agent)).item()).toBeGreaterThan(0);
  });

  it("takes only allowed actions, and bootstraps only from allowed ones", () => {
    const { agent, env } = told((each) => {
      each.mask = Uint8Array.of(1, 0, 1);
    });
    for (const batch of agent) {
      expect([...(batch.nextMasks as Tensor).data.subarray(0, 3)]).toEqual([1, 0, 1]);
      agent.objective(batch);
    }
    expect(new Set(env.taken)).toEqual(new Set([0, 2]));
  });

  it("plays several environments: as many gradient steps, transitions of each, and ends of each at its own time", () => {
    const made: TimeLimit[] = [];
    const create = (): Environment => {
      const env = new TimeLimit(new CartPole(), 5 + made.length); // they end at different steps
      made.push(env);
      return env;
    };
    const network = qNetwork(new CartPole(), { hidden: [8] });
    const target = qNetwork(new CartPole(), { hidden: [8] });
    const agent = new Dqn(create, network, target, { ...small, numEnvs: 3, learningStarts: 20, bufferSize: 400 });
    expect(made).toHaveLength(3 + 2); // and two of an evaluation
    let batches = 0;
    for (let epoch = 0; epoch < 2; epoch++) {
      for (const batch of agent) {
        batches += 1;
        expect(agent.objective(batch).item()).toBeGreaterThan(0);
      }
    }
    // 22 rollouts of 10 steps with 3 gradient steps each; a rollout ends with a whole round of the three.
    expect([batches, agent.steps, agent.buffer.length]).toEqual([66, 240, 240]);
    const { observations, nextObservations, discounts, indices } = agent.buffer.sample(2000, new Generator(1));
    const [from, to] = [observations.toArray() as number[][], nextObservations.toArray() as number[][]];
    const after = new Map<number, number>();
    indices.forEach((place, i) => {
      expect(discounts.data[i]).toBe(Math.fround(0.99)); // cut off, never terminated
      const follower = indices.indexOf(place + 3); // the next of the same environment
      if (follower >= 0) after.set(place, to[i]?.join() === from[follower]?.join() ? 1 : 0);
    });
    const breaks = [...after].filter(([, same]) => same === 0).map(([place]) => place);
    const ends = [...after.keys()].filter((place) => (Math.floor(place / 3) + 1) % (5 + (place % 3)) === 0);
    expect(breaks.sort((a, b) => a - b)).toEqual(ends.sort((a, b) => a - b));
  });

  it("refuses a number of environments that is none, and masks that come late", () => {
    expect(() => told(undefined, { numEnvs: 0 })).toThrow("numEnvs is 0");
    expect(() => told(undefined, { numEnvs: 25, nStep: 3 })).toThrow("nStep is 3, expected at most 2");
    const { agent, env } = told();
    env.mask = Uint8Array.of(1, 1, 0);
    expect(() => first(agent)).toThrow("masks actions now, but did not in its first state");
  });

  it("refuses a state of another number of environments", () => {
    const [one, two] = [told(), told(undefined, { numEnvs: 2 })];
    expect(() => one.agent.loadStateDict(two.agent.stateDict())).toThrow("the state is of 2 environments, expected 1");
  });

  it("takes a state that allows nothing for worth nothing", () => {
    const { agent } = told(
      (env) => {
        env.mask = Uint8Array.of(1, 1, 1);
      },
      { batchSize: 4 },
    );
    const batch = first(agent);
    const none = { ...batch, nextMasks: (batch.nextMasks as Tensor).mul(0) };
    const zero = { ...batch, discounts: batch.discounts.mul(0) };
    expect(agent.objective(none).item()).toBe(agent.objective(zero).item());
    expect(agent.objective(batch).item()).not.toBe(agent.objective(zero).item());
  });

  it("lets epsilon fall in a straight line", () => {
    const { agent } = told(undefined, { explorationFraction: 0.5, explorationFinal: 0.1 });
    expect(agent.epsilon).toBe(1);
    first(agent); // 50 steps of 240
    expect(agent.epsilon).toBeCloseTo(1 - (50 / 120) * 0.9, 10);
    for (const batch of agent) batch.indices.fill(0);
    expect(agent.epsilon).toBeCloseTo(0.1, 10);
  });

  it("refuses what an environment does wrong, before anything is stored", () => {
    const fails = (set: (env: Told) => void): (() => unknown) => {
      return () => {
        const { agent, env } = told();
        set(env);
        try {
          return first(agent);
        } finally {
          expect(agent.buffer.length).toBe(0);
        }
      };
    };
    expect(fails((env) => Object.assign(env.outcome, { reward: NaN }))).toThrow("the environment's reward is NaN");
    expect(fails((env) => Object.assign(env.outcome, { observation: new Float32Array(3) }))).toThrow(
      "observation has 3 elements, expected a Float32Array of 2",
    );
    expect(fails((env) => Object.assign(env.outcome, { observation: Float32Array.of(0, NaN) }))).toThrow(
      "element 1 of the environment's observation is NaN",
    );
    expect(() => first(told((env) => Object.assign(env, { mask: new Uint8Array(2).fill(1) })).agent)).toThrow("mask");
    expect(() => first(told((env) => Object.assign(env, { mask: new Uint8Array(3) })).agent)).toThrow("allows 0 of 3");
    expect(() => told(undefined, { gamma: 1.5 })).toThrow("gamma is 1.5, expected 0 to 1");
    expect(() => told(undefined, { totalSteps: 50 })).toThrow("totalSteps is 50, expected at least 60");
    expect(() => told(undefined, { bufersize: 3 } as never)).toThrow('there is no option "bufersize"');
    const env = make("CartPole-v1");
    const create = (): Environment => env;
    expect(() => new Dqn(create, qNetwork(env), qNetwork(new Told()), small)).toThrow();
  });

  it("ends with its epochs, and says so when more are asked for", () => {
    const { agent } = told();
    let batches = 0;
    for (let epoch = 0; epoch < 2; epoch++) for (const batch of agent) batches += batch.indices.length > 0 ? 1 : 0;
    expect([batches, agent.steps]).toEqual([60, 240]);
    expect(() => agent[Symbol.iterator]()).toThrow("epoch 3 of a run whose 240 steps end with epoch 2");
  });
});
