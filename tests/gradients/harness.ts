import { withBackend } from "../../src/engine/index.ts";
import { data, full } from "../../src/ops/index.ts";
import { backward, scope, setGradEnabled, type Tensor } from "../../src/tensor/index.ts";
import { type Input, makeCotangent, makeLeaf, placeOf } from "./inputs.ts";

/** One call of an op whose derivative is checked by every input. */
export interface GradientCase {
  title: string;
  inputs: readonly Input[];
  run: (inputs: Tensor[]) => Tensor | Tensor[];
}

/** All cases of one exported function. */
export interface OpCases {
  op: string;
  cases: readonly GradientCase[];
}

/** A difference of the outputs by one element of one input: `jacobian[element][output]`. */
type Jacobian = Float64Array[];

const STEP = 1e-5;
const TOLERANCE = 1e-6;

/**
 * Compares backward with central differences in float64: every output element by every element of
 * every input, then whole gradients in four layouts, then twice the same inputs.
 *
 * @throws {Error} that names the case, the input and the element
 */
export function checkCase(test: GradientCase): void {
  withBackend("reference", () =>
    scope(() => {
      const leaves = test.inputs.map((input, i) => makeLeaf(input, i + 1));
      const outputs = call(test, leaves);
      const numeric = leaves.map((leaf) => differences(test, leaves, leaf));
      checkJacobian(test, leaves, outputs, numeric);
      checkLayouts(test, leaves, numeric);
      checkTwice(test, leaves);
    }),
  );
}

function call(test: GradientCase, leaves: readonly Tensor[]): Tensor[] {
  const result = test.run(leaves.map((leaf, i) => test.inputs[i]?.view?.(leaf) ?? leaf));
  return Array.isArray(result) ? result : [result];
}

function values(outputs: readonly Tensor[]): number[] {
  return outputs.flatMap((output) => Array.from(data(output)));
}

function differences(test: GradientCase, leaves: readonly Tensor[], leaf: Tensor): Jacobian {
  const recording = setGradEnabled(false);
  try {
    return Array.from({ length: leaf.length }, (_, at) => {
      const place = placeOf(leaf, at);
      const { backend } = leaf.storage;
      const value = backend.read(leaf.storage, place, 1)[0] as number;
      const at_ = (x: number): number[] => {
        backend.write(leaf.storage, place, new Float64Array([x]));
        return values(call(test, leaves));
      };
      const above = at_(value + STEP);
      const below = at_(value - STEP);
      backend.write(leaf.storage, place, new Float64Array([value]));
      return Float64Array.from(above, (y, i) => (y - (below[i] as number)) / (2 * STEP));
    });
  } finally {
    setGradEnabled(recording);
  }
}

function checkJacobian(test: GradientCase, leaves: Tensor[], outputs: Tensor[], numeric: Jacobian[]): void {
  let first = 0;
  for (const output of outputs) {
    for (let at = 0; at < output.length; at++) {
      const oneHot = full(output.shape, 0, { dtype: "float64" });
      oneHot.storage.backend.write(oneHot.storage, at, new Float64Array([1]));
      const grads = gradients(leaves, () => backward(output, { gradient: oneHot, retainGraph: true }));
      grads.forEach((grad, input) => {
        grad.forEach((value, element) => {
          const expected = numeric[input]?.[element]?.[first + at] as number;
          const where = `output ${first + at} by element ${element} of input ${input}`;
          compare(test, where, value, expected);
        });
      });
    }
    first += output.length;
  }
}

// A gradient may arrive in any layout. Each is a row vector times the Jacobian.
function checkLayouts(test: GradientCase, leaves: Tensor[], numeric: Jacobian[]): void {
  for (const layout of ["plain", "reversed", "columns", "constant"] as const) {
    const outputs = call(test, leaves);
    const starts = outputs.map((output) => makeCotangent(output.shape, layout));
    const weights = values(starts);
    const grads = gradients(leaves, () => {
      outputs.forEach((output, i) => {
        backward(output, { gradient: starts[i] as Tensor, retainGraph: i < outputs.length - 1 });
      });
    });
    grads.forEach((grad, input) => {
      grad.forEach((value, element) => {
        const row = numeric[input]?.[element] as Float64Array;
        const expected = weights.reduce((sum, weight, i) => sum + weight * (row[i] as number), 0);
        compare(test, `a ${layout} gradient by element ${element} of input ${input}`, value, expected);
      });
    });
  }
}

// The same inputs in two calls: the leaves get the sum of both gradients.
function checkTwice(test: GradientCase, leaves: Tensor[]): void {
  const run = (times: number): number[][] =>
    gradients(leaves, () => {
      const calls = Array.from({ length: times }, () => call(test, leaves)).flat();
      for (const output of calls)
        backward(output, { gradient: makeCotangent(output.shape, "plain"), retainGraph: true });
    });
  const [once, twice] = [run(1), run(2)];
  twice.forEach((grad, input) => {
    grad.forEach((value, element) => {
      compare(test, `two calls, element ${element} of input ${input}`, value, 2 * (once[input]?.[element] as number));
    });
  });
}

function gradients(leaves: readonly Tensor[], run: () => void): number[][] {
  for (const leaf of leaves) leaf.dropGrad();
  run();
  return leaves.map((leaf) => {
    const { gradient } = leaf;
    if (gradient === null) return new Array<number>(leaf.length).fill(0);
    if (gradient.shape.join() !== leaf.shape.join()) {
      throw new Error(`the gradient has shape [${gradient.shape.join()}], the leaf [${leaf.shape.join()}]`);
    }
    return Array.from(data(gradient));
  });
}

function compare(test: GradientCase, where: string, value: number, expected: number): void {
  if (Math.abs(value - expected) <= TOLERANCE * Math.max(1, Math.abs(expected))) return;
  throw new Error(`${test.title}: ${where} is ${value}, differences give ${expected}`);
}
