import { expect, test } from "vitest";
import { tensor } from "../ops/index.ts";
import { Parameter } from "../tensor/index.ts";
import { LBFGS, SGD } from "./index.ts";

function make(nonfinite: "throw" | "skip" = "throw"): { weight: Parameter; optimizer: SGD } {
  const weight = new Parameter(tensor([1, 2]));
  return { weight, optimizer: new SGD([weight], { lr: 0.5, nonfinite }) };
}

test("run before and after each step, in order, until they are removed", () => {
  const { weight, optimizer } = make();
  const seen: string[] = [];
  const handles = [
    optimizer.registerStepPreHook((of, args) => {
      seen.push(`pre ${of === optimizer} ${args.length} ${weight.data[0]}`);
    }),
    optimizer.registerStepPostHook((of, args, applied) => {
      seen.push(`post ${of === optimizer} ${args.length} ${weight.data[0]} ${applied}`);
    }),
  ];
  weight.sum().backward();
  expect(optimizer.step(undefined, { finite: true })).toBe(true);
  expect(seen).toEqual(["pre true 2 1", "post true 2 0.5 true"]);
  for (const handle of handles) handle.remove();
  optimizer.step();
  expect(seen.length).toBe(2);
  expect(Object.hasOwn(optimizer, "step")).toBe(false); // as before: nothing is left to pay for
});

test("a hook before the step may change the gradients, or give other arguments", () => {
  const { weight, optimizer } = make();
  optimizer.registerStepPreHook(() => void weight.grad?.mul_(0));
  weight.sum().backward();
  optimizer.step();
  expect([...weight.data]).toEqual([1, 2]);
  let calls = 0;
  optimizer.registerStepPreHook(() => [
    () => {
      calls++;
      return weight.sum();
    },
  ]);
  optimizer.step();
  expect(calls).toBe(1);
});

test("a step that is skipped is told", () => {
  const { weight, optimizer } = make("skip");
  const told: boolean[] = [];
  optimizer.registerStepPostHook((_optimizer, _args, applied) => void told.push(applied));
  weight.mul(Number.NaN).sum().backward();
  expect(optimizer.step()).toBe(false);
  expect(told).toEqual([false]);
});

test("of an optimizer with a step of its own, once a step; and no function is refused", () => {
  const weight = new Parameter(tensor([1, 2]));
  const optimizer = new LBFGS([weight], { maxIter: 3 });
  let steps = 0;
  optimizer.registerStepPostHook(() => void steps++);
  optimizer.step(() => {
    optimizer.zeroGrad();
    const loss = weight.square().sum();
    loss.backward();
    return loss;
  });
  expect(steps).toBe(1);
  expect(() => optimizer.registerStepPreHook("clip" as never)).toThrow("the hook is string, expected a function");
});
