import { describe, expect, it } from "vitest";
import { add, mul, rand } from "../ops/index.ts";
import { Tensor } from "../tensor/index.ts";
import * as nn from "./index.ts";

const x = rand([2, 4]);
const values = (of: Tensor): number[] => [...of.data] as number[];

describe("forward hooks", () => {
  it("are called with module, arguments and output, in order, until they are removed", () => {
    const layer = new nn.Linear(4, 3);
    const seen: string[] = [];
    const handles = [
      layer.registerForwardPreHook((module, args) => {
        seen.push(`pre ${module === layer} ${args[0] === x}`);
      }),
      layer.registerForwardHook((module, args, output) => {
        seen.push(`post ${module === layer} ${args[0] === x} [${output.shape}]`);
      }),
      layer.registerForwardHook(() => void seen.push("first"), { prepend: true }),
    ];
    layer.forward(x);
    expect(seen).toEqual(["pre true true", "first", "post true true [2,3]"]);
    for (const handle of handles) handle.remove();
    handles[0]?.remove();
    layer.forward(x);
    expect(seen.length).toBe(3);
    expect(Object.hasOwn(layer, "forward")).toBe(false); // as before: nothing is left to pay for
  });

  it("may give other arguments and another output, through which gradients flow", () => {
    const layer = new nn.Linear(4, 3);
    const plain = layer.forward(x);
    const doubled = values(layer.forward(mul(x, 2)));
    const pre = layer.registerForwardPreHook((_, [input]) => [mul(input, 2)]);
    expect(values(layer.forward(x))).toEqual(doubled);
    pre.remove();
    layer.registerForwardPreHook((_, [input]) => mul(input, 0)); // one value alone
    layer.registerForwardHook((_module, _args, output) => add(output, 1));
    const out = layer.forward(x);
    expect(values(out)[0]).toBeCloseTo((layer.bias?.data[0] as number) + 1, 6);
    expect(values(plain)).not.toEqual(values(out));
    out.sum().backward();
    expect(values(layer.bias?.grad as Tensor)).toEqual([2, 2, 2]);
  });

  it("the same function twice is two hooks, and a hook may remove itself", () => {
    const layer = new nn.ReLU();
    let calls = 0;
    const count = (): void => void calls++;
    const [first] = [layer.registerForwardHook(count), layer.registerForwardHook(count)];
    const once = layer.registerForwardHook(() => once.remove());
    layer.forward(x);
    layer.forward(x);
    expect(calls).toBe(4);
    first.remove();
    layer.forward(x);
    expect(calls).toBe(5);
  });

  it("in a Sequential see what lies between a Linear layer and its ReLU, which else are one op", () => {
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
    const plain = values(model.forward(x));
    for (const at of [0, 1] as const) {
      const shapes: unknown[] = [];
      const handle = model.at(at).registerForwardHook((_module, [input], output) => {
        shapes.push(input.shape, output.shape);
      });
      expect(values(model.forward(x))).toEqual(plain);
      expect(shapes).toEqual([at === 0 ? [2, 4] : [2, 8], [2, 8]]);
      handle.remove();
      model.forward(x);
      expect(shapes.length).toBe(2);
    }
  });

  it("of whole trees: containers, attention without a batch, recurrent layers", () => {
    const run = (module: nn.AnyModule, ...args: unknown[]): string[] => {
      const names: string[] = [];
      for (const each of module.modules()) each.registerForwardHook((of) => void names.push(of.constructor.name));
      module.forward(...args);
      return names;
    };
    const tree = <M>(module: M): nn.AnyModule => module as nn.AnyModule;
    const attention = tree(new nn.MultiheadAttention(4, 2));
    expect(run(attention, x, x, x)).toEqual(["Linear", "MultiheadAttention"]);
    expect(run(tree(new nn.LSTM(4, 3)), x)).toEqual(["LSTM"]);
    const encoder = tree(new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 4 }));
    expect(run(encoder, x).filter((name) => name === "Linear").length).toBe(3);
  });

  it("change neither state nor names, and a summary counts as before", () => {
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());
    const [keys, text] = [[...model.stateDict().keys()], String(nn.summary(model, [1, 4]))];
    let calls = 0;
    model.at(0).registerForwardHook(() => void calls++);
    expect([...model.stateDict().keys()]).toEqual(keys);
    expect(Object.keys(model.at(0))).not.toContain("forward");
    expect(String(nn.summary(model, [1, 4]))).toBe(text);
    expect(calls).toBe(1);
    model.forward(x);
    expect(calls).toBe(2);
  });

  it("that are none, or return a number by accident, are refused", () => {
    const layer = new nn.ReLU();
    const outputs: Tensor[] = [];
    expect(() => layer.registerForwardHook(5 as never)).toThrow("the hook is number, expected a function");
    const handle = layer.registerForwardHook(((_: unknown, __: unknown, output: Tensor) =>
      outputs.push(output)) as never);
    expect(() => layer.forward(x)).toThrow("the hook returned 1, expected nothing, or another output");
    handle.remove();
    expect(layer.forward(x)).toBeInstanceOf(Tensor);
  });
});
