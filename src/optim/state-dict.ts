import { Tensor } from "../tensor/index.ts";
import { CheckpointError, formatShape, type Shape, sameShape } from "../util/index.ts";
import type { GroupOptions, ParamGroup } from "./param-groups.ts";
import type { Slot } from "./slot.ts";

/** What an optimizer keeps for one parameter. */
export interface ParameterState {
  /** Updates so far. */
  step: number;
  /** By PyTorch's keys (`"exp_avg"`), each of the parameter's shape (factored moments: of a row or a column). */
  tensors: Map<string, Tensor>;
}

/** A group's options, with the keys of its parameters. */
export interface GroupState {
  params: string[];
  options: Record<string, unknown>;
}

/** Everything an optimizer needs to go on: plain values and tensors, by parameter name. */
export interface OptimizerState {
  state: Map<string, ParameterState>;
  paramGroups: GroupState[];
}

type SlotOf = (parameter: Tensor) => Slot;

export function collectState<O extends GroupOptions>(groups: readonly ParamGroup<O>[], slotOf: SlotOf): OptimizerState {
  const state = new Map<string, ParameterState>();
  const paramGroups = groups.map((group) => {
    const { params, ...options } = group;
    const keys = params.map((parameter) => {
      const { key, steps, names, tensors } = slotOf(parameter);
      const named = names.map((name, i) => [name, (tensors[i] as Tensor).detach()] as const);
      state.set(key, { step: steps, tensors: new Map(named) });
      return key;
    });
    return { params: keys, options: structuredClone(options) as Record<string, unknown> };
  });
  return { state, paramGroups };
}

/** What `loadState` asks of the optimizer. */
interface Rules<O extends GroupOptions> {
  /** @throws {ConfigError} for options outside their domain */
  check(group: ParamGroup<O>): void;
  stateNames(group: O, parameter: Tensor): readonly string[];
  stateShape(name: string, parameter: Tensor): Shape;
  rebuild(slot: Slot, group: O): void;
}

/** Checks all, then copies. */
export function loadState<O extends GroupOptions>(
  operation: string,
  saved: OptimizerState,
  groups: readonly ParamGroup<O>[],
  slotOf: SlotOf,
  rules: Rules<O>,
): void {
  const problems: string[] = [];
  if (!(saved?.state instanceof Map) || !Array.isArray(saved.paramGroups)) {
    throw new CheckpointError(
      `${operation}.loadStateDict`,
      "the state has no Map of parameters or no list of groups",
      "expected what stateDict() gives",
      "Pass the optimizer's saved state, not the model's.",
    );
  }
  if (saved.paramGroups.length !== groups.length) {
    problems.push(`it has ${saved.paramGroups.length} groups instead of ${groups.length}`);
  }
  const known = new Set(groups.flatMap((group) => group.params.map((parameter) => slotOf(parameter).key)));
  for (const key of saved.state.keys()) if (!known.has(key)) problems.push(`"${key}" is unexpected`);
  const merged = groups.map((group, i) => {
    const from = saved.paramGroups[i];
    if (from === undefined) return group;
    problems.push(...groupProblems(i, from, group, slotOf));
    return { ...group, ...structuredClone(from.options), params: group.params } as ParamGroup<O>;
  });
  if (problems.length === 0) {
    for (const group of merged) {
      rules.check(group);
      for (const parameter of group.params) problems.push(...stateProblems(slotOf(parameter), saved, group, rules));
    }
  }
  if (problems.length > 0) {
    throw new CheckpointError(
      `${operation}.loadStateDict`,
      problems.join("; "),
      "expected the parameters and options of this optimizer",
      "Build model and optimizer as they were when the state was saved.",
    );
  }
  groups.forEach((group, i) => {
    Object.assign(group, merged[i]);
    for (const parameter of group.params) restore(slotOf(parameter), saved, group, rules);
  });
}

function groupProblems<O extends GroupOptions>(
  at: number,
  from: GroupState,
  group: ParamGroup<O>,
  slotOf: SlotOf,
): string[] {
  const problems: string[] = [];
  const keys = group.params.map((parameter) => slotOf(parameter).key);
  if (keys.join("\n") !== from.params.join("\n")) {
    problems.push(`group ${at} holds [${from.params.join(", ")}] instead of [${keys.join(", ")}]`);
  }
  const current = group as unknown as Record<string, unknown>;
  for (const [option, value] of Object.entries(from.options)) {
    if (option === "initialLr" && typeof value === "number") continue;
    if (kindOf(current[option]) !== kindOf(value)) {
      problems.push(`option ${option} of group ${at} is ${kindOf(value)} instead of ${kindOf(current[option])}`);
    }
  }
  return problems;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? `an array of ${value.length}` : typeof value;
}

function stateProblems<O extends GroupOptions>(slot: Slot, saved: OptimizerState, group: O, rules: Rules<O>): string[] {
  const names = rules.stateNames(group, slot.parameter);
  const from = saved.state.get(slot.key);
  if (from === undefined) return [`"${slot.key}" is missing`];
  const problems: string[] = [];
  if (!Number.isInteger(from.step) || from.step < 0) problems.push(`the step of "${slot.key}" is ${from.step}`);
  for (const name of from.tensors.keys()) {
    if (!names.includes(name)) problems.push(`"${slot.key}.${name}" is unexpected`);
  }
  const { dtype, storage } = slot.parameter;
  for (const name of names) {
    const tensor = from.tensors.get(name);
    const shape = rules.stateShape(name, slot.parameter);
    if (tensor === undefined) {
      problems.push(`"${slot.key}.${name}" is missing`);
    } else if (!(tensor instanceof Tensor) || isReleased(tensor)) {
      problems.push(`"${slot.key}.${name}" is no tensor, or has been released`);
    } else if (!sameShape(tensor.shape, shape) || tensor.dtype !== dtype) {
      const is = `${tensor.dtype} ${formatShape(tensor.shape)}`;
      problems.push(`"${slot.key}.${name}" is ${is} instead of ${dtype} ${formatShape(shape)}`);
    } else if (tensor.storage.backend !== storage.backend) {
      problems.push(`"${slot.key}.${name}" lives on the ${tensor.storage.backend.name} backend`);
    }
  }
  return problems;
}

/** Whether a tensor's memory has been given back. */
export function isReleased(tensor: Tensor): boolean {
  try {
    tensor.storage.backend.read(tensor.storage, 0, 0);
    return false;
  } catch {
    return true;
  }
}

function restore<O extends GroupOptions>(slot: Slot, saved: OptimizerState, group: O, rules: Rules<O>): void {
  const from = saved.state.get(slot.key) as ParameterState;
  const names = rules.stateNames(group, slot.parameter);
  if (names.join() !== slot.names.join()) rules.rebuild(slot, group);
  slot.steps = from.step;
  slot.fresh = from.step === 0;
  slot.names.forEach((name, i) => {
    const to = slot.tensors[i] as Tensor;
    to.storage.backend.copy(from.tensors.get(name) as Tensor, to);
  });
}
