import { Parameter, type Tensor } from "../tensor/index.ts";
import { ConfigError } from "../util/index.ts";
import { type AnyModule, Module } from "./module.ts";

// Lists and dictionaries whose members are found by parameters() and stateDict(): plain arrays are not
// looked into. They have no forward of their own.

function noForward(name: string): never {
  throw new ConfigError(
    name,
    "forward() was called",
    "expected a loop over the members",
    "Call each member's forward().",
  );
}

function checkIndex(operation: string, index: number, length: number): number {
  const at = index < 0 ? index + length : index;
  if (Number.isInteger(at) && at >= 0 && at < length) return at;
  throw new ConfigError(
    operation,
    `index is ${index}`,
    `expected a whole number from ${-length} to ${length - 1}`,
    "Count from 0, or from -1 at the end.",
  );
}

/** Members in order, registered under "0", "1", …. */
abstract class List<T extends Parameter | AnyModule> extends Module<never[], never> {
  readonly #members: T[] = [];

  protected abstract register(key: string, member: T): void;

  /** Number of members. */
  get length(): number {
    return this.#members.length;
  }

  /** The member at a position; negative ones count from the end. @throws {ConfigError} when there is none */
  at(index: number): T {
    return this.#members[checkIndex(`nn.${this.constructor.name}`, index, this.length)] as T;
  }

  /** Adds a member at the end. */
  append(member: T): this {
    this.register(String(this.length), member);
    this.#members.push(member);
    return this;
  }

  /** Adds members at the end. */
  extend(members: Iterable<T>): this {
    for (const member of members) this.append(member);
    return this;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#members[Symbol.iterator]();
  }

  forward(): never {
    return noForward(`nn.${this.constructor.name}`);
  }
}

/**
 * Modules in a list.
 *
 * @example
 * const layers = new nn.ModuleList([new nn.Linear(4, 4), new nn.Linear(4, 4)]);
 * let h = x;
 * for (const layer of layers) h = F.relu(layer.forward(h));
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
 */
export class ModuleList<M extends AnyModule = AnyModule> extends List<M> {
  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  protected register(key: string, module: M): void {
    this.registerModule(key, module);
  }
}

/**
 * Parameters in a list; plain tensors are made parameters.
 *
 * @example
 * const scales = new nn.ParameterList([ones([4]), ones([4])]);
 * const h = x.mul(scales.at(0)).add(scales.at(1));
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.ParameterList.html
 */
export class ParameterList extends List<Parameter> {
  constructor(values: Iterable<Tensor> = []) {
    super();
    for (const value of values) this.append(asParameter(value));
  }

  protected register(key: string, parameter: Parameter): void {
    this.registerParameter(key, parameter);
  }
}

/** Members by name. */
abstract class Dictionary<T extends Parameter | AnyModule> extends Module<never[], never> {
  readonly #members: Map<string, T> = new Map();

  protected abstract register(key: string, member: T): void;

  /** Number of members. */
  get size(): number {
    return this.#members.size;
  }

  has(key: string): boolean {
    return this.#members.has(key);
  }

  /** The member of a name. @throws {ConfigError} when there is none */
  get(key: string): T {
    const member = this.#members.get(key);
    if (member !== undefined) return member;
    throw new ConfigError(
      `nn.${this.constructor.name}`,
      `key is "${key}"`,
      `expected one of ${[...this.#members.keys()].join(", ")}`,
      "Check the spelling.",
    );
  }

  /** Adds a member. @throws {ConfigError} when the name is empty, has a dot or is taken */
  set(key: string, member: T): this {
    this.register(key, member);
    this.#members.set(key, member);
    return this;
  }

  keys(): IterableIterator<string> {
    return this.#members.keys();
  }

  values(): IterableIterator<T> {
    return this.#members.values();
  }

  entries(): IterableIterator<[string, T]> {
    return this.#members.entries();
  }

  [Symbol.iterator](): IterableIterator<[string, T]> {
    return this.#members.entries();
  }

  forward(): never {
    return noForward(`nn.${this.constructor.name}`);
  }
}

/**
 * Modules by name.
 *
 * @example
 * const heads = new nn.ModuleDict({ value: new nn.Linear(4, 1), policy: new nn.Linear(4, 3) });
 * const value = heads.get("value").forward(x);
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html
 */
export class ModuleDict<M extends AnyModule = AnyModule> extends Dictionary<M> {
  constructor(modules: Readonly<Record<string, M>> = {}) {
    super();
    for (const [key, module] of Object.entries(modules)) this.set(key, module);
  }

  protected register(key: string, module: M): void {
    this.registerModule(key, module);
  }
}

/**
 * Parameters by name; plain tensors are made parameters.
 *
 * @example
 * const tokens = new nn.ParameterDict({ start: rand([8]), end: rand([8]) });
 * const start = tokens.get("start"); // [8], learnt
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.ParameterDict.html
 */
export class ParameterDict extends Dictionary<Parameter> {
  constructor(values: Readonly<Record<string, Tensor>> = {}) {
    super();
    for (const [key, value] of Object.entries(values)) this.set(key, asParameter(value));
  }

  protected register(key: string, parameter: Parameter): void {
    this.registerParameter(key, parameter);
  }
}

function asParameter(value: Tensor): Parameter {
  return value instanceof Parameter ? value : new Parameter(value);
}
