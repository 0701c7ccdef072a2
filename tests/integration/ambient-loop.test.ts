import { describe, expect, it } from "vitest";
import { memory } from "../../src/engine/index.ts";
import { full, linear, noGrad, ones, rand, tensor } from "../../src/ops/index.ts";
import {
  beginStep,
  insideBatch,
  MOVED_LENGTH,
  markStep,
  Parameter,
  promoteAmbient,
  type Tensor,
} from "../../src/tensor/index.ts";
import { ReleasedTensorError } from "../../src/util/index.ts";

/** What an optimizer does to lifetimes, around the plainest of updates. */
class Descent {
  readonly parameters: readonly Parameter[];
  #started = false;

  constructor(parameters: readonly Parameter[]) {
    this.parameters = parameters;
    promoteAmbient();
  }

  zeroGrad(): void {
    if (!insideBatch()) beginStep(MOVED_LENGTH);
    for (const parameter of this.parameters) parameter.dropGrad();
  }

  step(): void {
    if (!this.#started) promoteAmbient();
    this.#started = true;
    noGrad(() => {
      for (const parameter of this.parameters) {
        if (parameter.gradient !== null) parameter.sub_(parameter.gradient.mul(0.001));
      }
    });
    if (!insideBatch()) markStep();
  }
}

const WIDTH = 10;

function network(): Parameter[] {
  return [new Parameter(rand([WIDTH, WIDTH])), new Parameter(rand([WIDTH])), new Parameter(rand([WIDTH, WIDTH]))];
}

function forward([w, b, v]: readonly Parameter[], x: Tensor): Tensor {
  return linear(linear(x, w as Tensor, b as Tensor).tanh(), v as Tensor);
}

const live = (): string => {
  const { liveBytes, handles } = memory();
  return `${liveBytes} bytes in ${handles} blocks`;
};

// Live memory after step 10 and after step 1,000.
function overSteps(step: (i: number) => void): [string, string] {
  let at10 = "";
  for (let i = 1; i <= 1000; i++) {
    step(i);
    if (i === 10) at10 = live();
  }
  return [at10, live()];
}

type Part = "zeroGrad" | "forward" | "backward" | "step";

const ORDERS: readonly (readonly Part[])[] = [
  ["zeroGrad", "forward", "backward", "step"],
  ["forward", "zeroGrad", "backward", "step"],
  ["forward", "backward", "step", "zeroGrad"],
  ["forward", "backward", "step"], // gradients add up for ever
];

describe("a loop by hand holds the memory of step 10 at step 1,000", () => {
  for (const order of ORDERS) {
    for (const read of [false, true]) {
      it(`${order.join(", ")}${read ? ", reading .grad" : ""}`, () => {
        const x = rand([16, WIDTH]);
        const parameters = network();
        const optimizer = new Descent(parameters);
        let loss: Tensor | null = null;
        let wrong = false; // collected: a thousand calls of expect take longer than the steps
        const parts: Record<Part, () => void> = {
          zeroGrad: () => optimizer.zeroGrad(),
          forward: () => {
            loss = forward(parameters, x).square().mean();
          },
          backward: () => loss?.backward(),
          step: () => optimizer.step(),
        };
        const [early, late] = overSteps(() => {
          for (const part of order) parts[part]();
          if (read) wrong ||= String(parameters[0]?.grad?.shape ?? LARGE_SHAPE) !== String(LARGE_SHAPE);
          wrong ||= !((loss?.item() ?? 0) > 0);
        });
        expect(wrong, "a loss of 0, or a gradient of another shape").toBe(false);
        expect(late).toBe(early);
        expect(x.sum().item()).toBeGreaterThan(0);
      });
    }
  }

  it("with a batch made by hand in each step, and validation in between", () => {
    const optimizer = new Descent(network());
    const xVal = rand([32, WIDTH]);
    const all = rand([100, WIDTH]);
    const [early, late] = overSteps((i) => {
      const batch = all.narrow(0, i % 50, 20).mul(2);
      optimizer.zeroGrad();
      forward(optimizer.parameters, batch.add(rand([20, WIDTH])))
        .square()
        .mean()
        .backward();
      optimizer.step();
      if (i % 5 === 0)
        expect(noGrad(() => forward(optimizer.parameters, xVal).square().mean()).item()).toBeGreaterThan(0);
    });
    expect(late).toBe(early);
  });

  it("with two optimizers that take turns, as GANs do", () => {
    const [generator, critic] = [new Descent(network()), new Descent(network())];
    const real = rand([16, WIDTH]);
    const [early, late] = overSteps(() => {
      critic.zeroGrad();
      const fake = forward(generator.parameters, rand([16, WIDTH]));
      const criticLoss = forward(critic.parameters, fake.detach()).mean().sub(forward(critic.parameters, real).mean());
      criticLoss.backward();
      critic.step();
      generator.zeroGrad();
      const generatorLoss = forward(critic.parameters, fake).mean();
      generatorLoss.backward();
      generator.step();
      expect(Number.isFinite(criticLoss.item() + generatorLoss.item())).toBe(true);
    });
    expect(late).toBe(early);
  });

  it("with an exception in the middle of a graph now and then", () => {
    const x = rand([16, WIDTH]);
    const optimizer = new Descent(network());
    const [early, late] = overSteps((i) => {
      try {
        optimizer.zeroGrad();
        const y = forward(optimizer.parameters, x);
        if (i % 5 === 1) y.add(ones([3]));
        y.square().mean().backward();
        optimizer.step();
      } catch (error) {
        expect(String(error)).toContain("add: operands have shapes");
      }
    });
    expect(late).toBe(early);
  });

  it("with gradients of four steps added up", () => {
    const x = rand([16, WIDTH]);
    const optimizer = new Descent(network());
    const [early, late] = overSteps(() => {
      optimizer.zeroGrad();
      for (let i = 0; i < 4; i++) forward(optimizer.parameters, x.mul(i)).square().mean().backward();
      optimizer.step();
    });
    expect(late).toBe(early);
  });
});

const LARGE_SHAPE = [WIDTH, WIDTH];

describe("in a loop by hand", () => {
  it("data from before the loop survive, also unused for a while", () => {
    const [x, unused] = [rand([16, WIDTH]), full(LARGE_SHAPE, 2)];
    const optimizer = new Descent(network());
    const late = full(LARGE_SHAPE, 3); // after the optimizer, before its first step
    for (let i = 0; i < 20; i++) {
      optimizer.zeroGrad();
      forward(optimizer.parameters, x).square().mean().backward();
      optimizer.step();
    }
    expect([unused.sum().item(), late.sum().item()]).toEqual([200, 300]);
  });

  it("data made later survive while every step uses them, and end when none does", () => {
    const x = rand([16, WIDTH]);
    const optimizer = new Descent(network());
    const step = (input: Tensor): void => {
      optimizer.zeroGrad();
      forward(optimizer.parameters, input).square().mean().backward();
      optimizer.step();
    };
    step(x);
    const later = full([16, WIDTH], 0.5);
    for (let i = 0; i < 20; i++) step(later);
    expect(later.sum().item()).toBe(80);
    for (let i = 0; i < 3; i++) step(x);
    expect(() => later.sum()).toThrow(ReleasedTensorError);
  });

  it("a hidden state that is carried and detached survives, of any size", () => {
    const optimizer = new Descent(network());
    for (const before of [true, false]) {
      let hidden = full([16, WIDTH], 0.5);
      const [early, late] = overSteps(() => {
        if (before) hidden = hidden.detach();
        optimizer.zeroGrad();
        hidden = forward(optimizer.parameters, hidden).tanh();
        hidden.square().mean().backward();
        if (!before) hidden = hidden.detach();
        optimizer.step();
      });
      expect(Number.isFinite(hidden.sum().item())).toBe(true);
      expect(late).toBe(early);
    }
  });

  it("a large hidden state that is detached after the next zeroGrad() is refused, a small one not", () => {
    const optimizer = new Descent(network());
    const run = (rows: number): Tensor => {
      let hidden = full([rows, WIDTH], 0.5);
      for (let i = 0; i < 5; i++) {
        optimizer.zeroGrad();
        hidden = forward(optimizer.parameters, hidden.detach()).tanh();
        hidden.square().mean().backward();
        optimizer.step();
      }
      return hidden;
    };
    expect(run(6).sum().item()).not.toBeNaN();
    expect(() => run(7)).toThrow(ReleasedTensorError);
  });

  it("losses of every step stay readable and add up", () => {
    const x = rand([16, WIDTH]);
    const optimizer = new Descent(network());
    const losses: Tensor[] = [];
    for (let i = 0; i < 50; i++) {
      optimizer.zeroGrad();
      const loss = forward(optimizer.parameters, x).square().mean();
      loss.backward();
      optimizer.step();
      losses.push(loss);
    }
    expect(losses.every((loss) => loss.item() > 0)).toBe(true);
    const total = losses.reduce((sum, loss) => sum.add(loss.detach()), tensor(0));
    expect(total.item()).toBeCloseTo(
      losses.reduce((sum, loss) => sum + loss.item(), 0),
      1,
    );
  });

  it("a prediction is readable until the next step begins", () => {
    const x = rand([16, WIDTH]);
    const optimizer = new Descent(network());
    let before: Tensor | null = null;
    for (let i = 0; i < 3; i++) {
      optimizer.zeroGrad();
      const stale = before;
      if (stale !== null) expect(() => stale.sum()).toThrow(/made by linear/);
      const prediction = forward(optimizer.parameters, x);
      prediction.square().mean().backward();
      optimizer.step();
      expect(Number.isFinite(prediction.sum().item())).toBe(true);
      before = prediction;
    }
  });
});
