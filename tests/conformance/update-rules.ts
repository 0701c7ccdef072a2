import { ReferenceBackend } from "../../src/engine/reference/index.ts";
import type { View } from "../../src/engine/storage.ts";
import type { UpdateRule } from "../../src/engine/updates.ts";
import { expectClose } from "./check.ts";
import type { Suite } from "./suite.ts";

interface Case {
  rule: UpdateRule;
  states: number;
  hyper: readonly number[];
}

const CASES: readonly Case[] = [
  { rule: "adamLike", states: 2, hyper: [0.9, 0.99, 0.02, 0.1, 1.5, 1e-8, 0, 0.99, 0] },
  { rule: "adamLike", states: 2, hyper: [0.9, 0.99, 0, 0.1, 0, 1, 0.1, 1, 1] },
  { rule: "adamax", states: 2, hyper: [0.1, 0.9, 0.99, 1e-8, 0, 0] },
  { rule: "adamax", states: 2, hyper: [0.1, 0.5, 0.7, 1e-3, 0.1, 1] },
  { rule: "adagrad", states: 1, hyper: [0.1, 1e-10, 0, 0] },
  { rule: "adagrad", states: 1, hyper: [0.1, 1e-3, 0.1, 1] },
  { rule: "adadelta", states: 2, hyper: [1, 0.9, 1e-6, 0, 0] },
  { rule: "adadelta", states: 2, hyper: [0.5, 0.8, 1e-3, 0.1, 1] },
  { rule: "rmsprop", states: 1, hyper: [0.1, 0.9, 1e-8, 0, 0, 0, 0] },
  { rule: "rmsprop", states: 2, hyper: [0.1, 0.9, 1e-8, 0.1, 0.5, 0, 1] },
  { rule: "rmsprop", states: 2, hyper: [0.1, 0.7, 1e-2, 0, 0, 1, 0] },
  { rule: "rmsprop", states: 3, hyper: [0.1, 0.7, 1e-2, 0.1, 0.5, 1, 1] },
  { rule: "rprop", states: 2, hyper: [0.5, 1.2, 1e-6, 50, 0] },
  { rule: "rprop", states: 2, hyper: [0.5, 1.2, 0.01, 0.02, 1] },
  { rule: "asgd", states: 1, hyper: [0.1, 0.99, 1, 0, 0] },
  { rule: "asgd", states: 1, hyper: [0.1, 0.99, 0.25, 0.1, 1] },
  { rule: "lion", states: 1, hyper: [0.01, 0.9, 0.99, 0.999, 0] },
  { rule: "lion", states: 1, hyper: [0.01, 0.8, 0.9, 1, 1] },
  { rule: "lerp", states: 0, hyper: [0.1, 0] },
  { rule: "lerp", states: 0, hyper: [0.9, 1] },
  { rule: "lerp", states: 0, hyper: [1, 0] },
  { rule: "adafactor", states: 1, hyper: [0.5, 0.1, 1e-3, 1e-3, 1, 0.99, 0] },
];
const SHAPES: readonly (readonly number[])[] = [[], [1], [0], [5], [67], [7, 13]];
const STEPS = 3;
const TOLERANCE = { float32: 5e-6, float64: 1e-12 };

/** The rules of updates.ts against the reference backend, whose own numbers are checked against PyTorch's. */
export function updateRuleTests(suite: Suite): void {
  const { backend } = suite;
  const oracle = new ReferenceBackend();
  for (const dtype of suite.floats) {
    const tolerance = { tolerance: TOLERANCE[dtype as keyof typeof TOLERANCE] };
    // States in the middle of a run; means well below the root of the second moment, which comes first.
    const compare = (
      scratch: Parameters<Parameters<Suite["it"]>[1]>[0],
      rule: UpdateRule,
      shape: readonly number[],
      stateShapes: readonly (readonly number[])[],
      hyper: readonly number[],
    ): void => {
      const twin = (values: readonly number[], of: readonly number[]): View => {
        const storage = oracle.alloc(dtype, values.length, "test");
        oracle.write(storage, 0, dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values));
        const strides = of.map((_, i) => of.slice(i + 1).reduce((a, b) => a * b, 1));
        return { storage, dtype, length: values.length, shape: of, strides, offset: 0, packed: true };
      };
      const parameter = scratch.input(dtype, shape, "offset");
      const state = stateShapes.map((of, i) =>
        scratch.input(dtype, of, "contiguous", () => scratch.uniform(0.5, 1) / (i === 0 ? 1 : 4)),
      );
      const twins = [
        twin([...parameter.values], shape),
        ...state.map((s, i) => twin([...s.values], stateShapes[i] ?? [])),
      ];
      for (let step = 1; step <= STEPS; step++) {
        const grad = scratch.input(dtype, shape, "contiguous", () => scratch.uniform(-3, 3) / step);
        backend.update(
          rule,
          parameter.view,
          grad.view,
          state.map((s) => s.view),
          hyper,
        );
        oracle.update(rule, twins[0] as View, twin([...grad.values], shape), twins.slice(1), hyper);
        [parameter, ...state].forEach(({ view }, i) => {
          const want = [...oracle.read((twins[i] as View).storage, 0, view.length)];
          expectClose(scratch.values(view), want, dtype, `[${shape}] operand ${i}, step ${step}`, tolerance);
        });
        expectClose(scratch.values(grad.view), grad.values, dtype, "the gradient stays", { tolerance: 0 });
      }
    };

    for (const { rule, states, hyper } of CASES) {
      suite.it(`update ${rule} ${dtype} [${hyper.join(", ")}]`, (scratch) => {
        for (const shape of SHAPES) {
          const sizes = rule === "adafactor" ? [1, 1, shape.reduce((a, b) => a * b, 1)] : [];
          compare(scratch, rule, shape, new Array(states).fill(shape), [...hyper, ...sizes]);
        }
      });
    }

    suite.it(`update adafactor ${dtype}, factored`, (scratch) => {
      for (const [blocks, rows, cols] of [
        [1, 3, 4],
        [1, 1, 1],
        [2, 5, 7],
        [3, 2, 9],
      ] as const) {
        const shapes = [
          [blocks, rows, 1],
          [blocks, 1, cols],
        ];
        const hyper = [0.4, 0.1, 1e-3, 1e-3, 1, 0.99, 1, blocks, rows, cols];
        compare(scratch, "adafactor", [blocks, rows, cols], shapes, hyper);
      }
    });
  }

  suite.it("update float32: second moments stay finite at the largest gradients", (scratch) => {
    const squares: readonly (readonly [UpdateRule, number, readonly number[]])[] = [
      ["adam", 1, [0.1, 0.9, 0.999, 1e-8, 0, 0, 0, 1]],
      ["adamLike", 1, [0.9, 0.99, 0.02, 0.1, 1.5, 1e-8, 0, 1, 0]],
      ["adagrad", 0, [0.1, 1e-10, 0, 0]],
      ["adadelta", 0, [1, 0.9, 1e-6, 0, 0]],
      ["rmsprop", 0, [0.1, 0.9, 1e-8, 0, 0, 0, 0]],
    ];
    for (const [rule, square, hyper] of squares) {
      const of = (value: number): ReturnType<typeof scratch.given> =>
        scratch.given("float32", [5], Array(5).fill(value));
      const [parameter, states] = [of(1), [of(0), of(0)]];
      for (let step = 0; step < 5; step++) {
        backend.update(
          rule,
          parameter.view,
          of(3.4e38).view,
          states.slice(0, rule === "adagrad" || rule === "rmsprop" ? 1 : 2).map((s) => s.view),
          hyper,
        );
      }
      const v = scratch.values((states[square] as (typeof states)[number]).view);
      for (const value of [...v, ...scratch.values(parameter.view)]) {
        if (!Number.isFinite(value)) throw new Error(`${rule} left ${value}`);
      }
      if (!(([...v][0] as number) > 1e35)) throw new Error(`${rule} has ${[...v][0]}`);
    }
  });
}
