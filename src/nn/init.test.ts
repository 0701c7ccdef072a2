import { describe, expect, it } from "vitest";
import { Generator } from "../engine/index.ts";
import { empty, zeros } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConfigError, DtypeError, ShapeError } from "../util/index.ts";
import { init } from "./index.ts";

describe("nn.init draws PyTorch's stream", () => {
  it("seed 3, one after the other", () => {
    const generator = new Generator(3);
    const t = empty([2, 3, 2]);
    // PyTorch 1.13, torch.manual_seed(3), t = torch.empty(2, 3, 2): the first three elements after each call.
    const calls: [() => Tensor, number[]][] = [
      [() => init.xavierUniform_(t, { gain: 2, generator }), [-1.5359833, -1.2220987, -0.6635428]],
      [() => init.xavierNormal_(t, { generator }), [0.1509324, 0.4521848, -0.6418317]],
      [
        () => init.kaimingUniform_(t, { mode: "fanOut", nonlinearity: "relu", generator }),
        [-0.3217994, -1.2141522, -0.5734103],
      ],
      [() => init.kaimingNormal_(t, { a: 0.2, generator }), [-0.2220113, 0.0860049, -0.670157]],
      [() => init.uniform_(t, { a: -2, b: 3, generator }), [-0.6340502, 0.5372806, 2.0361776]],
      [() => init.normal_(t, { mean: 1, std: 2, generator }), [-1.1094218, 2.6475453, -0.0541004]],
    ];
    for (const [call, want] of calls) {
      expect(call()).toBe(t);
      for (const [i, x] of want.entries()) expect(t.data[i]).toBeCloseTo(x, 6);
    }
  });

  it("fills with constants, also windows, and raises the version", () => {
    const t = zeros([2, 3]);
    const version = t.storage.version;
    init.ones_(t.transpose(0, 1).narrow(0, 1, 1));
    expect(t.toArray()).toEqual([
      [0, 1, 0],
      [0, 1, 0],
    ]);
    init.uniform_(t.transpose(0, 1), { generator: new Generator(0) });
    expect(t.data.every((x) => x > 0 && x < 1)).toBe(true);
    init.zeros_(init.constant_(t, 3));
    expect(t.storage.version).toBe(version + 4);
    expect(init.kaimingUniform_(zeros([0, 3])).shape).toEqual([0, 3]);
  });

  it("knows the gains", () => {
    expect(init.calculateGain("linear")).toBe(1);
    expect(init.calculateGain("tanh")).toBe(1.6666666666666667);
    expect(init.calculateGain("leakyRelu", 0.2)).toBe(1.3867504905630728);
    expect(init.calculateGain("selu")).toBe(0.75);
  });

  it("refuses what it cannot fill", () => {
    expect(() => init.xavierUniform_(zeros([3]))).toThrow(ShapeError);
    expect(() => init.uniform_(zeros([3], { dtype: "int32" }))).toThrow(DtypeError);
    expect(() => init.uniform_(zeros([3]), { a: 2, b: 1 })).toThrow(ConfigError);
    expect(() => init.calculateGain("swish" as never)).toThrow(ConfigError);
  });
});
