import { describe, expect, it } from "vitest";
import { decodeArray, type GoldenArray, readGolden } from "../../../tests/golden/read.ts";
import { memory, withBackend } from "../../engine/index.ts";
import { fromTypedArray, tensor, zeros } from "../../ops/index.ts";
import { Parameter, type Tensor } from "../../tensor/index.ts";
import { CheckpointError, ConfigError } from "../../util/index.ts";
import { SGD } from "../sgd.ts";
import { AveragedModel, getEmaAvgFn, getEmaMultiAvgFn, getSwaAvgFn, SWALR, updateBn } from "./index.ts";

interface Golden {
  averages: {
    values: GoldenArray[];
    swa: GoldenArray[];
    ema: GoldenArray[];
    swalr: { annealEpochs: number; annealStrategy: "cos" | "linear"; swaLr: number[]; rates: number[][] }[];
  };
}
const { averages } = readGolden<Golden>("optimizers");

class Toy {
  weight: Parameter = new Parameter(tensor([1, 2]));
  runningMean: Tensor = zeros([1]).keep();
  momentum: number | null = 0.1;
  training = false;
  namedParameters(): Iterable<[string, Tensor]> {
    return [["weight", this.weight]];
  }
  namedBuffers(): Iterable<[string, Tensor]> {
    return [["running_mean", this.runningMean]];
  }
  modules(): Iterable<object> {
    return [this];
  }
  train(mode = true): this {
    this.training = mode;
    return this;
  }
  resetRunningStats(): void {
    this.runningMean.fill_(0);
  }
  forward(x: Tensor): Tensor {
    if (this.training) this.runningMean.add_(x.mean());
    return x.mul(this.weight).sum();
  }
}

describe("AveragedModel", () => {
  const kinds = [
    ["swa", {}],
    ["swa", { avgFn: getSwaAvgFn() }],
    ["ema", { multiAvgFn: getEmaMultiAvgFn(0.9) }],
    ["ema", { avgFn: getEmaAvgFn(0.9) }],
  ] as const;
  it.each(kinds)("%s is PyTorch's (%#)", (kind, options) => {
    for (const [backend, dtype, tolerance] of [
      ["wasm", "float32", 1e-6],
      ["reference", "float64", 1e-12],
    ] as const) {
      withBackend(backend, () => {
        const weight = new Parameter(zeros([5], { dtype }));
        const averaged = new AveragedModel(
          { namedParameters: () => [["weight", weight] as [string, Tensor]] },
          options,
        );
        averages.values.forEach((value, i) => {
          weight.detach().copy_(fromTypedArray(decodeArray(value), [5], { dtype }));
          averaged.updateParameters();
          const [average] = averaged.parameters();
          decodeArray(averages[kind][i] as GoldenArray).forEach((want, j) => {
            expect(Math.abs((average?.data[j] as number) - want)).toBeLessThan(tolerance);
          });
        });
        expect(averaged.nAveraged).toBe(10);
      });
    }
  });

  it("lends the model its averages and gives the weights back, bit for bit", () => {
    const model = new Toy();
    const averaged = new AveragedModel(model);
    model.weight.detach().copy_(tensor([5, 0.1]));
    const x = tensor([1, 1]);
    expect(averaged.forward(x).item()).toBe(3);
    expect(() =>
      averaged.use(() => {
        expect(model.weight.toArray()).toEqual([1, 2]);
        throw new Error("from inside");
      }),
    ).toThrow("from inside");
    expect(model.weight.data).toEqual(Float32Array.of(5, 0.1));
    expect(() => averaged.use(async () => 1)).toThrow(ConfigError);
    expect(() => averaged.use(() => averaged.updateParameters())).toThrow(/inside use/);
    averaged.copyTo(model);
    expect(model.weight.toArray()).toEqual([1, 2]);
  });

  it("follows the buffers, and gives new running moments to the averages", () => {
    const model = new Toy();
    const averaged = new AveragedModel(model);
    model.runningMean.fill_(7);
    averaged.updateParameters();
    expect([...averaged.namedBuffers()][0]?.[1].toArray()).toEqual([7]);
    updateBn([tensor([1, 3]), [tensor([4, 4])]], averaged);
    expect([...averaged.namedBuffers()][0]?.[1].toArray()).toEqual([6]);
    expect([model.runningMean.toArray(), model.momentum, model.training]).toEqual([[7], 0.1, false]);
  });

  it("is saved under PyTorch's keys, and refuses what does not fit", () => {
    const [model, other] = [new Toy(), new Toy()];
    const averaged = new AveragedModel(model);
    model.weight.detach().copy_(tensor([3, 3]));
    averaged.updateParameters();
    const state = averaged.stateDict();
    expect([...state.keys()]).toEqual(["n_averaged", "module.weight", "module.running_mean"]);
    const second = new AveragedModel(other);
    second.loadStateDict(state);
    expect([second.nAveraged, [...second.parameters()][0]?.toArray()]).toEqual([1, [3, 3]]);
    const wrong = new Map(state).set("module.weight", zeros([3]));
    expect(() => second.loadStateDict(wrong)).toThrow(CheckpointError);
    expect(() => second.loadStateDict(new Map([...state, ["more", zeros([1])]]))).toThrow(/"more" is unexpected/);
    expect(() => new AveragedModel({ namedParameters: () => [] })).toThrow(ConfigError);
    expect(() => getEmaMultiAvgFn(1.5)).toThrow(ConfigError);
    expect(() => new AveragedModel(model, { avgFn: getSwaAvgFn(), multiAvgFn: getEmaMultiAvgFn() })).toThrow(
      ConfigError,
    );
    expect(() => averaged.updateParameters({ namedParameters: () => [["other", zeros([2])]] })).toThrow(ConfigError);
  });

  it("keeps its memory from step to step", () => {
    const averaged = new AveragedModel(new Toy(), { multiAvgFn: getEmaMultiAvgFn() });
    averaged.updateParameters();
    const { liveBytes } = memory();
    for (let i = 0; i < 50; i++) averaged.updateParameters();
    expect(memory().liveBytes).toBe(liveBytes);
  });
});

describe("SWALR", () => {
  it.each(averages.swalr)("is PyTorch's with $annealEpochs epochs, $annealStrategy", (run) => {
    const { annealEpochs, annealStrategy, swaLr, rates } = run;
    const first = [0.1, 0.5];
    const groups = swaLr.map((_, i) => ({ params: [new Parameter(zeros([1]))], lr: first[i] as number }));
    const optimizer = new SGD(groups, { lr: 1 });
    const scheduler = new SWALR(optimizer, swaLr.length > 1 ? swaLr : (swaLr[0] as number), {
      annealEpochs,
      annealStrategy,
    });
    for (const want of rates) {
      optimizer.paramGroups.forEach(({ lr }, i) => {
        expect(Math.abs(lr - (want[i] as number))).toBeLessThan(1e-12);
      });
      scheduler.step();
    }
    expect(() => new SWALR(optimizer, -1)).toThrow(ConfigError);
    expect(() => new SWALR(optimizer, [1, 1, 1])).toThrow(ConfigError);
    expect(() => new SWALR(optimizer, 1, { annealStrategy: "steps" as never })).toThrow(ConfigError);
  });
});
