import { data, defaultGenerator, Generator, manualSeed, tensor } from "innerloop";
import { describe, expect, it } from "vitest";

const rows = tensor(Array.from({ length: 23 }, (_, i) => i));

function loader(own: boolean, options: { shuffle?: boolean; dropLast?: boolean } = {}) {
  const generator = own ? { generator: new Generator(7) } : {};
  return new data.DataLoader(new data.TensorDataset(rows), { batchSize: 5, shuffle: true, ...options, ...generator });
}

describe.each([
  ["the default generator", false, {}],
  ["an own generator", true, {}],
  ["dropLast", true, { dropLast: true }],
  ["no shuffling", false, { shuffle: false }],
] as const)("a loader's state, with %s", (_, own, options) => {
  it("continues an epoch after any batch, and draws as the uninterrupted loader does", () => {
    manualSeed(1);
    const whole = loader(own, options);
    const expected = [...whole, ...whole].map(([batch]) => batch.toArray());
    const after = [defaultGenerator.getState(), whole.generator?.getState()];
    const perEpoch = expected.length / 2;
    for (let stop = 1; stop <= perEpoch; stop++) {
      manualSeed(1);
      const first = loader(own, options);
      const seen: unknown[] = [];
      const iterator = first[Symbol.iterator]();
      for (let i = 0; i < stop; i++) seen.push((iterator.next().value as readonly [typeof rows])[0].toArray());
      const state = JSON.parse(JSON.stringify(iterator.stateDict())) as data.LoaderState;
      const second = loader(own, options);
      if (first.generator !== undefined) second.generator?.copyFrom(first.generator);
      iterator.return?.();
      if (!state.done) {
        second.loadStateDict(state);
        for (const [batch] of second) seen.push(batch.toArray());
      }
      for (const [batch] of second) seen.push(batch.toArray());
      expect(seen, `stopped after ${stop}`).toEqual(expected);
      expect([defaultGenerator.getState(), second.generator?.getState()]).toEqual(after);
    }
  });
});

it("refuses the state of other data, or a damaged one", () => {
  const other = new data.DataLoader(new data.TensorDataset(tensor([1, 2, 3])), { shuffle: true });
  const state = loader(false).stateDict();
  expect(() => other.loadStateDict(state)).toThrow(/counts 23 samples instead of 3/);
  const target = loader(false);
  expect(() => target.loadStateDict({ ...state, shuffle: false })).toThrow(/shuffle is false/);
  expect(() => target.loadStateDict({ ...state, position: 99 })).toThrow(/position is 99/);
  expect(() => target.loadStateDict(null as never)).toThrow(/DataLoader.loadStateDict/);
});
