import { describe, expect, it } from "vitest";
import { type BackendName, withBackend } from "../../src/engine/index.ts";
import { fromTypedArray } from "../../src/ops/index.ts";
import * as optim from "../../src/optim/index.ts";
import { Parameter, type Tensor } from "../../src/tensor/index.ts";
import { decodeArray, type GoldenArray, readGolden } from "./read.ts";

// Adding a case means adding a row to scripts/golden/optimizers.py.

type Dtype = "float32" | "float64";
type Options = Record<string, never>;
/** All parameters of a run in one array, after some of its 50 steps. */
type After = Record<string, GoldenArray>;
interface Run extends Record<Dtype, After> {
  optimizer: string;
  options: Options;
  groups: { params: number[]; options: Options }[];
  missing: number | null;
}
interface LbfgsRun extends Record<Dtype, After> {
  options: Options;
  missing: number | null;
}
interface Golden {
  trajectories: { initial: GoldenArray[]; grads: GoldenArray[]; runs: Run[] };
  lbfgs: { initial: GoldenArray[]; scale: GoldenArray[]; centre: GoldenArray[]; runs: LbfgsRun[] };
}

const { trajectories, lbfgs } = readGolden<Golden>("optimizers");
const STEPS = 50;
const TOLERANCE: Record<Dtype, number> = { float32: 1e-5, float64: 1e-10 };
const BACKEND: Record<Dtype, BackendName> = { float32: "wasm", float64: "reference" };
const DTYPES: readonly Dtype[] = ["float32", "float64"];

type Make = new (params: optim.Params<optim.GroupOptions>, options: object) => optim.Optimizer;
/** Sets the gradients of a step (from 0) and takes it. */
type Advance = (optimizer: optim.Optimizer, parameters: readonly Parameter[], step: number) => void;

function make(array: GoldenArray, dtype: Dtype, values: ArrayLike<number> = decodeArray(array)): Tensor {
  const typed = dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);
  return fromTypedArray(typed, array.shape, { dtype });
}

function makeParameters(initial: readonly GoldenArray[], dtype: Dtype): Parameter[] {
  return initial.map((array, i) => {
    const parameter = new Parameter(make(array, dtype));
    parameter.name = `layer${i}.weight`;
    return parameter;
  });
}

/** Takes the 50 steps with an eye on the golden values; from step 25 on a second optimizer, loaded, goes along. */
function follow(
  start: () => { parameters: Parameter[]; used: Parameter[]; optimizer: optim.Optimizer },
  advance: Advance,
  after: After,
  dtype: Dtype,
): void {
  const straight = start();
  const second = start();
  const valuesOf = (run: typeof straight): number[] => run.used.flatMap((parameter) => [...parameter.data]);
  for (let step = 0; step < STEPS; step++) {
    if (step === STEPS / 2) {
      second.optimizer.loadStateDict(straight.optimizer.stateDict());
      second.parameters.forEach((parameter, i) => {
        parameter.detach().copy_((straight.parameters[i] as Parameter).detach());
      });
    }
    advance(straight.optimizer, straight.parameters, step);
    if (step >= STEPS / 2) advance(second.optimizer, second.parameters, step);
    const golden = after[String(step + 1)];
    if (golden === undefined) continue;
    const got = valuesOf(straight);
    const errors = [...decodeArray(golden)].map((want, i) => {
      return Math.abs((got[i] as number) - want) / Math.max(1, Math.abs(want));
    });
    expect(errors, `step ${step + 1}`).toHaveLength(got.length);
    expect(Math.max(...errors), `step ${step + 1}`).toBeLessThan(TOLERANCE[dtype]);
    if (process.env.INNERLOOP_GOLDEN_ERRORS) console.log(dtype, step + 1, Math.max(...errors));
  }
  expect(valuesOf(second)).toEqual(valuesOf(straight));
}

/**
 * Whether a run is tested in a dtype.
 *
 * @param run its place in the golden file
 * @param first whether it is the first one of its optimizer
 */
type Takes = (run: number, dtype: Dtype, first: boolean) => boolean;

function trajectoryTests(takes: Takes): void {
  describe("trajectories of 50 steps are PyTorch's, also saved and loaded midway", () => {
    const made: Partial<Record<Dtype, Tensor[][]>> = {};
    const gradientsOf = (dtype: Dtype): Tensor[][] => {
      made[dtype] ??= trajectories.grads.map((all) => {
        let offset = 0;
        return trajectories.initial.map((array) => {
          const length = array.shape.reduce((a, b) => a * b, 1);
          offset += length;
          return make(array, dtype, decodeArray(all).subarray(offset - length, offset)).keep();
        });
      });
      return made[dtype];
    };
    for (const [at, run] of trajectories.runs.entries()) {
      const { optimizer, options, groups, missing } = run;
      const second = groups.length > 1 ? `, first group ${JSON.stringify(groups[0]?.options)}` : "";
      const none = missing === null ? "" : `, no gradient for parameter ${missing}`;
      for (const dtype of DTYPES) {
        const first = trajectories.runs.findIndex((each) => each.optimizer === run.optimizer) === at;
        if (!takes(at, dtype, first)) continue;
        it(`${optimizer} ${JSON.stringify(options)}${second}${none}, ${dtype}`, () => {
          const Kind = (optim as unknown as Record<string, Make>)[optimizer] as Make;
          const indices = groups.flatMap(({ params }) => params);
          const start = (): ReturnType<Parameters<typeof follow>[0]> => {
            const parameters = makeParameters(trajectories.initial, dtype);
            const of = (params: number[]): Parameter[] => params.map((i) => parameters[i] as Parameter);
            const list = groups.map((group) => ({ ...group.options, params: of(group.params) }));
            return { parameters, used: of(indices), optimizer: new Kind(list, options) };
          };
          const advance: Advance = (each, parameters, step) => {
            gradientsOf(dtype)[step]?.forEach((gradient, i) => {
              if (i !== missing && indices.includes(i)) (parameters[i] as Parameter).grad = gradient;
            });
            if (!each.step()) throw new Error("the step was not applied");
          };
          withBackend(BACKEND[dtype], () => follow(start, advance, run[dtype], dtype));
        });
      }
    }
  });
}

function lbfgsTests(takes: Takes): void {
  describe("LBFGS follows PyTorch's for 50 steps, also saved and loaded midway", () => {
    for (const [at, run] of lbfgs.runs.entries()) {
      for (const dtype of DTYPES) {
        if (!takes(at, dtype, at === 0)) continue;
        const none = run.missing === null ? "" : `, no gradient for parameter ${run.missing}`;
        it(`LBFGS ${JSON.stringify(run.options)}${none}, ${dtype}`, () => {
          withBackend(BACKEND[dtype], () => {
            const of = (arrays: readonly GoldenArray[]): Tensor[] => arrays.map((array) => make(array, dtype).keep());
            const [scale, centre] = [of(lbfgs.scale), of(lbfgs.centre)];
            const start = (): ReturnType<Parameters<typeof follow>[0]> => {
              const parameters = makeParameters(lbfgs.initial, dtype);
              return { parameters, used: parameters, optimizer: new optim.LBFGS(parameters, run.options) };
            };
            const advance: Advance = (optimizer, parameters) => {
              const closure = (): Tensor => {
                optimizer.zeroGrad();
                const parts = parameters.map((p, i) => (i === run.missing ? p.detach() : p));
                const losses = parts.map((p, i) => {
                  const way = p.sub(centre[i] as Tensor);
                  const fourth = way.square().square().sum().mul(0.25);
                  return way
                    .square()
                    .mul(scale[i] as Tensor)
                    .sum()
                    .add(fourth);
                });
                const total = parts.map((p) => p.sum()).reduce((a, b) => a.add(b));
                const loss = losses.reduce((a, b) => a.add(b)).add(total.square().mul(0.5));
                loss.backward();
                return loss;
              };
              expect(optimizer.step(closure)).toBe(true);
            };
            follow(start, advance, run[dtype], dtype);
          });
        });
      }
    }
  });
}

/** Trajectories of 50 steps, of all optimizers. */
export function optimizerTests(takes: Takes): void {
  trajectoryTests(takes);
  lbfgsTests(takes);
}
