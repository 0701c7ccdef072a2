import { describe, expect, it } from "vitest";
import { ones, tensor, zeros } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { CheckpointError, ConfigError } from "../util/index.ts";
import { Dropout, Linear, Module, ReLU, Sequential } from "./index.ts";

class Norm extends Module {
  readonly numFeatures: number;
  scale: Parameter;
  runningMean: Tensor;
  hiddenCount: Tensor;

  constructor(numFeatures: number) {
    super();
    this.numFeatures = numFeatures;
    this.scale = this.registerParameter("weight_g", new Parameter(ones([numFeatures])));
    this.runningMean = this.registerBuffer("running_mean", zeros([numFeatures]));
    this.hiddenCount = this.registerBuffer("count", zeros([]), { persistent: false });
  }

  forward(x: Tensor): Tensor {
    return x.sub(this.runningMean).mul(this.scale);
  }
}

class Net extends Module {
  first: Linear = new Linear(2, 3);
  norm: Norm = new Norm(3);
  gain: Parameter = new Parameter(ones([1]));
  notMine: Tensor = zeros([2]);
  second: Linear = new Linear(3, 1, { bias: false });

  forward(x: Tensor): Tensor {
    return this.second.forward(this.norm.forward(this.first.forward(x)).mul(this.gain));
  }
}

const names = (module: Module): string[] => [...module.namedParameters()].map(([name]) => name);

describe("Module", () => {
  it("finds parameters in PyTorch's order, and sets their names", () => {
    const net = new Net();
    expect(names(net)).toEqual(["gain", "first.weight", "first.bias", "norm.weight_g", "second.weight"]);
    expect(net.first.weight.name).toBe("first.weight");
    expect([...net.namedParameters("net")][1]?.[0]).toBe("net.first.weight");
    expect(net.first.weight.name).toBe("net.first.weight");
    expect([...net.parameters()]).toHaveLength(5);
    expect(net.first.weight.name).toBe("first.weight");
    expect([...net.namedBuffers()].map(([name]) => name)).toEqual(["norm.running_mean", "norm.count"]);
    expect([...net.namedModules()].map(([name]) => name)).toEqual(["", "first", "norm", "second"]);
    expect([...net.namedChildren()].map(([name]) => name)).toEqual(["first", "norm", "second"]);
    expect([...net.children()]).toEqual([net.first, net.norm, net.second]);
  });

  it("keeps the state dict in PyTorch's order, on the module's own memory", () => {
    const net = new Net();
    const state = net.stateDict();
    expect([...state.keys()]).toEqual([
      "gain",
      "first.weight",
      "first.bias",
      "norm.weight_g",
      "norm.running_mean",
      "second.weight",
    ]);
    expect(state.get("first.weight")?.storage).toBe(net.first.weight.storage);
    expect(state.get("first.weight")?.requiresGrad).toBe(false);
    expect([...net.stateDict("net").keys()][0]).toBe("net.gain");
  });

  it("is never stale: replaced, added, removed and re-registered parts are seen at once", () => {
    const net = new Net();
    net.first = new Linear(2, 3, { bias: false });
    expect(names(net)).toEqual(["gain", "first.weight", "norm.weight_g", "second.weight"]);
    net.second.bias = new Parameter(zeros([1]));
    expect(names(net)).toContain("second.bias");
    net.second.bias = null;
    expect(names(net)).not.toContain("second.bias");
    const scale = new Parameter(zeros([3]));
    net.norm.scale = scale;
    expect([...net.namedParameters()].find(([name]) => name === "norm.weight_g")?.[1]).toBe(scale);
    const mean = ones([3]);
    net.norm.runningMean = mean;
    expect(net.stateDict().get("norm.running_mean")?.storage).toBe(mean.storage);
    net.norm.registerParameter("late", new Parameter(ones([1])));
    expect(names(net)).toContain("norm.late");
    Object.assign(net, { extra: new Linear(1, 1) });
    expect(names(net).slice(-2)).toEqual(["extra.weight", "extra.bias"]);
  });

  it("gives the same list while nothing changes", () => {
    const net = new Net();
    expect(net.parameters()).toBe(net.parameters());
  });

  it("yields shared parameters once, and saves them under each name", () => {
    const net = new Net();
    net.second = new Linear(2, 3, { bias: false });
    net.second.weight = net.first.weight;
    expect(names(net)).toEqual(["gain", "first.weight", "first.bias", "norm.weight_g"]);
    expect([...net.stateDict().keys()]).toContain("second.weight");
    const twice = new Sequential(net.first, new ReLU(), net.first);
    expect(names(twice)).toEqual(["0.weight", "0.bias"]);
    expect([...twice.stateDict().keys()]).toEqual(["0.weight", "0.bias", "2.weight", "2.bias"]);
    expect([...twice.modules()]).toHaveLength(3);
  });

  it("switches training, gradients and requiresGrad everywhere", () => {
    const net = new Net();
    expect(net.eval()).toBe(net);
    expect([...net.modules()].map((module) => module.training)).toEqual([false, false, false, false]);
    net.train();
    expect(net.norm.training).toBe(true);
    net
      .forward(ones([4, 2]))
      .sum()
      .backward();
    expect(net.gain.grad).not.toBeNull();
    net.zeroGrad();
    expect([...net.parameters()].every((parameter) => parameter.grad === null)).toBe(true);
    net.requiresGrad_(false);
    expect([...net.parameters()].some((parameter) => parameter.requiresGrad)).toBe(false);
    const seen: string[] = [];
    net.apply((module) => seen.push(module.constructor.name));
    expect(seen).toEqual(["Linear", "Norm", "Linear", "Net"]);
  });

  it("prints PyTorch's tree", () => {
    expect(new Sequential(new Linear(4, 64), new Sequential(new ReLU(), new Dropout(0.1))).toString()).toBe(
      [
        "Sequential(",
        "  (0): Linear(inFeatures=4, outFeatures=64, bias=true)",
        "  (1): Sequential(",
        "    (0): ReLU()",
        "    (1): Dropout(p=0.1)",
        "  )",
        ")",
      ].join("\n"),
    );
  });

  it("refuses bad registrations and arguments", () => {
    const net = new Net();
    expect(() => net.registerBuffer("", zeros([1]))).toThrow(ConfigError);
    expect(() => net.registerBuffer("a.b", zeros([1]))).toThrow(ConfigError);
    expect(() => net.norm.registerBuffer("running_mean", zeros([1]))).toThrow(ConfigError);
    expect(() => net.registerParameter("p", zeros([1]) as Parameter)).toThrow(ConfigError);
    expect(() => new Linear(-1, 2)).toThrow(ConfigError);
    expect(() => new Linear(1.5, 2)).toThrow(ConfigError);
    expect(() => new Dropout(1.5)).toThrow(ConfigError);
    expect(() => new Sequential([new ReLU()] as never)).toThrow(ConfigError);
    expect(() => new Sequential(new ReLU()).at(1)).toThrow(ConfigError);
  });

  it("Sequential is indexed and iterated", () => {
    const model = new Sequential(new Linear(4, 2), new ReLU());
    expect(model.length).toBe(2);
    expect(model.at(-1)).toBeInstanceOf(ReLU);
    expect([...model]).toEqual([model.at(0), model.at(1)]);
    const layers = [new Linear(4, 3), new Linear(3, 2)];
    expect(new Sequential(...layers).forward(ones([5, 4])).shape).toEqual([5, 2]);
  });
});

describe("loadStateDict", () => {
  it("copies a whole state", () => {
    const [from, to] = [new Net(), new Net()];
    from.norm.runningMean.fill_(3);
    const version = to.first.weight.storage.version;
    expect(to.loadStateDict(from.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(to.first.weight.data).toEqual(from.first.weight.data);
    expect(to.norm.runningMean.toArray()).toEqual([3, 3, 3]);
    expect(to.first.weight.storage.version).toBe(version + 1);
  });

  it("lists every problem and changes nothing", () => {
    const net = new Net();
    const before = net.first.bias?.data;
    const state = new Net().stateDict();
    state.delete("gain");
    state.set("other", zeros([1]));
    state.set("first.weight", zeros([3, 4]));
    state.set("norm.weight_g", zeros([3], { dtype: "int32" }));
    const load = (): unknown => net.loadStateDict(state);
    expect(load).toThrow(CheckpointError);
    expect(load).toThrow(
      /"gain" is missing; "other" is unexpected; "first.weight" has shape \[3, 4\] instead of \[3, 2\]; "norm.weight_g" is int32 instead of float32/,
    );
    expect(net.first.bias?.data).toEqual(before);
    expect(() => net.loadStateDict(state, { strict: false })).toThrow(/first.weight/);
    expect(net.first.bias?.data).toEqual(before);
  });

  it("refuses entries that hold nothing", () => {
    const net = new Net();
    const released = ones([1]);
    released.release();
    expect(() => net.loadStateDict({ gain: released }, { strict: false })).toThrow(/"gain" has been released/);
    expect(() => net.loadStateDict({ gain: [1] as never }, { strict: false })).toThrow(/"gain" is no tensor/);
  });

  it("reports differences when not strict, and takes plain objects", () => {
    const net = new Net();
    const result = net.loadStateDict({ gain: tensor([7]), other: zeros([1]) }, { strict: false });
    expect(result.unexpectedKeys).toEqual(["other"]);
    expect(result.missingKeys).toHaveLength(5);
    expect(net.gain.toArray()).toEqual([7]);
  });
});
