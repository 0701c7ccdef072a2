import { describe, expect, it } from "vitest";
import { memory } from "../engine/index.ts";
import { ones, tensor, zeros } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { CheckpointError, ConfigError, GradientError } from "../util/index.ts";
import * as optim from "./index.ts";
import { Adam, type AdamOptions, AdamW, type Optimizer, SGD, type SGDOptions } from "./index.ts";

function parameters(): [Parameter, Parameter] {
  const pair: [Parameter, Parameter] = [new Parameter(ones([2, 2])), new Parameter(ones([3]))];
  pair[0].name = "layer.weight";
  pair[1].name = "layer.bias";
  return pair;
}

function setGrads(list: readonly Tensor[], value = 0.5): void {
  for (const parameter of list) parameter.grad = ones(parameter.shape).mul(value);
}

function snapshot(list: readonly Tensor[], optimizer: Optimizer): unknown {
  const { state } = optimizer.stateDict();
  const tensors = [...state.values()].flatMap(({ step, tensors: own }) => [
    step,
    ...[...own.values()].map((t) => t.data),
  ]);
  return [list.map((parameter) => parameter.data), tensors, optimizer.stepCount];
}

describe("construction", () => {
  it("refuses lists that cannot be optimised", () => {
    const [p] = parameters();
    const graph = p.mul(2);
    const make = (params: unknown) => (): Adam => new Adam(params as Tensor[]);
    expect(make([])).toThrow(ConfigError);
    expect(make([])).toThrow(/parameter list is empty/);
    expect(make([{ params: [] }])).toThrow(ConfigError);
    expect(make([p, p])).toThrow(/stands twice/);
    expect(make([{ params: [p] }, { params: [p] }])).toThrow(/stands twice/);
    expect(make([graph])).toThrow(/computed by mul/);
    expect(make([zeros([2])])).toThrow(/does not require a gradient/);
    expect(make([new Parameter(zeros([1]), { requiresGrad: false })])).toThrow(/no parameter requires/);
    expect(make([1])).toThrow(ConfigError);
    expect(make(p)).toThrow(/not iterable/);
    expect(make({})).toThrow(/not iterable/);
  });

  it("accepts frozen parameters beside others, and plain leaves", () => {
    const [p, q] = parameters();
    q.requiresGrad = false;
    expect(new Adam([p, q, zeros([1], { requiresGrad: true })]).paramGroups[0]?.params).toHaveLength(3);
  });

  it("refuses options outside their domain", () => {
    const sgd: SGDOptions[] = [
      { lr: -1 },
      { lr: Number.NaN },
      { lr: Infinity },
      { momentum: -0.1 },
      { weightDecay: -1 },
      { nesterov: true },
      { nesterov: true, momentum: 0.9, dampening: 0.1 },
      { dampening: Number.NaN },
      { nonfinite: "ignore" as never },
    ];
    for (const options of sgd)
      expect(() => new SGD(parameters(), options), JSON.stringify(options)).toThrow(ConfigError);
    const adam: AdamOptions[] = [
      { lr: -1 },
      { betas: [1, 0.9] },
      { betas: [0.9, -0.1] },
      { betas: [0.9] as never },
      { betas: [Number.NaN, 0.9] },
      { eps: -1 },
      { weightDecay: Number.NaN },
    ];
    for (const options of adam) {
      expect(() => new Adam(parameters(), options), JSON.stringify(options)).toThrow(ConfigError);
      expect(() => new AdamW(parameters(), options), JSON.stringify(options)).toThrow(ConfigError);
    }
    expect(() => new SGD([{ params: parameters(), momentum: -1 }])).toThrow(ConfigError);
  });
});

describe("step", () => {
  it("refuses without any gradient", () => {
    const optimizer = new SGD(parameters());
    expect(() => optimizer.step()).toThrow(GradientError);
    expect(() => optimizer.step()).toThrow(/loss.backward\(\)/);
  });

  it("leaves everything bit-unchanged at a gradient that is not finite, and names it", () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      for (const make of [SGD, Adam]) {
        const list = parameters();
        const optimizer = make === SGD ? new SGD(list, { momentum: 0.9 }) : new Adam(list);
        setGrads(list);
        optimizer.step();
        const before = snapshot(list, optimizer);
        list[1].grad = tensor([1, bad, 1]);
        expect(() => optimizer.step()).toThrow(GradientError);
        expect(() => optimizer.step()).toThrow(/gradient of layer.bias is (NaN|-?Infinity) at \[1\]/);
        expect(snapshot(list, optimizer)).toEqual(before);
        optimizer.nonfinite = "skip";
        expect(optimizer.step()).toBe(false);
        expect(snapshot(list, optimizer)).toEqual(before);
      }
    }
  });

  it("skips parameters without a gradient", () => {
    const list = parameters();
    const optimizer = new Adam(list, { lr: 0.1 });
    setGrads([list[0]]);
    const version = list[0].storage.version;
    expect(optimizer.step()).toBe(true);
    expect(list[1].toArray()).toEqual([1, 1, 1]);
    expect(list[0].data[0]).toBeCloseTo(0.9, 6);
    expect(list[0].storage.version).toBe(version + 1);
    expect([...optimizer.stateDict().state.values()].map(({ step }) => step)).toEqual([1, 0]);
  });

  it("checks options that were changed before it changes anything", () => {
    const list = parameters();
    const optimizer = new SGD(list);
    setGrads(list);
    (optimizer.paramGroups[0] as { lr: number }).lr = Number.NaN;
    expect(() => optimizer.step()).toThrow(ConfigError);
    expect(list[0].toArray()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it("uses each group's own options, and takes groups added later", () => {
    const [p, q] = parameters();
    const late = new Parameter(ones([1]));
    const optimizer = new SGD([{ params: [p] }, { params: [q], lr: 1 }], { lr: 0.1 });
    optimizer.addParamGroup({ params: [late], lr: 2 });
    setGrads([p, q, late], 1);
    optimizer.step();
    expect([p.data[0], q.data[0], late.data[0]]).toEqual([Math.fround(0.9), 0, -1]);
    expect(() => optimizer.addParamGroup({ params: [p] })).toThrow(ConfigError);
  });

  it("works on parameters and gradients that are not row-major", () => {
    const p = new Parameter(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]).transpose(0, 1),
    );
    const q = new Parameter(ones([2, 2]));
    p.grad = ones([3, 2]);
    q.grad = tensor([
      [1, 2],
      [3, 4],
    ]).transpose(0, 1);
    new SGD([p, q], { lr: 1 }).step();
    expect(p.toArray()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(q.toArray()).toEqual([
      [0, -2],
      [-1, -3],
    ]);
  });

  it("starts a momentum that is switched on later", () => {
    const p = new Parameter(ones([1]));
    const optimizer = new SGD([p], { lr: 1 });
    const step = (): void => {
      setGrads([p], 1);
      optimizer.step();
    };
    step();
    (optimizer.paramGroups[0] as { momentum: number }).momentum = 0.5;
    step();
    step();
    expect(p.item()).toBe(1 - 1 - 1 - 1.5);
  });
});

describe("zeroGrad", () => {
  it("forgets gradients, or fills them with zeros", () => {
    const list = parameters();
    const optimizer = new SGD(list);
    setGrads(list);
    optimizer.zeroGrad({ setToNone: false });
    expect(list[1].grad?.toArray()).toEqual([0, 0, 0]);
    optimizer.zeroGrad();
    expect(list[1].grad).toBeNull();
  });

  it("frees the step before: live bytes and handles stay", () => {
    const [p] = parameters();
    const optimizer = new Adam([p]);
    const x = ones([100, 2]);
    const step = (): void => {
      optimizer.zeroGrad();
      x.matmul(p).square().mean().backward();
      optimizer.step();
    };
    for (let i = 0; i < 10; i++) step();
    const { liveBytes, handles } = memory();
    for (let i = 0; i < 90; i++) step();
    expect(memory()).toMatchObject({ liveBytes, handles });
  });
});

describe("state", () => {
  const run = (optimizer: Optimizer, list: readonly Tensor[], steps: number): void => {
    for (let i = 0; i < steps; i++) {
      setGrads(list, 0.3 * (i + 1));
      optimizer.step();
    }
  };
  const kinds: [string, (list: Tensor[]) => Optimizer][] = [
    ["SGD", (list) => new SGD(list, { lr: 0.1, momentum: 0.9 })],
    ["SGD without momentum", (list) => new SGD(list, { lr: 0.1 })],
    ["Adam", (list) => new Adam(list, { lr: 0.1, amsgrad: true })],
  ];
  for (const [name, make] of kinds) {
    it(`${name} goes on bit for bit`, () => {
      const [a, b] = [parameters(), parameters()];
      const first = make(a);
      run(first, a, 3);
      const second = make(b);
      second.loadStateDict(first.stateDict());
      b.forEach((parameter, i) => {
        parameter.detach().copy_(a[i] as Tensor);
      });
      run(first, a, 2);
      run(second, b, 2);
      expect(b.map((parameter) => parameter.data)).toEqual(a.map((parameter) => parameter.data));
    });
  }

  it("is keyed by name, or by position where names fail", () => {
    const list = parameters();
    expect([...new Adam(list).stateDict().state.keys()]).toEqual(["layer.weight", "layer.bias"]);
    expect([...(new Adam(list).stateDict().state.get("layer.bias")?.tensors.keys() ?? [])]).toEqual([
      "exp_avg",
      "exp_avg_sq",
    ]);
    list[1].name = "layer.weight";
    expect([...new Adam(list).stateDict().state.keys()]).toEqual(["0", "1"]);
  });

  it("takes the saved options over", () => {
    const [a, b] = [parameters(), parameters()];
    const saved = new Adam(a, { lr: 0.5, betas: [0.5, 0.6], amsgrad: true }).stateDict();
    const optimizer = new Adam(b);
    optimizer.loadStateDict(saved);
    expect(optimizer.paramGroups[0]).toMatchObject({ lr: 0.5, betas: [0.5, 0.6], amsgrad: true });
    expect([...(optimizer.stateDict().state.get("layer.bias")?.tensors.keys() ?? [])]).toHaveLength(3);
  });

  it("refuses what does not fit, and changes nothing", () => {
    const list = parameters();
    const optimizer = new Adam(list);
    run(optimizer, list, 1);
    const before = snapshot(list, optimizer);
    const [p, q] = parameters();
    const other = new Parameter(ones([7]));
    other.name = "layer.bias";
    expect(() => optimizer.loadStateDict(new Adam([p]).stateDict())).toThrow(CheckpointError);
    expect(() => optimizer.loadStateDict(new Adam([p, other]).stateDict())).toThrow(
      /"layer.bias.exp_avg" is float32 \[7\] instead of float32 \[3\]/,
    );
    expect(() => optimizer.loadStateDict(new SGD([p, q], { momentum: 0.9 }).stateDict())).toThrow(CheckpointError);
    expect(() => optimizer.loadStateDict(new Adam([{ params: [p] }, { params: [q] }]).stateDict())).toThrow(/2 groups/);
    expect(() => optimizer.loadStateDict(new Map() as never)).toThrow(/not the model's/);
    const gone = new Adam([p, q]).stateDict();
    gone.state
      .get("layer.bias")
      ?.tensors.set("exp_avg", ones([3]))
      .get("exp_avg")
      ?.release();
    expect(() => optimizer.loadStateDict(gone)).toThrow(/has been released/);
    const broken = new Adam([p, q]).stateDict();
    broken.state.get("layer.bias")?.tensors.delete("exp_avg");
    expect(() => optimizer.loadStateDict(broken)).toThrow(/"layer.bias.exp_avg" is missing/);
    const badLr = new Adam([p, q]).stateDict();
    (badLr.paramGroups[0] as { options: Record<string, unknown> }).options.lr = -1;
    expect(() => optimizer.loadStateDict(badLr)).toThrow(ConfigError);
    expect(snapshot(list, optimizer)).toEqual(before);
  });
});

describe("options outside their domain are refused", () => {
  const table: Record<string, object[]> = {
    NAdam: [
      { betas: [1, 0.9] },
      { eps: -1 },
      { weightDecay: -1 },
      { momentumDecay: -1 },
      { momentumDecay: Number.NaN },
    ],
    RAdam: [{ betas: [0.9, 1] }, { eps: Number.NaN }, { weightDecay: Infinity }],
    Adamax: [{ betas: [-1, 0.9] }, { eps: -1 }, { weightDecay: -1 }],
    Adagrad: [{ lrDecay: -1 }, { initialAccumulatorValue: -1 }, { eps: -1 }, { weightDecay: Number.NaN }],
    Adadelta: [{ rho: -0.1 }, { rho: 1.1 }, { rho: Number.NaN }, { eps: -1 }, { weightDecay: -1 }],
    RMSprop: [{ alpha: -1 }, { alpha: 2 }, { eps: -1 }, { momentum: -1 }, { weightDecay: -1 }],
    Rprop: [{ etas: [0, 1.2] }, { etas: [0.5, 1] }, { etas: [0.5] }, { stepSizes: [2, 1] }, { stepSizes: [-1, 1] }],
    ASGD: [{ lambd: -1 }, { alpha: Number.NaN }, { t0: -1 }, { weightDecay: -1 }],
    LBFGS: [
      { maxIter: 0 },
      { maxEval: 0.5 },
      { historySize: 0 },
      { toleranceGrad: -1 },
      { toleranceChange: Number.NaN },
      { lineSearchFn: "armijo" },
    ],
    Adafactor: [
      { beta2Decay: 0.1 },
      { eps: [-1, 1] },
      { eps: [null, -1] },
      { eps: [1] },
      { d: 0.5 },
      { weightDecay: -1 },
    ],
    Lion: [{ betas: [1, 0.9] }, { weightDecay: -1 }],
    Muon: [
      { momentum: 1.5 },
      { weightDecay: -1 },
      { eps: -1 },
      { nsSteps: 100 },
      { nsSteps: 0.5 },
      { nsCoefficients: [1, 2] },
      { adjustLrFn: "other" },
    ],
  };
  type Make = new (params: Tensor[], options: object) => Optimizer;
  it.each(Object.entries(table))("%s", (name, bad) => {
    const Kind = (optim as unknown as Record<string, Make>)[name] as Make;
    const [p] = parameters();
    for (const options of [...bad, { lr: -1 }, { lr: Number.NaN }, { nonfinite: "ignore" }]) {
      expect(() => new Kind([p], options), JSON.stringify(options)).toThrow(ConfigError);
    }
    expect(new Kind([p], {}).paramGroups).toHaveLength(1);
  });

  it("Muon refuses what is no matrix", () => {
    expect(() => new optim.Muon(parameters())).toThrow(/shape \[3\], expected matrices/);
  });

  it("step(closure) computes the gradients first", () => {
    const [p] = parameters();
    const optimizer = new SGD([p], { lr: 0.5 });
    const closure = (): Tensor => {
      setGrads([p], 1);
      return p.sum();
    };
    expect([optimizer.step(closure), p.data[0]]).toEqual([true, 0.5]);
  });

  it("RMSprop takes a momentum or a centering that is switched on later", () => {
    const [p] = parameters();
    const optimizer = new optim.RMSprop([p]);
    for (const change of [{}, { momentum: 0.9 }, { centered: true }, { momentum: 0 }]) {
      Object.assign(optimizer.paramGroups[0] as object, change);
      setGrads([p]);
      optimizer.step();
    }
    expect([...(optimizer.stateDict().state.get("layer.weight")?.tensors.keys() ?? [])]).toEqual([
      "square_avg",
      "grad_avg",
    ]);
  });
});
