import { expect, test } from "vitest";
import { checkOptions } from "./check-options.ts";
import { ConfigError } from "./errors.ts";
import { nearest } from "./nearest.ts";

const KNOWN = ["lr", "weightDecay", "tMax", "bias"];
const refuse =
  (options: unknown): (() => void) =>
  () =>
    checkOptions("optim.AdamW", options, KNOWN);

test("takes what is known, and nothing at all", () => {
  expect(refuse(undefined)).not.toThrow();
  expect(refuse({})).not.toThrow();
  expect(refuse({ lr: 1, tMax: undefined })).not.toThrow();
  // what an object inherits is nobody's option
  expect(refuse(Object.create({ learningRate: 1 }))).not.toThrow();
});

test("names the option that is none, and the one that was meant, in PyTorch's spelling too", () => {
  expect(refuse({ lr: 1, weight_decay: 0.5 })).toThrow(ConfigError);
  expect(refuse({ weight_decay: 0.5 })).toThrow('there is no option "weight_decay"');
  expect(refuse({ weight_decay: 0.5 })).toThrow('Did you mean "weightDecay"?');
  expect(refuse({ T_max: 5 })).toThrow('Did you mean "tMax"?');
  expect(refuse({ bais: false })).toThrow('Did you mean "bias"?');
  expect(refuse({ momentum: 1 })).toThrow("Remove momentum.");
  expect(refuse({ momentum: undefined })).toThrow('no option "momentum"');
});

test("refuses what is no options object", () => {
  expect(refuse(5)).toThrow("the options are 5, expected an object with named options. Write { name: value }");
  expect(refuse(null)).toThrow("the options are null");
  expect(refuse("adam")).toThrow('the options are "adam"');
  expect(refuse([0.9])).toThrow("the options are an array");
  expect(refuse(() => 1)).toThrow("the options are a function");
});

test("a suggestion differs in at most half of its letters, and an exchange of two is one difference", () => {
  expect(nearest("z", ["a", "b"])).toBeNull();
  expect(nearest("lrr", ["a", "lr"])).toBe("lr");
  expect(nearest("mea", ["mae", "rmse"])).toBe("mae");
  expect(nearest("reducton", ["reduction"])).toBe("reduction");
  expect(nearest("epochs", ["loss"])).toBeNull();
});
