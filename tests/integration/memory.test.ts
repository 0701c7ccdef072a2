import { describe, expect, it } from "vitest";
import { type MemoryInfo, memory } from "../../src/engine/index.ts";
import { full, linear, noGrad, ones, tensor, zeros } from "../../src/ops/index.ts";
import { closeGeneration, openGeneration, Parameter, scope, type Tensor } from "../../src/tensor/index.ts";
import { ConfigError, ReleasedTensorError } from "../../src/util/index.ts";

const LARGE = [10, 10];

type Live = Pick<MemoryInfo, "liveBytes" | "handles">;

function live(): Live {
  const { liveBytes, handles } = memory();
  return { liveBytes, handles };
}

// What `fn` leaves behind.
function left(fn: () => unknown): Live {
  const before = live();
  fn();
  const after = live();
  return { liveBytes: after.liveBytes - before.liveBytes, handles: after.handles - before.handles };
}

const NOTHING: Live = { liveBytes: 0, handles: 0 };

describe("a generation", () => {
  it("frees what was made in it, small and large", () => {
    expect(
      left(() => {
        const generation = openGeneration();
        full(LARGE, 2).mul(3).sum();
        closeGeneration(generation);
      }),
    ).toEqual(NOTHING);
  });

  it("leaves small tensors readable and usable", () => {
    const generation = openGeneration();
    const small = full([8, 8], 2);
    const scalar = small.sum();
    const view = small.t().narrow(0, 0, 2);
    closeGeneration(generation);
    expect(scalar.item()).toBe(128);
    expect(view.shape).toEqual([2, 8]);
    expect(
      left(() => {
        const again = openGeneration();
        expect(small.mul(scalar).sum().item()).toBe(64 * 256);
        expect(view.add(1).toArray()).toEqual(full([2, 8], 3).toArray());
        closeGeneration(again);
      }),
    ).toEqual(NOTHING);
    expect(small.toArray()).toEqual(full([8, 8], 2).toArray());
  });

  it("ends large tensors: every use names shape, maker and fix", () => {
    const generation = openGeneration();
    const x = full(LARGE, 2).mul(3);
    closeGeneration(generation);
    for (const use of [
      () => x.add(1),
      () => x.toArray(),
      () => x.sum(),
      () => ones(LARGE).mul(x),
      () => x.matmul(x),
      () => x.t().clone(),
    ]) {
      expect(use).toThrow(ReleasedTensorError);
    }
    expect(() => x.add(1)).toThrow(/\[10, 10\] made by mul/);
    expect(() => x.add(1)).toThrow(/keep\(\)/);
  });

  it("leaves alone what was made before it", () => {
    const before = full(LARGE, 2);
    const generation = openGeneration();
    before.mul(2);
    closeGeneration(generation);
    expect(before.sum().item()).toBe(200);
  });

  it("lets go of kept tensors, and forgets released ones", () => {
    const generation = openGeneration();
    const kept = full(LARGE, 2).keep();
    const gone = full(LARGE, 3);
    const small = full([2], 3);
    gone.release();
    small.release();
    closeGeneration(generation);
    expect(kept.sum().item()).toBe(200);
    expect(() => gone.sum()).toThrow(ReleasedTensorError);
    expect(() => small.sum()).toThrow(ReleasedTensorError);
    kept.release();
    expect(() => kept.sum()).toThrow(ReleasedTensorError);
  });

  it("may be closed twice, and not in the order of opening", () => {
    expect(
      left(() => {
        const outer = openGeneration(true);
        const a = full(LARGE, 1);
        const inner = openGeneration(true);
        const b = full(LARGE, 2);
        closeGeneration(outer);
        expect(() => scope(() => a.sum())).toThrow(ReleasedTensorError);
        const c = b.add(1);
        expect(c.sum().item()).toBe(300);
        closeGeneration(inner);
        closeGeneration(inner);
        closeGeneration(outer);
        expect(() => scope(() => c.sum())).toThrow(ReleasedTensorError);
      }),
    ).toEqual(NOTHING);
  });

  it("keeps parameters made in it", () => {
    const generation = openGeneration();
    const weight = new Parameter(full(LARGE, 2));
    closeGeneration(generation);
    expect(weight.sum().item()).toBe(200);
  });
});

describe("scope and noGrad", () => {
  it("hand back tensors, also in arrays, objects, maps and sets", () => {
    const make = (value: number): Tensor => full(LARGE, value).mul(1);
    const { list, map, set, nested } = scope(() => ({
      list: [make(1)],
      map: new Map([["a", make(2)]]),
      set: new Set([make(3)]),
      nested: { deep: [{ deeper: make(4).t() }] },
    }));
    const all = [list[0], map.get("a"), [...set][0], nested.deep[0]?.deeper];
    expect(all.map((x) => x?.sum().item())).toEqual([100, 200, 300, 400]);
    const y = noGrad(() => make(5));
    expect(y.sum().item()).toBe(500);
  });

  it("free everything else", () => {
    expect(
      left(() => {
        const generation = openGeneration();
        let stale: Tensor | null = null;
        const total = noGrad(() => {
          stale = full(LARGE, 2).mul(3);
          return scope(() => (stale as Tensor).sum());
        });
        expect(total.item()).toBe(600);
        expect(() => (stale as unknown as Tensor).sum()).toThrow(ReleasedTensorError);
        closeGeneration(generation);
      }),
    ).toEqual(NOTHING);
  });

  it("hand results to the generation around them", () => {
    const outer = openGeneration();
    const x = scope(() => scope(() => full(LARGE, 2)));
    expect(x.sum().item()).toBe(200);
    closeGeneration(outer);
    expect(() => x.sum()).toThrow(ReleasedTensorError);
  });

  it("refuse promises, and free what was made", () => {
    expect(
      left(() => {
        expect(() => scope(() => Promise.resolve(full(LARGE, 1)))).toThrow(ConfigError);
        expect(() => noGrad(async () => full(LARGE, 1))).toThrow(/noGrad: the function returned a promise/);
      }),
    ).toEqual(NOTHING);
  });

  it("free everything when the function throws, and close what it left open", () => {
    expect(
      left(() => {
        expect(() =>
          scope(() => {
            openGeneration(true);
            full(LARGE, 1);
            ones([2]).add(ones([3]));
          }),
        ).toThrow();
      }),
    ).toEqual(NOTHING);
    const after = full(LARGE, 1);
    expect(after.sum().item()).toBe(100);
  });
});

describe("backward", () => {
  it("leaves gradients and nothing else", () => {
    const generation = openGeneration();
    const weight = new Parameter(full(LARGE, 0.01));
    const run = (): void => {
      const inner = openGeneration();
      linear(full([4, 10], 1), weight)
        .tanh()
        .sum()
        .backward();
      closeGeneration(inner);
    };
    run();
    const before = live();
    run();
    expect(live()).toEqual(before);
    weight.dropGrad();
    expect(before.liveBytes - live().liveBytes).toBe(400);
    closeGeneration(generation);
  });

  it("refuses before the first gradient when a saved tensor is gone", () => {
    const weight = new Parameter(full(LARGE, 0.01));
    const other = new Parameter(full([1], 1));
    const generation = openGeneration();
    const loss = linear(full([10, 10], 1), weight)
      .square()
      .sum()
      .mul(other);
    closeGeneration(generation);
    expect(() => loss.backward()).toThrow(ReleasedTensorError);
    expect(() => loss.backward()).toThrow(/\[10, 10\] made by linear, which square saved/);
    expect([weight.grad, other.grad]).toEqual([null, null]);
  });

  it("frees an unread gradient at once, and a read one with its generation", () => {
    const weight = new Parameter(full(LARGE, 1));
    const step = (): void =>
      scope(() => {
        weight.mul(2).sum().backward();
      });
    step();
    expect(left(() => weight.dropGrad())).toEqual({ liveBytes: -400, handles: -1 });
    step();
    const generation = openGeneration();
    const { grad } = weight;
    weight.dropGrad();
    expect(grad?.sum().item()).toBe(200);
    step();
    expect(grad?.sum().item()).toBe(200);
    closeGeneration(generation);
    expect(() => grad?.sum()).toThrow(ReleasedTensorError);
    expect(weight.grad?.sum().item()).toBe(200);
  });

  it("ends the gradient of an input with its batch, and that of a non-leaf", () => {
    const weight = new Parameter(full(LARGE, 1));
    const step = (): void => {
      const generation = openGeneration(true);
      const x = full(LARGE, 2, { requiresGrad: true });
      const y = x.mul(weight);
      y.retainGrad();
      y.sum().backward();
      x.mul(weight).sum().backward();
      expect([x.grad?.sum().item(), y.grad?.sum().item()]).toEqual([200, 100]);
      x.dropGrad();
      x.mul(3).sum().backward();
      x.dropGrad();
      x.mul(4).sum().backward();
      expect(x.gradient?.sum().item()).toBe(400);
      closeGeneration(generation);
    };
    step();
    const before = live();
    for (let i = 0; i < 100; i++) step();
    expect(live()).toEqual(before);
  });

  it("of a small input can be computed again after its batch", () => {
    const generation = openGeneration(true);
    const x = full([2], 2, { requiresGrad: true });
    x.mul(3).sum().backward();
    closeGeneration(generation);
    expect(x.grad?.toArray()).toEqual([3, 3]);
    x.mul(4).sum().backward();
    expect(x.grad?.toArray()).toEqual([7, 7]);
  });

  it("moves small tensors from an earlier batch back when it is done with them", () => {
    const generation = openGeneration(true);
    const [x, start] = [full([2], 2), full([2], 5)];
    const weight = new Parameter(full([2], 1));
    const bias = new Parameter(full([2], 1));
    const y = bias.sub(x.mul(weight));
    closeGeneration(generation);
    const before = live();
    y.backward({ gradient: start });
    expect([weight.grad?.toArray(), bias.grad?.toArray()]).toEqual([
      [-10, -10],
      [5, 5],
    ]);
    noGrad(() => bias.grad?.zero_());
    expect([x.toArray(), start.toArray(), y.toArray()]).toEqual([
      [2, 2],
      [5, 5],
      [-1, -1],
    ]);
    expect(live().handles - before.handles).toBe(2);
  });

  it("leaves an assigned gradient that was kept to its owner", () => {
    const weight = new Parameter(full(LARGE, 1));
    const mine = full(LARGE, 2).keep();
    const generation = openGeneration();
    weight.grad = mine;
    weight.dropGrad();
    weight.grad = full(LARGE, 3);
    const assigned = weight.grad;
    weight.dropGrad();
    closeGeneration(generation);
    expect(mine.sum().item()).toBe(200);
    expect(() => assigned.sum()).toThrow(ReleasedTensorError);
  });

  it("keeps hooks' gradients no longer than the pass, unless they are small", () => {
    const weight = new Parameter(full(LARGE, 1));
    const bias = new Parameter(full([10], 1));
    const seen: Tensor[] = [];
    weight.registerHook((grad) => void seen.push(grad));
    bias.registerHook((grad) => void seen.push(grad));
    for (let i = 0; i < 3; i++) {
      weight.dropGrad();
      bias.dropGrad();
      linear(ones([2, 10]), weight, bias)
        .sum()
        .backward();
    }
    expect(seen.length).toBe(6);
    expect(seen.filter((grad) => grad.length === 10).map((grad) => grad.sum().item())).toEqual([20, 20, 20]);
    for (const grad of seen) if (grad.length === 100) expect(() => grad.sum()).toThrow(ReleasedTensorError);
  });
});

describe("gradients of leaves", () => {
  it("survive the generation in which they were computed", () => {
    const weight = new Parameter(full(LARGE, 1));
    const data = tensor([[1]]);
    const generation = openGeneration(true);
    weight.mul(data).sum().backward();
    closeGeneration(generation);
    expect(weight.grad?.sum().item()).toBe(100);
    expect(
      zeros(LARGE)
        .add(weight.grad as Tensor)
        .sum()
        .item(),
    ).toBe(100);
  });
});
