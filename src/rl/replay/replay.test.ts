import { describe, expect, it } from "vitest";
import { Generator } from "../../engine/index.ts";
import { tensor } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import {
  NStep,
  type PlayedStep,
  PrioritizedReplayBuffer,
  ReplayBuffer,
  type ReplayState,
  type Transition,
} from "../index.ts";
import { SumTree } from "./sum-tree.ts";

const at = (value: number, more: Partial<Transition> = {}): Transition => ({
  observation: Float32Array.of(value, -value),
  action: value % 3,
  reward: value,
  nextObservation: Float32Array.of(value + 1, -value - 1),
  discount: 0.5,
  nextMask: null,
  ...more,
});

/** A state as a checkpoint brings it back: copies in other tensors. */
function copied(state: ReplayState): ReplayState {
  const copy = (value: ReplayState[string]): ReplayState[string] =>
    typeof value === "number"
      ? value
      : value instanceof Float64Array
        ? value.slice()
        : tensor((value as Tensor).toArray() as number[][], { dtype: value.dtype }).reshape(value.shape);
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [name, copy(value)]));
}

describe("ReplayBuffer", () => {
  it("gives back what was put in, row by row, and forgets the oldest", () => {
    const buffer = new ReplayBuffer({ capacity: 4, shape: [2] });
    for (let i = 0; i < 6; i++) buffer.add(at(i));
    expect(buffer.length).toBe(4);
    const batch = buffer.sample(64, new Generator(1));
    const [rewards, seen] = [batch.rewards.data, batch.observations.toArray() as number[][]];
    expect(new Set(rewards)).toEqual(new Set([2, 3, 4, 5]));
    rewards.forEach((value, i) => {
      expect(seen[i]).toEqual([value, -value]);
      expect((batch.nextObservations.toArray() as number[][])[i]).toEqual([value + 1, -value - 1]);
      expect(batch.actions.data[i]).toBe(value % 3);
      expect(batch.discounts.data[i]).toBe(0.5);
    });
    expect(batch.actions.dtype).toBe("int32");
  });

  it("goes on from its state with the same draws", () => {
    const buffer = new ReplayBuffer({ capacity: 8, shape: [2], maskedActions: 3 });
    for (let i = 0; i < 11; i++) buffer.add(at(i, { nextMask: Uint8Array.of(i % 2, 1, 0) }));
    const other = new ReplayBuffer({ capacity: 8, shape: [2], maskedActions: 3 });
    other.loadStateDict(copied(buffer.stateDict()));
    for (const each of [buffer, other]) each.add(at(11));
    const [a, b] = [buffer, other].map((each) => each.sample(16, new Generator(3)));
    for (const name of ["observations", "actions", "rewards", "discounts", "nextMasks"] as const) {
      expect(b?.[name]?.data).toEqual(a?.[name]?.data);
    }
  });

  it("refuses an empty draw, a wrong capacity, and another buffer's state", () => {
    const buffer = new ReplayBuffer({ capacity: 2, shape: [2] });
    expect(() => buffer.sample(1, new Generator(0))).toThrow("ReplayBuffer.sample: the buffer is empty");
    expect(() => new ReplayBuffer({ capacity: 0, shape: [2] })).toThrow("capacity is 0");
    const large = new ReplayBuffer({ capacity: 3, shape: [2] });
    for (let i = 0; i < 3; i++) large.add(at(i));
    expect(() => buffer.loadStateDict(large.stateDict())).toThrow(
      "has 3 transitions and goes on at 0, expected at most 2",
    );
    const wide = new ReplayBuffer({ capacity: 3, shape: [3] });
    expect(() => wide.loadStateDict(large.stateDict())).toThrow("states is [3, 2, 2], expected 3 rows of [2, 3]");
    // Full, it would go on in the middle of a larger one, whose last row nobody has written.
    const larger = new ReplayBuffer({ capacity: 4, shape: [2] });
    large.add(at(3));
    expect(() => larger.loadStateDict(large.stateDict())).toThrow("has 3 transitions and goes on at 1");
    for (const next of [-1, 0.5, 3, Number.NaN]) {
      expect(() => large.loadStateDict({ ...large.stateDict(), next }), String(next)).toThrow("goes on at");
    }
  });
});

describe("PrioritizedReplayBuffer", () => {
  it("draws in proportion to the priorities, and weighs against them", () => {
    const buffer = new PrioritizedReplayBuffer({ capacity: 4, shape: [2], alpha: 1, beta: 1 });
    for (let i = 0; i < 4; i++) buffer.add(at(i));
    buffer.update(Int32Array.of(0, 1, 2, 3), [-1, 3, 0, 4]);
    const { indices, weights } = buffer.sample(8000, new Generator(5));
    const counts = [0, 0, 0, 0];
    for (const index of indices) counts[index] = (counts[index] as number) + 1;
    [1 / 8, 3 / 8, 0, 4 / 8].forEach((share, i) => {
      expect((counts[i] as number) / 8000).toBeCloseTo(share, 2);
    });
    // (N·P)^-1 = 2, 2/3, 1/2, divided by the largest
    const weightOf = (index: number): number => weights?.data[indices.indexOf(index)] as number;
    expect(weightOf(0)).toBeCloseTo(1, 5);
    expect(weightOf(1)).toBeCloseTo(1 / 3, 5);
    expect(weightOf(3)).toBeCloseTo(1 / 4, 5);
  });

  it("gives a new transition the largest priority, and goes on from its state", () => {
    const make = (): PrioritizedReplayBuffer => new PrioritizedReplayBuffer({ capacity: 4, shape: [2] });
    const buffer = make();
    for (let i = 0; i < 3; i++) buffer.add(at(i));
    buffer.update(Int32Array.of(0, 1, 2), [0.1, 9, 0.2]);
    const other = make();
    other.loadStateDict(copied(buffer.stateDict()));
    for (const each of [buffer, other]) each.add(at(7));
    const [a, b] = [buffer, other].map((each) => each.sample(32, new Generator(3)));
    expect(b?.indices).toEqual(a?.indices);
    expect(b?.weights?.data).toEqual(a?.weights?.data);
    const counts = (a?.indices ?? new Int32Array()).reduce((sum, index) => sum + (index === 3 ? 1 : 0), 0);
    expect(counts).toBeGreaterThan(10); // of 32: as likely as the transition with error 9
    expect(() => make().loadStateDict(new ReplayBuffer({ capacity: 4, shape: [2] }).stateDict())).toThrow(
      "no priorities",
    );
  });

  it("finds every leaf of its tree", () => {
    const tree = new SumTree(5);
    [1, 0, 2, 3, 4].forEach((value, i) => {
      tree.set(i, value);
    });
    expect(tree.total).toBe(10);
    expect([0, 0.99, 1, 2.99, 3, 5.99, 6, 9.999].map((value) => tree.find(value))).toEqual([0, 0, 2, 2, 3, 3, 4, 4]);
    expect(tree.find(10)).toBe(4); // rounding may reach the end
  });
});

describe("NStep", () => {
  const play = (n: number, steps: Partial<PlayedStep>[]): Transition[] => {
    const out: Transition[] = [];
    const window = new NStep(n, 0.5);
    steps.forEach((step, i) => {
      const whole = { ...at(i), reward: 2 ** i, terminated: false, truncated: false, nextMask: null, ...step };
      window.push(whole, (transition) => out.push(transition));
    });
    return out;
  };

  it("sums discounted rewards and discounts what follows by gamma to the n", () => {
    const [first, second] = play(3, [{}, {}, {}, {}]);
    expect([first?.reward, first?.discount, first?.observation[0], first?.nextObservation[0]]).toEqual([
      3, 0.125, 0, 3,
    ]);
    expect([second?.reward, second?.nextObservation[0]]).toEqual([2 + 0.5 * 4 + 0.25 * 8, 4]);
  });

  it("lets nothing follow a termination, and a value follow a truncation", () => {
    expect(play(2, [{}, { terminated: true }]).map(({ reward, discount }) => [reward, discount])).toEqual([
      [2, 0],
      [2, 0],
    ]);
    expect(play(2, [{}, { truncated: true }]).map(({ reward, discount }) => [reward, discount])).toEqual([
      [2, 0.25],
      [2, 0.5],
    ]);
    expect(play(1, [{ truncated: true }])[0]?.discount).toBe(0.5);
  });
});
