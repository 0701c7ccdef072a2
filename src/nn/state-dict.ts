import { Tensor } from "../tensor/index.ts";
import { CheckpointError, formatShape, type OptionKinds, sameShape } from "../util/index.ts";
import type { AnyModule } from "./module.ts";
import type { Walk } from "./registry.ts";

/** Tensors by dotted name, in PyTorch's order. */
export type StateDict = Map<string, Tensor>;

/** Options of `loadStateDict`. */
export interface LoadOptions {
  /** Refuse missing and unexpected keys; default true. */
  strict?: boolean;
}

/** What each holds. */
export const LOAD_OPTIONS: OptionKinds<LoadOptions> = { strict: "boolean" };

/** What `loadStateDict` found to be different. */
export interface LoadResult {
  missingKeys: string[];
  unexpectedKeys: string[];
}

/** Own parameters, own persistent buffers, then the children's; shared tensors under each of their names. */
export function collectState(own: (module: AnyModule) => Walk, root: AnyModule, prefix: string): StateDict {
  const state: StateDict = new Map();
  const visit = (module: AnyModule, at: string): void => {
    const { parameters, buffers, modules } = own(module);
    for (const [key, parameter] of parameters) state.set(at + key, parameter.detach());
    for (const { key, tensor, persistent } of buffers) if (persistent) state.set(at + key, tensor.detach());
    for (const [key, child] of modules) visit(child, `${at}${key}.`);
  };
  visit(root, prefix === "" || prefix.endsWith(".") ? prefix : `${prefix}.`);
  return state;
}

/** Copies `state` into `target`'s memory once everything about it has been checked. */
export function loadState(
  target: StateDict,
  state: StateDict | Readonly<Record<string, Tensor>>,
  options: LoadOptions,
): LoadResult {
  const source = state instanceof Map ? state : new Map(Object.entries(state as Readonly<Record<string, Tensor>>));
  const missingKeys = [...target.keys()].filter((key) => !source.has(key));
  const unexpectedKeys = [...source.keys()].filter((key) => !target.has(key));
  const problems: string[] = [];
  if (options.strict ?? true) {
    for (const key of missingKeys) problems.push(`"${key}" is missing`);
    for (const key of unexpectedKeys) problems.push(`"${key}" is unexpected`);
  }
  for (const [key, to] of target) {
    const from = source.get(key);
    if (from !== undefined) problems.push(...misfits(key, from, to));
  }
  if (problems.length > 0) {
    throw new CheckpointError(
      "loadStateDict",
      problems.join("; "),
      `expected the ${target.size} entries of this model`,
      "Build the model as it was when the state was saved, or pass { strict: false } to leave out entries.",
    );
  }
  for (const [key, to] of target) {
    const from = source.get(key);
    if (from === undefined) continue;
    to.storage.backend.copy(from, to);
    to.storage.version++;
  }
  return { missingKeys, unexpectedKeys };
}

function misfits(key: string, from: unknown, to: Tensor): string[] {
  if (!(from instanceof Tensor)) return [`"${key}" is no tensor`];
  const problems: string[] = [];
  if (!sameShape(from.shape, to.shape)) {
    problems.push(`"${key}" has shape ${formatShape(from.shape)} instead of ${formatShape(to.shape)}`);
  }
  if (from.dtype !== to.dtype) problems.push(`"${key}" is ${from.dtype} instead of ${to.dtype}`);
  if (from.storage.backend !== to.storage.backend) {
    problems.push(`"${key}" lives on the ${from.storage.backend.name} backend`);
  } else {
    try {
      from.storage.backend.read(from.storage, 0, 0);
    } catch {
      problems.push(`"${key}" has been released`);
    }
  }
  return problems;
}
