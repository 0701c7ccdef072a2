import { describe, expect, it } from "vitest";
import { decodeArray, type GoldenArray, readGolden } from "../../../tests/golden/read.ts";
import { Generator } from "../../engine/index.ts";
import { make, type State } from "../index.ts";

interface Trajectory {
  env: string;
  starts: GoldenArray;
  actions: GoldenArray;
  states: GoldenArray;
  observations?: GoldenArray;
  rewards?: GoldenArray;
  ends: GoldenArray;
}

const golden = readGolden<{ random: Trajectory[]; goals: Trajectory[] }>("rl-envs");

/** Follows a trajectory of Gymnasium's and returns the largest difference of a state's element. */
function follow(each: Trajectory): number {
  const env = make(each.env);
  const [starts, states, actions, ends] = [each.starts, each.states, each.actions, each.ends].map(decodeArray) as [
    Float64Array,
    Float64Array,
    Uint8Array,
    Uint8Array,
  ];
  const size = each.starts.shape[1] as number;
  const observations = each.observations === undefined ? null : decodeArray(each.observations);
  const rewards = each.rewards === undefined ? null : decodeArray(each.rewards);
  const stateOf = (): Float64Array => (env.stateDict().inner as State).state as Float64Array;
  const begin = (episode: number): void => {
    env.reset({ seed: 0 });
    const saved = env.stateDict();
    const state = starts.slice(episode * size, (episode + 1) * size);
    env.loadStateDict({ ...saved, inner: { ...(saved.inner as State), state } });
  };
  let episode = 0;
  let worst = 0;
  let seen = 0;
  const wrong: number[] = [];
  begin(episode);
  actions.forEach((action, i) => {
    const outcome = env.step(action);
    stateOf().forEach((value, j) => {
      worst = Math.max(worst, Math.abs(value - (states[i * size + j] as number)));
    });
    const end = outcome.terminated ? 1 : outcome.truncated ? 2 : 0;
    if (end !== ends[i] || (rewards !== null && outcome.reward !== rewards[i])) wrong.push(i);
    if (observations !== null) {
      const { length } = outcome.observation;
      outcome.observation.forEach((value, j) => {
        seen = Math.max(seen, Math.abs(value - (observations[i * length + j] as number)));
      });
    }
    if (ends[i] !== 0 && (episode + 1) * size < starts.length) begin(++episode);
  });
  expect(wrong, "steps with another reward or end").toEqual([]);
  expect(seen, "observations").toBeLessThan(1e-6); // one float32 step
  return worst;
}

describe("Gymnasium's trajectories", () => {
  for (const each of golden.random) {
    it(`${each.env}: 1,000 random actions within 1e-9`, () => expect(follow(each)).toBeLessThan(1e-9));
  }
  for (const each of golden.goals) {
    it(`${each.env}: to the end with a good policy, within 1e-9`, () => expect(follow(each)).toBeLessThan(1e-9));
  }
});

describe("the classic tasks", () => {
  for (const id of ["CartPole-v1", "Acrobot-v1", "MountainCar-v0"]) {
    it(`${id} starts in its region, from its seed alone, and draws itself`, () => {
      const env = make(id);
      const first = env.reset({ seed: 3 }).observation;
      expect(env.observationSpace.contains(first)).toBe(true);
      const second = env.reset().observation;
      expect(second).not.toEqual(first);
      expect(env.reset({ seed: 3 }).observation).toEqual(first);
      expect(env.reset().observation).toEqual(second);
      expect(env.render?.().split("\n").length).toBeGreaterThan(5);
      expect(env.actionSpace.sample(new Generator(1))).toBeLessThan(env.actionSpace.n);
    });
  }

  it("refuse what Gymnasium refuses", () => {
    const env = make("CartPole-v1");
    expect(() => env.step(0)).toThrow("CartPole.step: there is no episode under way");
    env.reset({ seed: 1 });
    expect(() => env.step(2)).toThrow("CartPole.step: the action is 2, expected a whole number from 0 to 1");
    expect(() => env.step(0.5)).toThrow("the action is 0.5");
    expect(() => make("CartPole-v2")).toThrow('there is no environment "CartPole-v2", expected one of CartPole-v1');
  });
});
