import { describe, it } from "vitest";
import { manualSeed, withBackend } from "../../src/engine/index.ts";
import * as nn from "../../src/nn/index.ts";
import { tensor } from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import { checkCase, type GradientCase } from "./harness.ts";
import type { Domain, Input } from "./inputs.ts";

const { functional: F } = nn;
const f64 = { dtype: "float64" } as const;
const kinks =
  (...points: number[]) =>
  (value: number): boolean =>
    points.some((point) => Math.abs(value - point) < 0.05);
const WIDE: Domain = { low: -4, high: 4, avoid: kinks(-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3) };

const ACTIVATIONS: readonly (readonly [name: string, fn: (x: Tensor) => Tensor])[] = [
  ["relu6", F.relu6],
  ["leakyRelu", F.leakyRelu],
  ["elu", F.elu],
  ["celu", (x) => F.celu(x, { alpha: 1.3 })],
  ["selu", F.selu],
  ["gelu", F.gelu],
  ["gelu tanh", (x) => F.gelu(x, { approximate: "tanh" })],
  ["silu", F.silu],
  ["mish", F.mish],
  ["softplus", (x) => F.softplus(x, { beta: 2, threshold: 30 })],
  ["softsign", F.softsign],
  ["hardtanh", F.hardtanh],
  ["hardsigmoid", F.hardsigmoid],
  ["hardswish", F.hardswish],
  ["logsigmoid", F.logsigmoid],
  ["tanhshrink", F.tanhshrink],
  ["softshrink", F.softshrink],
  ["hardshrink", F.hardshrink],
  ["threshold", (x) => F.threshold(x, 0, 7)],
  ["glu", (x) => F.glu(x)],
  ["softmin", (x) => F.softmin(x, 0)],
  ["rrelu", (x) => F.rrelu(x)],
];

/** A layer called with its parameters as further inputs: their derivatives are checked too. */
function withParameters(
  title: string,
  make: () => nn.AnyModule,
  inputs: readonly Input[],
  forward: (module: nn.AnyModule, inputs: Tensor[]) => Tensor | Tensor[],
): GradientCase {
  manualSeed(3);
  const shapes = withBackend("reference", () => [...make().parameters()].map(({ shape }) => shape));
  return {
    title,
    inputs: [...inputs, ...shapes.map((shape) => ({ shape, domain: { low: -0.7, high: 0.7 } }))],
    run: (all) => {
      const module = make();
      // The leaves stand in for the parameters: their gradients are what is compared.
      const standIns = new Map<unknown, Tensor>();
      for (const [i, parameter] of [...module.parameters()].entries()) {
        standIns.set(parameter, all[inputs.length + i] as Tensor);
      }
      for (const child of [...module.modules()]) {
        for (const [key, value] of Object.entries(child)) {
          const standIn = standIns.get(value);
          if (standIn !== undefined) Object.assign(child, { [key]: standIn });
        }
      }
      return forward(module, all.slice(0, inputs.length));
    },
  };
}

const x = (...shape: number[]): Input => ({ shape });
const first = (module: nn.AnyModule, [input]: Tensor[]): Tensor[] => {
  const [output, state] = module.forward(input) as [Tensor, Tensor | Tensor[]];
  return [output, ...(Array.isArray(state) ? state : [state])];
};
const any = (module: object): nn.AnyModule => module as nn.AnyModule;

const LAYERS: readonly GradientCase[] = [
  withParameters("RNN", () => any(new nn.RNN(2, 2, { ...f64, bidirectional: true })), [x(3, 1, 2)], first),
  withParameters("LSTM", () => any(new nn.LSTM(2, 2, f64)), [x(3, 2, 2)], first),
  withParameters(
    "LSTM, no bias, reverse",
    () => any(new nn.LSTM(1, 2, { ...f64, bias: false, bidirectional: true })),
    [x(2, 1, 1)],
    first,
  ),
  withParameters("GRU", () => any(new nn.GRU(2, 2, f64)), [x(3, 2, 2)], first),
  withParameters("GRU, layers", () => any(new nn.GRU(1, 1, { ...f64, numLayers: 2 })), [x(2, 1, 1)], first),
  withParameters(
    "RNNCell, relu",
    () => any(new nn.RNNCell(2, 2, { ...f64, nonlinearity: "relu" })),
    [x(2, 2), x(2, 2)],
    (m, [a, h]) => m.forward(a, h) as Tensor,
  ),
  withParameters(
    "GRUCell",
    () => any(new nn.GRUCell(2, 2, f64)),
    [x(2, 2), x(2, 2)],
    (m, [a, h]) => m.forward(a, h) as Tensor,
  ),
  withParameters(
    "LSTMCell",
    () => any(new nn.LSTMCell(2, 1, f64)),
    [x(2, 2), x(2, 1), x(2, 1)],
    (m, [a, h, c]) => m.forward(a, [h, c]) as Tensor[],
  ),
  withParameters(
    "Bilinear",
    () => any(new nn.Bilinear(2, 3, 2, f64)),
    [x(2, 2), x(2, 3)],
    (m, [a, b]) => m.forward(a, b) as Tensor,
  ),
  withParameters(
    "Embedding",
    () => any(new nn.Embedding(3, 2, { ...f64, paddingIdx: null })),
    [],
    (m) => m.forward(tensor([2, 0, 2], { dtype: "int32" })) as Tensor,
  ),
  withParameters(
    "PReLU",
    () => any(new nn.PReLU({ ...f64, numParameters: 2 })),
    [{ shape: [2, 2, 2], domain: WIDE }],
    (m, [a]) => m.forward(a) as Tensor,
  ),
  withParameters(
    "MultiheadAttention",
    () => any(new nn.MultiheadAttention(4, 2, f64)),
    [x(2, 1, 4)],
    (m, [a]) => m.forward(a, a, a) as Tensor[],
  ),
  withParameters(
    "MultiheadAttention, three inputs",
    () => any(new nn.MultiheadAttention(2, 1, { ...f64, batchFirst: true })),
    [x(1, 2, 2), x(1, 3, 2), x(1, 3, 2)],
    (m, all) => m.forward(...all) as Tensor[],
  ),
  withParameters(
    "TransformerEncoderLayer",
    () =>
      any(
        new nn.TransformerEncoderLayer(2, 1, {
          ...f64,
          dropout: 0,
          dimFeedforward: 2,
          activation: "gelu",
          normFirst: true,
        }),
      ),
    [x(2, 1, 2)],
    (m, [a]) => m.forward(a) as Tensor,
  ),
  {
    title: "scaledDotProductAttention, a learnt mask",
    inputs: [x(1, 2, 2), x(1, 3, 2), x(1, 3, 2), x(2, 3)],
    run: ([q, k, v, attnMask]) =>
      F.scaledDotProductAttention(q as Tensor, k as Tensor, v as Tensor, { attnMask: attnMask as Tensor }),
  },
  {
    title: "scaledDotProductAttention, causal",
    inputs: [x(2, 3, 2), x(2, 3, 2), x(2, 3, 1)],
    run: ([q, k, v]) => F.scaledDotProductAttention(q as Tensor, k as Tensor, v as Tensor, { isCausal: true }),
  },
];

describe("sequence layers and activations against central differences in float64", () => {
  it.each(ACTIVATIONS)("%s", (title, fn) => {
    checkCase({ title, inputs: [{ shape: [3, 4], domain: WIDE }], run: ([input]) => fn(input as Tensor) });
    checkCase({
      title,
      inputs: [{ shape: [3, 4], domain: WIDE, columns: true }],
      run: ([input]) => fn(input as Tensor),
    });
  });

  it.each(LAYERS.map((test) => [test.title, test] as const))("%s", (_, test) => {
    checkCase(test);
  });
});
