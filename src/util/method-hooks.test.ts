import { expect, test } from "vitest";
import { hookAfter, hookBefore } from "./method-hooks.ts";

class Adder {
  add(a: number, b: number): number {
    return a + b;
  }
}

test("hooks of one object change arguments and results, and leave others alone", () => {
  const [hooked, other] = [new Adder(), new Adder()];
  const before = hookBefore(hooked, "add", (_, [a, b]) => [(a as number) * 10, b]);
  const after = hookAfter(hooked, "add", (_object, _args, sum) => (sum as number) + 0.5);
  const first = hookAfter(hooked, "add", (_object, _args, sum) => (sum as number) * 2, true);
  expect([hooked.add(1, 2), other.add(1, 2)]).toEqual([24.5, 3]);
  expect(Object.keys(hooked)).toEqual([]);
  for (const handle of [before, after, first, first]) handle.remove();
  expect(hooked.add(1, 2)).toBe(3);
  expect(Object.hasOwn(hooked, "add")).toBe(false);
});

test("a method of the object's own comes back, and one put over the hooks stays", () => {
  const own = Object.assign(new Adder(), { add: (a: number, b: number) => a * b });
  hookBefore(own, "add", () => undefined).remove();
  expect(own.add(3, 4)).toBe(12);
  const handle = hookAfter(own, "add", (_object, _args, product) => -(product as number));
  const under = own.add;
  own.add = (a, b) => under.call(own, a, b) + 1;
  expect(own.add(3, 4)).toBe(-11);
  handle.remove();
  expect(own.add(3, 4)).toBe(13);
  // and hooks may come again
  hookAfter(own, "add", () => 7);
  expect(own.add(3, 4)).toBe(8);
});

test("an error of the method or of a hook leaves the hooks in order", () => {
  const adder = new Adder();
  let fail = true;
  hookBefore(adder, "add", () => {
    if (fail) throw new Error("no");
    return undefined;
  });
  expect(() => adder.add(1, 2)).toThrow("no");
  fail = false;
  expect(adder.add(1, 2)).toBe(3);
});
