import { isFloat } from "../engine/index.ts";
import { Parameter, Tensor } from "../tensor/index.ts";
import { ConfigError } from "../util/index.ts";

/** What every group of parameters has. */
export interface GroupOptions {
  /** Learning rate, 0 or more; schedules change it. */
  lr: number;
}

/** Parameters that share their options. Options may be changed between steps. */
export type ParamGroup<O extends GroupOptions> = O & {
  params: Tensor[];
  /** The learning rate that schedules start from; they set it. */
  initialLr?: number;
};

/** A group as it is passed in: options left out take the optimizer's. */
export type ParamGroupInput<O extends GroupOptions> = Partial<O> & { params: Iterable<Tensor> };

/** What optimizers take: parameters, or groups of them. */
export type Params<O extends GroupOptions> = Iterable<Tensor> | Iterable<ParamGroupInput<O>>;

/** Parameters or groups as groups. @throws {ConfigError} when there is nothing, or something else. */
export function asGroups<O extends GroupOptions>(operation: string, params: Params<O>): ParamGroupInput<O>[] {
  const iterable =
    typeof params === "object" && params !== null && Symbol.iterator in params && !(params instanceof Tensor);
  if (!iterable) {
    throw new ConfigError(
      operation,
      "params is not iterable",
      "expected parameters, or groups of them",
      "Pass model.parameters(), or an array.",
    );
  }
  const list = [...params] as (Tensor | ParamGroupInput<O>)[];
  if (list.length === 0) throw empty(operation);
  const grouped =
    !(list[0] instanceof Tensor) && typeof list[0] === "object" && list[0] !== null && "params" in list[0];
  return grouped ? (list as ParamGroupInput<O>[]) : [{ params: list as Tensor[] } as unknown as ParamGroupInput<O>];
}

function empty(operation: string): ConfigError {
  return new ConfigError(
    operation,
    "the parameter list is empty",
    "expected at least one parameter",
    "Pass model.parameters(), and check that the model's layers are properties of it (not in a plain array).",
  );
}

/**
 * The tensors of one group.
 *
 * A `Parameter` may be frozen (it is skipped); any other tensor must require a gradient.
 *
 * @throws {ConfigError} for an empty group, a repeated parameter, or a tensor that cannot be learnt
 */
export function checkedParams(
  operation: string,
  params: Iterable<Tensor>,
  known: { has(parameter: Tensor): boolean },
): Tensor[] {
  if (typeof params?.[Symbol.iterator] !== "function" && !(params instanceof Tensor)) throw empty(operation);
  const list = params instanceof Tensor ? [params] : [...params];
  if (list.length === 0) throw empty(operation);
  const seen = new Set<Tensor>();
  list.forEach((parameter, i) => {
    const problem = problemOf(parameter, seen.has(parameter) || known.has(parameter));
    if (problem !== null) throw new ConfigError(operation, `params[${i}] ${problem[0]}`, problem[1], problem[2]);
    seen.add(parameter);
  });
  return list;
}

function problemOf(parameter: unknown, repeated: boolean): [string, string, string] | null {
  if (!(parameter instanceof Tensor)) {
    return [`is no tensor (${typeof parameter})`, "expected parameters", "Pass model.parameters()."];
  }
  if (repeated) {
    return ["stands twice", "expected each parameter once, in one group", "Remove the repetition."];
  }
  if (!parameter.isLeaf) {
    return [
      `was computed by ${parameter.node?.op}`,
      "expected a leaf, whose value nothing else decides",
      "Pass the tensor it was computed from, or x.detach().",
    ];
  }
  if (!isFloat(parameter.dtype)) {
    return [`is ${parameter.dtype}`, "expected a floating-point tensor", 'Convert it: x.to("float32").'];
  }
  if (!parameter.requiresGrad && !(parameter instanceof Parameter)) {
    return ["does not require a gradient", "expected one that does", "Set x.requiresGrad = true first."];
  }
  return null;
}
