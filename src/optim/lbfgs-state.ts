import type { Tensor } from "../tensor/index.ts";
import { CheckpointError, formatShape, sameShape } from "../util/index.ts";
import { dot, type FlatVector, flatten, piecesOf } from "./flat-vector.ts";
import { type Correction, type LBFGSMemory, NOTHING } from "./lbfgs-memory.ts";
import { isReleased, type OptimizerState, type ParameterState } from "./state-dict.ts";

// L-BFGS keeps flat vectors over all parameters; a state dict holds each parameter's part in its shape.

/** `base` (keys and options) with the memory's vectors. */
export function collectLBFGS(base: OptimizerState, parameters: readonly Tensor[], memory: LBFGSMemory): OptimizerState {
  const keys = base.paramGroups[0]?.params ?? [];
  const tensors = keys.map(() => new Map<string, Tensor>());
  const put = (name: string, vector: FlatVector): void => {
    for (const [i, piece] of piecesOf(vector, parameters).entries()) tensors[i]?.set(name, piece.detach());
  };
  if (memory.last !== null) {
    put("prev_flat_grad", memory.last.grad);
    put("last_step", memory.last.step);
  }
  memory.corrections.forEach(({ y, s }, i) => {
    put(`old_dirs.${i}`, y);
    put(`old_stps.${i}`, s);
  });
  const state = new Map<string, ParameterState>();
  keys.forEach((key, i) => {
    state.set(key, { step: memory.iterations, tensors: tensors[i] as Map<string, Tensor> });
  });
  return { ...base, state };
}

/**
 * Checks a state's tensors; what it returns builds the memory (call it inside `noGrad`).
 *
 * @throws {CheckpointError} listing everything that differs
 */
export function loadLBFGS(
  operation: string,
  saved: OptimizerState,
  own: OptimizerState,
  parameters: readonly Tensor[],
): (historySize: number) => LBFGSMemory {
  const keys = own.paramGroups[0]?.params ?? [];
  const states = saved?.state instanceof Map ? keys.map((key) => saved.state.get(key)) : [];
  const names = [...(states[0]?.tensors.keys() ?? [])];
  const history = names.filter((name) => name.startsWith("old_dirs.")).length;
  const expected = names.length === 0 ? [] : ["prev_flat_grad", "last_step"];
  for (let i = 0; i < history; i++) expected.push(`old_dirs.${i}`, `old_stps.${i}`);
  const problems: string[] = [];
  keys.forEach((key, i) => {
    const state = states[i];
    if (state === undefined) return; // the general check reports it
    for (const name of state.tensors.keys()) {
      if (!expected.includes(name)) problems.push(`"${key}.${name}" is unexpected`);
    }
    if (state.step !== states[0]?.step) problems.push(`the step of "${key}" differs from the first parameter's`);
    if (state.step > 0 !== names.length > 0) problems.push(`the step of "${key}" does not fit its tensors`);
    for (const name of expected) problems.push(...misfit(`${key}.${name}`, state.tensors.get(name), parameters[i]));
  });
  if (problems.length > 0) {
    throw new CheckpointError(
      `${operation}.loadStateDict`,
      problems.join("; "),
      "expected the parameters of this optimizer",
      "Build model and optimizer as they were when the state was saved.",
    );
  }
  return (historySize) => {
    if (expected.length === 0) return NOTHING;
    const take = (name: string): FlatVector =>
      flatten(
        states.map((state) => state?.tensors.get(name) ?? null),
        parameters,
      );
    const corrections: Correction[] = [];
    let scale = 1;
    for (let i = 0; i < history; i++) {
      const [y, s] = [take(`old_dirs.${i}`), take(`old_stps.${i}`)];
      const curvature = dot(y, s);
      corrections.push({ y, s, rho: 1 / curvature });
      scale = curvature / dot(y, y);
    }
    const last = { grad: take("prev_flat_grad"), step: take("last_step") };
    return { iterations: states[0]?.step ?? 0, corrections: corrections.slice(-historySize), scale, last };
  };
}

function misfit(label: string, tensor: Tensor | undefined, parameter: Tensor | undefined): string[] {
  if (tensor === undefined || parameter === undefined) return [`"${label}" is missing`];
  if (isReleased(tensor)) return [`"${label}" has been released`];
  if (sameShape(tensor.shape, parameter.shape) && tensor.dtype === parameter.dtype) return [];
  const is = `${tensor.dtype} ${formatShape(tensor.shape)}`;
  return [`"${label}" is ${is} instead of ${parameter.dtype} ${formatShape(parameter.shape)}`];
}
