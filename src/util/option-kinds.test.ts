import { expect, test } from "vitest";
import { checkedOptions, type OptionKinds } from "./option-kinds.ts";

interface Options {
  count?: number;
  eps?: number | null;
  sizes?: number | readonly number[];
  on?: boolean;
  mode?: "a" | "b";
  of?: { readonly x: number };
  mask?: { readonly x: number } | null;
  fn?: (x: number) => number;
  other?: string | number;
}

const KINDS: OptionKinds<Options> = {
  count: "number",
  eps: "number?",
  sizes: "numbers",
  on: "boolean",
  mode: "string",
  of: "object",
  mask: "object?",
  fn: "function",
  other: "any",
};
const check = (options: unknown): unknown => checkedOptions("F.it", options as Options, KINDS);

test("gives right options back, and an empty object for none", () => {
  const right = { count: 1, eps: null, sizes: [1, 2], on: false, mode: "a", of: { x: 1 }, mask: null, fn: Math.abs };
  expect(check(right)).toBe(right);
  expect(check({ count: undefined, other: "x" })).toEqual({ other: "x" });
  expect(check(undefined)).toEqual({});
  // what an object inherits is nobody's option
  expect(() => check(Object.create({ cuont: 1 }))).not.toThrow();
});

test("refuses values of another kind, and says what to write for a number in quotes", () => {
  expect(() => check({ count: "0.10" })).toThrow(
    'F.it: count is "0.10", expected a number. Pass the number itself: count: 0.1.',
  );
  expect(() => check({ count: "many" })).toThrow("Correct count.");
  expect(() => check({ count: null })).toThrow("count is null, expected a number");
  expect(() => check({ eps: true })).toThrow("eps is true, expected a number, or null");
  expect(() => check({ sizes: [1, "2"] })).toThrow('sizes is [1, "2"], expected a number, or a list of numbers');
  expect(() => check({ on: 1 })).toThrow("on is 1, expected true or false");
  expect(() => check({ mode: 1 })).toThrow("mode is 1, expected a text");
  expect(() => check({ of: [1] })).toThrow("of is [1], expected an object");
  expect(() => check({ of: null })).toThrow("of is null");
  expect(() => check({ mask: 5 })).toThrow("mask is 5, expected an object, or null");
  expect(() => check({ fn: new Map() })).toThrow("fn is a Map, expected a function");
});

test("refuses names that are none, those of every object included, and what is no options object", () => {
  expect(() => check({ cuont: 1 })).toThrow('there is no option "cuont"');
  expect(() => check({ cuont: 1 })).toThrow('Did you mean "count"?');
  expect(() => check({ constructor: 1 })).toThrow('there is no option "constructor"');
  expect(() => check({ toString: 1 })).toThrow('there is no option "toString"');
  expect(() => check(0.2)).toThrow("the options are 0.2, expected an object with named options");
  class Tensor {
    storage = 1;
  }
  expect(() => check(new Tensor())).toThrow("the options are a Tensor, expected an object with named options");
});
