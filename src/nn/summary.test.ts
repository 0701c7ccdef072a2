import { describe, expect, it } from "vitest";
import { tensor, zeros } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { Embedding, Linear, LSTM, Module, MultiheadAttention, ReLU, Sequential, summary } from "./index.ts";

describe("summary", () => {
  const model = new Sequential(new Linear(4, 64), new ReLU(), new Linear(64, 1));

  it("lists layers, shapes, parameters and multiply-adds as aligned text", () => {
    expect(String(summary(model, [2, 4]))).toBe(
      [
        "layer        output   parameters  multiply-adds",
        "-----------------------------------------------",
        "Sequential   [2, 1]          385            640",
        "  0: Linear  [2, 64]         320            512",
        "  1: ReLU    [2, 64]           -              -",
        "  2: Linear  [2, 1]           65            128",
        "-----------------------------------------------",
        "input          [2, 4]",
        "parameters     385",
        "memory         1.5 KiB",
        "multiply-adds  640",
      ].join("\n"),
    );
  });

  it("leaves everything as it was", () => {
    model.train();
    const forward = Object.getOwnPropertyDescriptor(model, "forward");
    summary(model, [1, 4]);
    expect(Object.getOwnPropertyDescriptor(model, "forward")).toEqual(forward);
    expect([...model.modules()].every(({ training }) => training)).toBe(true);
    expect(Object.hasOwn(model.at(0).weight.storage.backend, "matmul")).toBe(false);
    expect(() => summary(model, [1, 5])).toThrow(/5 features/);
    expect(Object.hasOwn(model, "forward")).toBe(false);
    expect(model.training).toBe(true);
  });

  it("says what is frozen, and takes indices", () => {
    const words = new Sequential(new Embedding(10, 3), new Linear(3, 2));
    words.at(0).requiresGrad_(false);
    const found = summary(words, [], { inputs: [tensor([[1, 2]], { dtype: "int32" })] });
    expect(found).toMatchObject({ parameters: 38, trainableParameters: 8, multiplyAdds: 12 });
    expect(String(found)).toContain("(30 frozen)");
    expect(found.rows[0]?.outputShape).toEqual([1, 2, 2]);
  });

  it("counts the products inside recurrent and attention layers, and shared modules each time they run", () => {
    expect(summary(new LSTM(3, 5), [4, 2, 3]).multiplyAdds).toBe(4 * 2 * 20 * (3 + 5));
    const self = new MultiheadAttention(8, 2);
    const x = zeros([5, 1, 8]);
    expect(summary(self, [], { inputs: [x, x, x] }).multiplyAdds).toBe(5 * 8 * 24 + 2 * 5 * 5 * 8 + 5 * 8 * 8);
    class Twice extends Module {
      layer: Linear = new Linear(3, 3);
      forward(input: Tensor): Tensor {
        return this.layer.forward(this.layer.forward(input));
      }
    }
    const found = summary(new Twice(), [1, 3]);
    expect(found.multiplyAdds).toBe(18);
    expect(found.parameters).toBe(12);
  });
});
