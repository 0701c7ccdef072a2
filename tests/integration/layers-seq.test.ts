import { describe, expect, it } from "vitest";
import { defaultGenerator, Generator, manualSeed } from "../../src/engine/index.ts";
import * as nn from "../../src/nn/index.ts";
import { einsum } from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import { decodeArray, type GoldenArray, readGolden } from "../golden/read.ts";
import { type LayerCase, runCase, SETTINGS, type Targets } from "../golden/run-layer.ts";

type Options = Readonly<Record<string, unknown>>;

// Layers whose options stand in no options object in PyTorch either.
const PLAIN: readonly string[] = [
  "Flatten",
  "Unflatten",
  "Threshold",
  "Softmax",
  "LogSoftmax",
  "Softmin",
  "GLU",
  "Identity",
];

function make(target: string, args: readonly unknown[], options: Options): nn.AnyModule {
  if (target === "TransformerEncoder") {
    const [size, heads, layers] = args as [number, number, number];
    const { norm, ...rest } = options;
    const layer = new nn.TransformerEncoderLayer(size, heads, rest);
    const kind = options.dtype === undefined ? {} : { dtype: options.dtype as "float32" };
    const last = norm === true ? { norm: new nn.LayerNorm(size, kind) } : {};
    return new nn.TransformerEncoder(layer, layers, last) as unknown as nn.AnyModule;
  }
  const { dtype, ...others } = options;
  const hasParameters = !PLAIN.includes(target) && args.length > 0;
  const list = [...args];
  if (!PLAIN.includes(target)) list.push(hasParameters || target === "PReLU" ? options : others);
  const layer = (nn as unknown as Record<string, new (...list: unknown[]) => nn.AnyModule>)[target];
  if (layer === undefined) throw new Error(`nn has no ${target}`);
  return new layer(...list);
}

function attention(call: Options, module: nn.AnyModule, inputs: readonly Tensor[]): unknown {
  const { form, masks = [], ...rest } = call as { form?: string; masks?: string[] };
  const count = form === "three" ? 3 : form === "cross" ? 2 : 1;
  const [x, y, z] = inputs as [Tensor, Tensor, Tensor];
  const named = Object.fromEntries(masks.map((mask, i) => [mask, inputs[count + i]]));
  const options = { ...rest, ...named };
  if (form === undefined) return module.forward(x, options);
  const [key, value] = form === "self" ? [x, x] : form === "cross" ? [y, y] : [y, z];
  return module.forward(x, key, value, options);
}

const TARGETS: Targets = {
  make,
  forward(test, module, inputs) {
    if (test.target === "einsum") return einsum(test.options.equation as string, ...inputs);
    if (test.target === "scaledDotProductAttention") {
      const [q, k, v, attnMask] = inputs as [Tensor, Tensor, Tensor, Tensor | undefined];
      return nn.functional.scaledDotProductAttention(q, k, v, { ...test.options, attnMask: attnMask ?? null });
    }
    if (module === null) throw new Error(`no function ${test.target}`);
    if (Object.keys(test.call).length > 0) return attention(test.call, module, inputs);
    const states = inputs.slice(1);
    return test.target.startsWith("LSTM") && states.length === 2
      ? module.forward(inputs[0], states)
      : module.forward(...inputs);
  },
};

interface InitCase {
  name: string;
  target: string;
  args: unknown[];
  options: Options;
  seed: string;
  state: [key: string, array: GoldenArray][];
  next: number;
}

const { cases, init } = readGolden<{ cases: LayerCase[]; init: InitCase[] }>("layers-seq");

describe.each(SETTINGS)("PyTorch's layers on $backend", (setting) => {
  it.each(cases.map((test) => [test.name, test] as const))("%s", (_, test) => {
    runCase(test, setting, TARGETS);
  });
});

describe("initial weights are PyTorch's, bit for bit", () => {
  it.each(init.map((test) => [test.name, test] as const))("%s", (_, test) => {
    const check = (options: Options): void => {
      const state = make(test.target, test.args, options).stateDict();
      expect([...state.keys()]).toEqual(test.state.map(([key]) => key));
      for (const [key, array] of test.state) {
        expect(state.get(key)?.shape, key).toEqual(array.shape);
        const wanted = decodeArray(array);
        const values = state.get(key)?.data;
        // Normal values go through log, sin and cos: within one unit in the last place.
        const ulps = test.target === "Embedding" ? 2 ** -23 : 0;
        const wrong = [...wanted].findIndex((value, i) => {
          return !(Math.abs((values?.[i] as number) - value) <= ulps * Math.abs(value));
        });
        expect(wrong, `${key}: the first element that differs`).toBe(-1);
      }
    };
    manualSeed(BigInt(test.seed));
    check(test.options);
    expect(defaultGenerator.uniform(new Float32Array(1))[0]).toBe(test.next);
    check({ ...test.options, generator: new Generator(BigInt(test.seed)) });
  });
});
