import { describe, expect, it } from "vitest";
import { withBackend } from "../../src/engine/index.ts";
import { add, cat, enableGrad, full, mul, noGrad, ones, tensor } from "../../src/ops/index.ts";
import { isGradEnabled, type Tensor } from "../../src/tensor/index.ts";
import { DtypeError, GradientError } from "../../src/util/index.ts";

const leaf = (values: number | number[] | number[][]): Tensor => tensor(values, { requiresGrad: true });
const gradOf = (x: Tensor): unknown => x.grad?.toArray();

describe("requiresGrad", () => {
  it("passes from inputs to outputs, and makes them no leaves", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    expect([x.isLeaf, y.isLeaf, y.requiresGrad, tensor([1]).mul(2).requiresGrad]).toEqual([true, false, true, false]);
  });

  it("is refused for dtypes without gradients", () => {
    expect(() => tensor([1], { dtype: "int32" }).requiresGrad_()).toThrow(DtypeError);
    expect(() => tensor([1], { dtype: "bool", requiresGrad: true })).toThrow(DtypeError);
  });

  it("cannot be switched off on a tensor that was computed", () => {
    const y = leaf([1]).mul(2);
    expect(() => y.requiresGrad_(false)).toThrow(GradientError);
    expect(y.requiresGrad).toBe(true);
    expect(leaf([1]).requiresGrad_(false).requiresGrad).toBe(false);
  });

  it("does not reach comparisons, positions and detached tensors", () => {
    const x = leaf([1, 2]);
    expect([x.gt(1), x.argmax(), x.detach(), x.to("int32")].map((y) => y.requiresGrad)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("backward", () => {
  it("refuses a tensor without history, and a non-scalar without a gradient", () => {
    const x = leaf([1, 2]);
    expect(() => tensor(1).backward()).toThrow(/no history that requires a gradient/);
    expect(() => x.mul(2).backward()).toThrow(/shape \[2\], expected a scalar/);
    expect(() => x.mul(2).backward({ gradient: ones([3]) })).toThrow(GradientError);
    expect(() => x.mul(2).backward({ gradient: ones([2], { dtype: "int32" }) })).toThrow(GradientError);
    expect(x.grad).toBeNull();
  });

  it("starts from a given gradient", () => {
    const x = leaf([1, 2]);
    x.mul(3).backward({ gradient: tensor([1, 10]) });
    expect(gradOf(x)).toEqual([3, 30]);
  });

  it("works on a leaf itself", () => {
    const x = leaf(2);
    x.backward();
    x.backward();
    expect(gradOf(x)).toBe(2);
  });

  it("consumes the graph, unless told to retain it", () => {
    const x = leaf([1, 2]);
    const loss = x.square().sum();
    loss.backward({ retainGraph: true });
    loss.backward();
    expect(gradOf(x)).toEqual([4, 8]);
    expect(() => loss.backward()).toThrow(/already consumed/);
    expect(gradOf(x)).toEqual([4, 8]);
  });

  it("refuses a graph of which a part was consumed, and changes nothing", () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const shared = x.square();
    shared.sum().backward();
    const loss = w.mul(shared).sum();
    expect(() => loss.backward()).toThrow(GradientError);
    expect(w.grad).toBeNull();
    expect(gradOf(x)).toEqual([2, 4]);
  });

  it("adds to .grad over two graphs", () => {
    const x = leaf([1, 2]);
    x.mul(2).sum().backward();
    x.mul(3).sum().backward();
    expect(gradOf(x)).toEqual([5, 5]);
    x.dropGrad();
    expect(x.grad).toBeNull();
    x.mul(4).sum().backward();
    expect(gradOf(x)).toEqual([4, 4]);
  });

  it("passes 20,000 ops deep", () => {
    const x = leaf([1]);
    let y = x;
    for (let i = 0; i < 20_000; i++) y = y.add(1);
    y.sum().backward();
    expect(gradOf(x)).toEqual([1]);
  });

  it("casts gradients back to the dtype of each input", () => {
    withBackend("reference", () => {
      const x = leaf([1, 2]);
      const wide = tensor([3, 4], { dtype: "float64", requiresGrad: true });
      const product = x.mul(wide);
      expect(product.dtype).toBe("float64");
      product.add(x.to("float64")).sum().backward();
      expect([x.grad?.dtype, wide.grad?.dtype]).toEqual(["float32", "float64"]);
      expect([gradOf(x), gradOf(wide)]).toEqual([
        [4, 5],
        [1, 2],
      ]);
      wide.to("float32").square().sum().backward();
      expect(gradOf(wide)).toEqual([7, 10]);
    });
  });
});

describe("graphs that meet again", () => {
  it("sums over a diamond", () => {
    const x = leaf(3);
    const y = x.mul(2);
    y.square().add(y.mul(5)).backward();
    expect(gradOf(x)).toBe(2 * (2 * 6 + 5));
  });

  it("sums over one tensor in both operands", () => {
    const x = leaf([1, 2]);
    add(x, x).sum().backward();
    expect(gradOf(x)).toEqual([2, 2]);
    cat([x, x, x]).mul(2).sum().backward();
    expect(gradOf(x)).toEqual([8, 8]);
  });

  it("passes views of one gradient to several inputs", () => {
    const x = leaf([
      [1, 2],
      [3, 4],
    ]);
    const y = x.mul(1);
    y.reshape([4])
      .add(y.t().reshape([4]))
      .mul(tensor([1, 2, 3, 4]))
      .sum()
      .backward();
    expect(gradOf(x)).toEqual([
      [2, 5],
      [5, 8],
    ]);
  });

  it("gives each leaf memory of its own", () => {
    const [a, b] = [leaf([1, 2]), leaf([3, 4])];
    add(a, b).sum().backward();
    noGrad(() => a.grad?.mul_(100));
    expect(gradOf(b)).toEqual([1, 1]);
    const start = tensor([5, 6]);
    const c = leaf([1, 2]);
    c.reshape([2]).backward({ gradient: start });
    noGrad(() => c.grad?.mul_(100));
    expect(start.toArray()).toEqual([5, 6]);
  });

  it("skips what a null gradient leaves out", () => {
    const x = leaf([5.5]);
    x.floorDivide(2).add(x).sum().backward();
    expect(gradOf(x)).toEqual([1]);
  });
});

describe("recording", () => {
  it("stops in noGrad, also after an error, and starts again in enableGrad", () => {
    const x = leaf([1]);
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
    expect(noGrad(() => enableGrad(() => x.mul(2))).requiresGrad).toBe(true);
    expect(() => noGrad(() => x.matmul(ones([3])))).toThrow();
    expect(isGradEnabled()).toBe(true);
    expect(x.mul(2).requiresGrad).toBe(true);
  });

  it("ends at detach, which shares the elements", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const cut = y.detach();
    expect(cut.storage).toBe(y.storage);
    y.mul(cut).sum().backward();
    expect(gradOf(x)).toEqual([4, 8]);
  });
});

describe("hooks", () => {
  it("see and replace gradients of leaves and non-leaves, in order, until removed", () => {
    const x = leaf([1, 2]);
    const seen: unknown[] = [];
    const first = x.registerHook((grad) => void seen.push(["x", grad.toArray()]));
    const build = (): Tensor => {
      const y = x.mul(2);
      y.registerHook((grad) => grad.mul(10));
      y.registerHook((grad) => void seen.push(["y", grad.toArray()]));
      return y.sum();
    };
    build().backward();
    expect(seen).toEqual([
      ["y", [10, 10]],
      ["x", [20, 20]],
    ]);
    expect(gradOf(x)).toEqual([20, 20]);
    first.remove();
    first.remove();
    build().backward();
    expect(seen.length).toBe(3);
    expect(gradOf(x)).toEqual([40, 40]);
  });

  it("see the sum of a shared gradient once", () => {
    const x = leaf([1]);
    const y = x.mul(2);
    const seen: unknown[] = [];
    y.registerHook((grad) => void seen.push(grad.toArray()));
    y.add(y).sum().backward();
    expect(seen).toEqual([[2]]);
  });

  it("must return the gradient's shape and need a gradient to wait for", () => {
    const x = leaf([1, 2]);
    x.registerHook(() => ones([3]));
    expect(() => x.sum().backward()).toThrow(/a hook returned float32 \[3\]/);
    expect(x.grad).toBeNull();
    expect(() => tensor([1]).registerHook(() => undefined)).toThrow(GradientError);
  });

  it("may keep a small gradient", () => {
    const x = leaf([1, 2]);
    const kept: Tensor[] = [];
    x.registerHook((grad) => void kept.push(grad));
    for (let i = 0; i < 2; i++) {
      x.dropGrad();
      x.mul(i + 3)
        .sum()
        .backward();
    }
    expect(kept.map((grad) => grad.toArray())).toEqual([
      [3, 3],
      [4, 4],
    ]);
  });
});

describe("retainGrad", () => {
  it("keeps the gradient of a non-leaf, apart from everything else", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    y.retainGrad();
    y.square().sum().backward();
    expect(gradOf(y)).toEqual([4, 8]);
    noGrad(() => y.grad?.zero_());
    expect(gradOf(x)).toEqual([8, 16]);
  });

  it("changes nothing on a leaf", () => {
    const x = leaf([1]);
    x.retainGrad();
    x.mul(2).sum().backward();
    expect(gradOf(x)).toEqual([2]);
  });
});

describe("assigning .grad", () => {
  it("takes a fitting tensor or null, and adds to it", () => {
    const x = leaf([1, 2]);
    x.grad = tensor([10, 20]);
    x.sum().backward();
    expect(gradOf(x)).toEqual([11, 21]);
    expect(() => {
      x.grad = full([3], 1);
    }).toThrow(GradientError);
    x.grad = null;
    expect(x.grad).toBeNull();
    x.mul(x).sum().backward();
    expect(gradOf(x)).toEqual([2, 4]);
    expect(mul(x, 1).isLeaf).toBe(false);
  });

  it("adds to one that was assigned strided", () => {
    const x = leaf([
      [1, 2],
      [3, 4],
    ]);
    const assigned = tensor([
      [1, 2],
      [3, 4],
    ]);
    x.grad = assigned.t();
    x.mul(10).sum().backward();
    expect(gradOf(x)).toEqual([
      [11, 13],
      [12, 14],
    ]);
    expect(assigned.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("keeps what was there when the new one does not fit", () => {
    const x = leaf([1, 2]);
    x.grad = tensor([10, 20]);
    expect(() => {
      x.grad = full([3], 1);
    }).toThrow(GradientError);
    expect(gradOf(x)).toEqual([10, 20]);
  });
});

describe("an error in the middle", () => {
  it("of a hook leaves the engine as before", () => {
    const x = leaf([1, 2]);
    const hook = x.registerHook(() => {
      throw new Error("from the hook");
    });
    expect(() => x.mul(2).sum().backward()).toThrow("from the hook");
    expect([x.grad, isGradEnabled()]).toEqual([null, true]);
    hook.remove();
    x.mul(3).sum().backward();
    expect(gradOf(x)).toEqual([3, 3]);
  });
});
