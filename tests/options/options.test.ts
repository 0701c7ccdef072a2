import { describe, expect, it } from "vitest";
import { ConfigError, InnerloopError, nn, ones, optim } from "../../src/index.ts";
import * as ops from "../../src/ops/index.ts";
import { type Call, type Given, NN_CALLS, NN_WITHOUT } from "./calls-nn.ts";
import { OPTIM_CALLS, OPTIM_WITHOUT } from "./calls-optim.ts";

// An option that is misspelt and left out without a word is a run with another setting than the one in the program.
// Every exported class and function with options must stand in a table, and refuse each of its options misspelt.

const FOLDERS: readonly [string, object, Readonly<Record<string, Call>>, readonly string[]][] = [
  ["nn", nn, NN_CALLS, NN_WITHOUT],
  ["optim", optim, OPTIM_CALLS, OPTIM_WITHOUT],
];

/** Exported classes and functions, `lrScheduler.StepLR`, without those of lower layers. */
function exported(namespace: object, prefix = ""): string[] {
  return Object.entries(namespace).flatMap(([name, value]) => {
    if (typeof value === "object") return exported(value as object, `${prefix}${name}.`);
    const lower = (ops as Readonly<Record<string, unknown>>)[name] === value;
    return typeof value === "function" && !lower ? [`${prefix}${name}`] : [];
  });
}

function errorOf(run: () => unknown): InnerloopError {
  try {
    run();
  } catch (error) {
    if (error instanceof InnerloopError) return error;
    throw error; // a raw error is a failure
  }
  throw new Error("nothing was refused");
}

/** The names of all options, from what the refusal of one that is none says. */
function optionsOf(call: Call): string[] {
  const { expected } = errorOf(() => call({ "?": 1 }));
  return (/^expected some of (.*)$/.exec(expected)?.[1] ?? "").split(", ").filter((name) => name !== "");
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** Two neighbours in the middle exchanged. */
function exchanged(name: string): string {
  const at = Math.floor(name.length / 2);
  return name.slice(0, at - 1) + name[at] + name[at - 1] + name.slice(at + 1);
}

describe.each(FOLDERS)("%s", (_, namespace, calls, without) => {
  it("has a row for everything that is exported", () => {
    const names = exported(namespace);
    const listed = new Set([...Object.keys(calls), ...without]);
    expect(
      names.filter((name) => !listed.has(name)),
      "add it to a table in tests/options/",
    ).toEqual([]);
    // (rows with a space or a dot behind a class are methods)
    const rows = [...Object.keys(calls), ...without].filter((name) => !/ |^[A-Z]\w*\./.test(name));
    expect(rows.filter((name) => !names.includes(name))).toEqual([]);
  });

  describe.each(Object.entries(calls))("%s", (name, call) => {
    it("refuses misspelt options, and says which was meant", () => {
      call(undefined);
      const options = optionsOf(call);
      expect(options.length).toBeGreaterThan(0);
      for (const option of options) {
        const wrong = [`${option}?`, ...(option.length > 3 ? [exchanged(option)] : [])];
        if (snakeCase(option) !== option) wrong.push(snakeCase(option));
        for (const given of wrong.filter((each) => !options.includes(each))) {
          const error = errorOf(() => call({ [given]: undefined }));
          expect(error, given).toBeInstanceOf(ConfigError);
          expect(error.got).toBe(`there is no option "${given}"`);
          if (option.length > 3) expect(error.fix).toBe(`Did you mean "${option}"?`);
        }
      }
    });

    it("refuses text where a number, a switch or a choice is meant", () => {
      for (const option of optionsOf(call)) {
        const { message } = errorOf(() => call({ [option]: "0.5" }));
        expect(message).toMatch(/0\.5|params/);
      }
    });

    // (a group of an optimizer is an object with its parameters)
    it.skipIf(name.endsWith(" group"))("refuses what is no options object", () => {
      for (const given of [false, 0.5, null, "mean", [1], ones([2])] as Given[]) {
        expect(errorOf(() => call(given)).got).toMatch(/^the options are /);
      }
    });
  });
});

describe("layers without options", () => {
  it.each(
    "Hardsigmoid Hardswish LogSigmoid Mish ReLU ReLU6 SELU SiLU Sigmoid Softsign Tanh Tanhshrink".split(" "),
  )("%s refuses them", (name) => {
    const Layer = (nn as unknown as Readonly<Record<string, new (given?: Given) => nn.Module>>)[name] as new (
      given?: Given,
    ) => nn.Module;
    new Layer();
    const { operation, got, fix } = errorOf(() => new Layer({ inplace: true }));
    expect([operation, got, fix]).toEqual([`nn.${name}`, 'there is no option "inplace"', "Remove inplace."]);
    for (const given of [true, 0.5, null] as Given[]) {
      expect(errorOf(() => new Layer(given)).message).toContain(`the options are ${given}, expected no options`);
    }
  });
});

describe("positional values", () => {
  it("that are text or an object are refused", () => {
    const wrong: readonly (() => unknown)[] = [
      () => new nn.Linear("3" as never, 2),
      () => new nn.Dropout("0.5" as never),
      () => new nn.Softmax({ dim: 1 } as never),
      () => new nn.Softmax(undefined as never),
      () => new nn.GLU("1" as never),
      () => new nn.Threshold("1" as never, 0),
      () => new nn.Flatten({ startDim: 1 } as never),
      () => nn.init.constant_(ones([2]), "1" as never),
      () => nn.init.sparse_(ones([2, 2]), "0.5" as never),
      () => nn.utils.clipGradNorm_([], "1" as never),
      () => nn.utils.clipGradValue_([], "1" as never),
      () => new optim.lrScheduler.ExponentialLR(sgd(), "0.9" as never),
      () => new optim.lrScheduler.OneCycleLR(sgd(), "0.1" as never, { totalSteps: 5 }),
      () => new optim.swaUtils.SWALR(sgd(), "0.1" as never),
      () => optim.swaUtils.getEmaAvgFn("0.9" as never),
    ];
    for (const run of wrong) expect(errorOf(run), String(run)).toBeInstanceOf(ConfigError);
  });

  it("of groups are numbers when they are changed, too", () => {
    const optimizer = sgd();
    (optimizer.paramGroups[0] as { lr: unknown }).lr = "0.1";
    const [weight] = optimizer.paramGroups[0]?.params as [nn.Parameter];
    weight.sum().backward();
    expect(() => optimizer.step()).toThrow('lr is "0.1"');
    expect(() => new optim.Adam([weight], { betas: ["0.9", 0.99] as never })).toThrow("betas");
  });
});

function sgd(): optim.SGD {
  return new optim.SGD([new nn.Parameter(ones([2]))], { lr: 0.1, momentum: 0.9 });
}
