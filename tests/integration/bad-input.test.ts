import {
  CheckpointError,
  ConfigError,
  DataError,
  DtypeError,
  data,
  engine,
  F,
  GradientError,
  type InnerloopError,
  matmul,
  nn,
  ones,
  optim,
  ReleasedTensorError,
  rand,
  ShapeError,
  scope,
  type Tensor,
  tensor,
  zeros,
} from "innerloop";
import { describe, expect, it } from "vitest";

// Every kind of bad input: a typed error that says operation, got, expected and fix, and nothing has changed.

interface Fixture {
  model: nn.Sequential<readonly [nn.Linear<4, 3>]>;
  optimizer: optim.Adam;
  x: Tensor;
  loss: () => Tensor;
}

interface Row {
  what: string;
  error: new (...args: never[]) => InnerloopError;
  says: RegExp;
  run: (fixture: Fixture) => unknown;
}

function leak(): Tensor {
  let large = zeros([1]);
  const loader = new data.DataLoader(new data.TensorDataset(rand([4, 100])), { batchSize: 2 });
  for (const [batch] of loader) large = batch.mul(2);
  return large;
}

const LRS = [-1, Number.NaN, Infinity];

const ROWS: Row[] = [
  {
    what: "a layer of another size",
    error: ShapeError,
    says: /linear: input has 5 features, weight expects 4 \(input \[2, 5\], weight \[3, 4\]\)/,
    run: ({ model }) => model.forward(ones([2, 5])),
  },
  {
    what: "shapes that do not broadcast",
    error: ShapeError,
    says: /add:.*\[2\].*\[3\]/,
    run: () => ones([2]).add(ones([3])),
  },
  {
    what: "inner sizes of a product",
    error: ShapeError,
    says: /matmul:/,
    run: () => matmul(ones([2, 3]), ones([2, 3])),
  },
  { what: "loss shapes", error: ShapeError, says: /mseLoss:/, run: () => F.mseLoss(ones([4]), ones([4, 1])) },
  {
    what: "a dtype without gradients",
    error: DtypeError,
    says: /requiresGrad:/,
    run: () => tensor([1], { dtype: "int32", requiresGrad: true }),
  },
  {
    what: "an integer product",
    error: DtypeError,
    says: /matmul:/,
    run: () => matmul(ones([2, 2], { dtype: "int32" }), ones([2, 2], { dtype: "int32" })),
  },
  { what: "float64 on wasm", error: DtypeError, says: /reference/, run: () => zeros([1], { dtype: "float64" }) },
  { what: "a ragged array", error: ShapeError, says: /ragged.*\[1\]/, run: () => tensor([[1, 2], [3]]) },
  {
    what: "NaN in a dataset",
    error: DataError,
    says: /row 1, column 0/,
    run: () => new data.TensorDataset(tensor([[1], [Number.NaN]])),
  },
  {
    what: "infinity in a dataset",
    error: DataError,
    says: /Infinity in row 0/,
    run: () => new data.TensorDataset(tensor([Infinity])),
  },
  { what: "an empty dataset", error: DataError, says: /0 samples/, run: () => new data.TensorDataset(zeros([0, 2])) },
  {
    what: "batch size 0",
    error: ConfigError,
    says: /batchSize is 0/,
    run: () => new data.DataLoader(new data.TensorDataset(ones([2])), { batchSize: 0 }),
  },
  {
    what: "batch size 1.5",
    error: ConfigError,
    says: /batchSize is 1.5/,
    run: () => new data.DataLoader(new data.TensorDataset(ones([2])), { batchSize: 1.5 }),
  },
  ...LRS.flatMap((lr): Row[] => [
    {
      what: `Adam with lr ${lr}`,
      error: ConfigError,
      says: /optim\.Adam: lr is/,
      run: ({ model }) => new optim.Adam(model.parameters(), { lr }),
    },
    {
      what: `SGD with lr ${lr}`,
      error: ConfigError,
      says: /optim\.SGD: lr is/,
      run: ({ model }) => new optim.SGD(model.parameters(), { lr }),
    },
  ]),
  { what: "no parameters", error: ConfigError, says: /optim\.Adam/, run: () => new optim.Adam([]) },
  {
    what: "backward on a non-scalar",
    error: GradientError,
    says: /backward: the tensor has shape \[2, 3\]/,
    run: ({ model, x }) => model.forward(x).backward(),
  },
  {
    what: "backward twice",
    error: GradientError,
    says: /already consumed.*retainGraph/,
    run: ({ loss }) => {
      const value = loss();
      value.backward();
      value.backward();
    },
  },
  { what: "backward without a graph", error: GradientError, says: /backward:/, run: () => ones([1]).backward() },
  {
    what: "a step without gradients",
    error: GradientError,
    says: /optim\.Adam: no parameter has a gradient/,
    run: ({ optimizer }) => optimizer.step(),
  },
  {
    what: "a step with a NaN gradient",
    error: GradientError,
    says: /0\.weight.*NaN/,
    run: ({ model, optimizer, loss }) => {
      loss().backward();
      scope(() => (model.at(0) as nn.Linear).weight.grad?.mul_(Number.NaN));
      optimizer.step();
    },
  },
  {
    what: "a released tensor",
    error: ReleasedTensorError,
    says: /\[2, 100\] made by mul.*keep\(\)/,
    run: () => leak().sum(),
  },
  {
    what: "an incomplete state dict",
    error: CheckpointError,
    says: /0\.bias/,
    run: ({ model }) => model.loadStateDict(new Map([["0.weight", zeros([3, 4])]])),
  },
  {
    what: "a state dict with more than there is",
    error: CheckpointError,
    says: /extra/,
    run: ({ model }) => model.loadStateDict(new Map([...model.stateDict(), ["extra", zeros([1])]])),
  },
  {
    what: "a misshapen state dict",
    error: CheckpointError,
    says: /0\.weight.*\[4, 3\]/,
    run: ({ model }) => model.loadStateDict(new Map([...model.stateDict(), ["0.weight", zeros([4, 3])]])),
  },
];

function fixture(): Fixture {
  const model = new nn.Sequential(new nn.Linear(4, 3));
  const optimizer = new optim.Adam(model.parameters());
  const x = rand([2, 4]);
  return { model, optimizer, x, loss: () => F.mseLoss(model.forward(x), zeros([2, 3])) };
}

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("bad input", () => {
  it.each(ROWS.map((row) => [row.what, row] as const))("%s", (_, row) => {
    const made = fixture();
    const before = [...made.model.parameters()].map((parameter) => parameter.toArray());
    const error = caught(() => row.run(made));
    expect(error).toBeInstanceOf(row.error);
    const { message, operation, got, expected, fix } = error as InnerloopError;
    expect(message).toMatch(row.says);
    for (const part of [operation, got, expected, fix]) expect(part.length).toBeGreaterThan(2);
    expect(message).toContain(operation);
    expect([...made.model.parameters()].map((parameter) => parameter.toArray())).toEqual(before);
    expect(made.optimizer.stepCount).toBe(0);
    expect(engine.info().backend).toBe("wasm");
  });
});
