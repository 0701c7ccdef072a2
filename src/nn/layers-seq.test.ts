import { describe, expect, it } from "vitest";
import { defaultGenerator, manualSeed } from "../engine/index.ts";
import { einsum, ones, rand, randn, tensor, zeros } from "../ops/index.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import * as nn from "./index.ts";

const { functional: F } = nn;

describe("containers", () => {
  it("register their members under PyTorch's keys", () => {
    class Net extends nn.Module<[Tensor], Tensor> {
      list = new nn.ModuleList([new nn.Linear(2, 2), new nn.Linear(2, 2, { bias: false })]);
      dict = new nn.ModuleDict({ a: new nn.Linear(2, 1), b: new nn.ReLU() });
      scales = new nn.ParameterList([ones([1]), zeros([2])]);
      named = new nn.ParameterDict({ w: ones([3]) });
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const net = new Net();
    expect([...net.stateDict().keys()]).toEqual([
      "list.0.weight",
      "list.0.bias",
      "list.1.weight",
      "dict.a.weight",
      "dict.a.bias",
      "scales.0",
      "scales.1",
      "named.w",
    ]);
    expect(net.list.length).toBe(2);
    expect(net.list.at(-1)).toBe(net.list.at(1));
    expect(net.list.append(new nn.Linear(2, 2)).length).toBe(3);
    expect([...net.parameters()].length).toBe(10);
    expect([...net.dict.keys()]).toEqual(["a", "b"]);
    expect(net.named.get("w")).toBeInstanceOf(Parameter);
    expect(() => net.list.at(3)).toThrow(/index is 3.*-3 to 2/);
    expect(() => net.dict.get("c")).toThrow(/key is "c".*a, b/);
    expect(() => net.dict.set("a", new nn.ReLU())).toThrow(/registered already/);
    expect(() => net.list.forward()).toThrow(/loop over the members/);
  });
});

describe("recurrent layers", () => {
  it("know their weights under PyTorch's keys and as properties", () => {
    const lstm = new nn.LSTM(2, 3, { bidirectional: true });
    expect([...lstm.stateDict().keys()]).toEqual([
      "weight_ih_l0",
      "weight_hh_l0",
      "bias_ih_l0",
      "bias_hh_l0",
      "weight_ih_l0_reverse",
      "weight_hh_l0_reverse",
      "bias_ih_l0_reverse",
      "bias_hh_l0_reverse",
    ]);
    expect(lstm.weightIhL0Reverse?.shape).toEqual([12, 2]);
    lstm.biasHhL0 = new Parameter(zeros([12]));
    expect(lstm.stateDict().get("bias_hh_l0")?.storage).toBe(lstm.biasHhL0.storage);
    expect(String(lstm)).toBe("LSTM(2, 3, bidirectional=true)");
  });

  it("refuse what does not fit", () => {
    const gru = new nn.GRU(2, 3, { batchFirst: true });
    expect(() => gru.forward(zeros([4, 5, 3]))).toThrow(/expected \[batch, time, features\].*2 features/);
    expect(() => gru.forward(zeros([4, 0, 2]))).toThrow(/at least one time step/);
    expect(() => gru.forward(zeros([4, 5, 2]), zeros([4, 1, 3]))).toThrow(/expected \[1, 4, 3\]/);
    expect(() => new nn.RNN(2, 0)).toThrow(/hiddenSize is 0/);
    expect(() => new nn.RNN(2, 3, { nonlinearity: "sin" as "tanh" })).toThrow(/"sin"/);
    expect(() => new nn.LSTMCell(2, 3).forward(zeros([4, 3]))).toThrow(/expected \[batch, 2\]/);
  });

  it("give the same in recorded and unrecorded runs, and carry a state over", () => {
    manualSeed(4);
    const lstm = new nn.LSTM(3, 4);
    const x = randn([6, 2, 3]);
    const [whole] = lstm.forward(x);
    const [first, state] = lstm.forward(x.narrow(0, 0, 2));
    const [second] = lstm.forward(x.narrow(0, 2, 4), state);
    expect(first.data).toEqual(whole.narrow(0, 0, 2).contiguous().data);
    expect(second.data).toEqual(whole.narrow(0, 2, 4).contiguous().data);
  });
});

describe("attention", () => {
  it("refuses what does not fit", () => {
    const attention = new nn.MultiheadAttention(4, 2);
    const x = zeros([3, 2, 4]);
    expect(() => attention.forward(x, zeros([3, 2, 5]), zeros([3, 1, 4]))).toThrow(/value \[3, 1, 4\]/);
    expect(() => attention.forward(x, x, x, { keyPaddingMask: zeros([2, 4]) })).toThrow(/keyPaddingMask has shape/);
    expect(() => new nn.MultiheadAttention(5, 2)).toThrow(/divides embedDim/);
    expect(() => F.scaledDotProductAttention(x, x, x, { isCausal: true, attnMask: zeros([2, 2]) })).toThrow(
      /one of them/,
    );
    expect(() => F.scaledDotProductAttention(x, zeros([3, 2, 5]), x)).toThrow(/expected \[\.\.\., L, E\]/);
  });

  it("looks back only when causal, with or without a mask", () => {
    const attention = new nn.MultiheadAttention(4, 2);
    const x = randn([3, 1, 4]);
    const [, weights] = attention.forward(x, x, x, { isCausal: true });
    expect((weights as Tensor).toArray()).toMatchObject([
      [
        [1, 0, 0],
        [{}, {}, 0],
        [{}, {}, {}],
      ].map((row) => row.map((w) => (typeof w === "number" ? w : expect.any(Number)))),
    ]);
  });

  it("an encoder copies its layer without drawing numbers", () => {
    manualSeed(9);
    const layer = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 6 });
    layer.linear1.requiresGrad_(false);
    const next = defaultGenerator.getState();
    const encoder = new nn.TransformerEncoder(layer, 2);
    expect(defaultGenerator.getState()).toEqual(next);
    const [a, b] = [encoder.layers.at(0), encoder.layers.at(1)];
    expect(a.linear2.weight.data).toEqual(b.linear2.weight.data);
    expect(a.linear2.weight).not.toBe(b.linear2.weight);
    expect(a.linear1.weight.requiresGrad).toBe(false);
    expect([...encoder.stateDict().keys()][0]).toBe("layers.0.self_attn.in_proj_weight");
  });
});

describe("tables and reshaping", () => {
  it("Embedding keeps its padding row at zero and refuses positions outside", () => {
    const table = new nn.Embedding(4, 2, { paddingIdx: 0 });
    const ids = tensor([0, 3, 0], { dtype: "int32" });
    table.forward(ids).sum().backward();
    expect(table.weight.grad?.toArray()).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
    expect(table.weight.toArray()).toMatchObject([[0, 0], {}, {}, {}]);
    expect(() => table.forward(tensor([4], { dtype: "int32" }))).toThrow(/index 4/);
    expect(() => table.forward(tensor([1.5]))).toThrow(/int32/);
    expect(() => new nn.Embedding(4, 2, { paddingIdx: 4 })).toThrow(/paddingIdx is 4/);
    const fixed = nn.Embedding.fromPretrained(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(fixed.forward(tensor([1], { dtype: "int32" })).toArray()).toEqual([[3, 4]]);
    expect(fixed.weight.requiresGrad).toBe(false);
    expect(String(fixed)).toBe("Embedding(2, 2)");
  });

  it("Unflatten takes one open size and refuses others", () => {
    expect(new nn.Unflatten(1, [2, -1]).forward(zeros([3, 6])).shape).toEqual([3, 2, 3]);
    expect(() => new nn.Unflatten(1, [4, -1]).forward(zeros([3, 6]))).toThrow(/multiply to 6/);
    expect(new nn.Flatten().forward(zeros([2, 3, 4])).shape).toEqual([2, 12]);
  });

  it("Bilinear and GLU say what they expected", () => {
    expect(() => new nn.Bilinear(2, 3, 1).forward(zeros([4, 2]), zeros([4, 2]))).toThrow(
      /bilinear: inputs have shapes/,
    );
    expect(() => F.glu(zeros([2, 3]))).toThrow(/even size/);
    expect(() => F.gelu(rand([2]), { approximate: "fast" as "tanh" })).toThrow(/"fast"/);
    expect(() => F.prelu(zeros([2, 3]), zeros([2]))).toThrow(/expected 1 or 3/);
  });
});

describe("einsum refuses", () => {
  const [a, b] = [zeros([2, 3]), zeros([3, 4])];
  it.each([
    ["ij,jk->ik->i", [a, b], /two arrows/],
    ["ij->i", [a, b], /names 1 operands/],
    ["ijk,jk->i", [a, b], /operand 0 has 2 dimensions/],
    ["ij,ik->jk", [a, b], /size 3 for "i".*expected 2/],
    ["ij,jk->iz", [a, b], /"z" stands in the output/],
    ["ij,jk->ii", [a, b], /"i" stands in the output/],
    ["i1,jk->i", [a, b], /"i1" is no term/],
    ["ii->i", [a], /size 3 for "i".*expected 2/],
    ["ii->i", [zeros([1, 3])], /sizes 1 and 3/],
  ] as const)("%s", (equation, operands, message) => {
    expect(() => einsum(equation, ...operands)).toThrow(message);
  });
});
