import { Parameter, type Tensor } from "../tensor/index.ts";
import { ConfigError, checkedOptions, type HookHandle } from "../util/index.ts";
import { describe } from "./describe.ts";
import { type ForwardHook, type ForwardHookOptions, type ForwardPreHook, hookForward } from "./forward-hooks.ts";
import { BUFFER_OPTIONS, type BufferOptions, Registry, type Walk } from "./registry.ts";
import {
  collectState,
  LOAD_OPTIONS,
  type LoadOptions,
  type LoadResult,
  loadState,
  type StateDict,
} from "./state-dict.ts";

/** Any module, whatever it takes and gives. */
export type AnyModule = Module<unknown[], unknown>;

/** A module, everything below it, and what they own: each once, with its dotted name. */
interface Tree {
  readonly walks: readonly Walk[];
  readonly modules: readonly (readonly [string, AnyModule])[];
  readonly parameters: readonly Parameter[];
  readonly parameterNames: readonly string[];
  readonly buffers: readonly (readonly [string, Tensor])[];
}

/** What a module itself owns; set by the class, whose private fields it reads. */
let ownState: (module: AnyModule) => Walk;

/**
 * Base class of everything with weights: layers, losses, whole networks.
 *
 * Parameters and modules assigned to properties are found by themselves, in the order in which the
 * properties were made; a plain array or object of modules is not looked into. Buffers, and names that
 * shall differ from the property's, are registered.
 *
 * @example
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(4, 64);
 *   output = new nn.Linear(64, 1);
 *   forward(x: Tensor): Tensor {
 *     return this.output.forward(F.relu(this.hidden.forward(x)));
 *   }
 * }
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
 */
export abstract class Module<Args extends unknown[] = [Tensor], Out = Tensor> {
  /** Whether layers that behave differently in training (Dropout) do so; see `train()` and `eval()`. */
  training = true;
  readonly #registry: Registry = new Registry();
  #tree: Tree | null = null;

  /** What the module computes. */
  abstract forward(...args: Args): Out;

  /**
   * Registers a parameter under a key of its own; returns it, so that it can be assigned as well.
   *
   * @param name the key in the state dict, without dots: PyTorch's own (`"weight_ih_l0"`), whatever the
   *   property is called (by default its camelCase form, `weightIhL0`, is taken for the same parameter)
   * @throws {ConfigError} when the name is empty, has a dot or is taken
   */
  registerParameter<P extends Parameter | null>(name: string, parameter: P): P {
    if (parameter !== null && !(parameter instanceof Parameter)) {
      throw new ConfigError(
        "registerParameter",
        `"${name}" is no Parameter`,
        "expected one, or null",
        "Wrap the tensor: new nn.Parameter(tensor).",
      );
    }
    this.#registry.add("parameter", name, parameter, true);
    return parameter;
  }

  /**
   * Registers a tensor that belongs to the module's state and is not learnt (a running mean); returns it.
   * Its memory becomes a root.
   *
   * @param name the key in the state dict; the property of its camelCase form is taken for the same buffer
   * @param options.persistent false leaves it out of the state dict
   * @throws {ConfigError} when the name is empty, has a dot or is taken
   */
  registerBuffer<T extends Tensor | null>(name: string, tensor: T, options: BufferOptions = {}): T {
    checkedOptions("registerBuffer", options, BUFFER_OPTIONS);
    this.#registry.add("buffer", name, tensor, options.persistent ?? true);
    tensor?.keep();
    return tensor;
  }

  /**
   * Registers a submodule under a key of its own; returns it.
   *
   * @throws {ConfigError} when the name is empty, has a dot or is taken
   */
  registerModule<M extends AnyModule | null>(name: string, module: M): M {
    this.#registry.add("module", name, module, true);
    return module;
  }

  /** All parameters, its own first, then those of its children; shared ones once. */
  parameters(): Iterable<Parameter> {
    const { parameters, parameterNames } = this.#tracked();
    for (let i = 0; i < parameters.length; i++) (parameters[i] as Parameter).name = parameterNames[i] as string;
    return parameters;
  }

  /** All parameters with their dotted names (`"0.weight"`), which become their `name`. */
  namedParameters(prefix = ""): Iterable<[string, Parameter]> {
    const { parameters, parameterNames } = this.#tracked();
    return parameters.map((parameter, i) => {
      const name = join(prefix, parameterNames[i] as string);
      parameter.name = name;
      return [name, parameter] as [string, Parameter];
    });
  }

  /** All buffers, its own first, then those of its children; shared ones once. */
  buffers(): Iterable<Tensor> {
    return this.#tracked().buffers.map(([, buffer]) => buffer);
  }

  /** All buffers with their dotted names. */
  namedBuffers(prefix = ""): Iterable<[string, Tensor]> {
    return this.#tracked().buffers.map(([name, buffer]) => [join(prefix, name), buffer] as [string, Tensor]);
  }

  /** The modules directly below; shared ones once. */
  children(): Iterable<AnyModule> {
    return new Set(this.#own().modules.map(([, module]) => module));
  }

  /** The modules directly below with their keys; shared ones once. */
  namedChildren(): Iterable<[string, AnyModule]> {
    const seen = new Set<AnyModule>();
    return this.#own()
      .modules.filter(([, module]) => !seen.has(module) && seen.add(module))
      .map(([name, module]) => [name, module] as [string, AnyModule]);
  }

  /** This module and all below it, each once. */
  modules(): Iterable<AnyModule> {
    return this.#tracked().modules.map(([, module]) => module);
  }

  /** This module (under the name `""`) and all below it with their dotted names, each once. */
  namedModules(prefix = ""): Iterable<[string, AnyModule]> {
    return this.#tracked().modules.map(([name, module]) => [join(prefix, name), module] as [string, AnyModule]);
  }

  /** Switches this module and all below it to training (or, with `false`, to evaluation). */
  train(mode = true): this {
    for (const [, module] of this.#tracked().modules) module.training = mode;
    return this;
  }

  /** Switches this module and all below it to evaluation: `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.#tracked().parameters) parameter.dropGrad();
  }

  /** Whether the parameters shall be learnt: `false` freezes them. */
  requiresGrad_(on = true): this {
    for (const parameter of this.#tracked().parameters) parameter.requiresGrad = on;
    return this;
  }

  /** Calls `fn` with every module below and at last with this one. */
  apply(fn: (module: AnyModule) => void): this {
    for (const module of this.children()) module.apply(fn);
    fn(this as unknown as AnyModule);
    return this;
  }

  /**
   * Parameters and persistent buffers under PyTorch's dotted names (`"0.weight"`). The tensors look at the
   * module's own memory: `clone()` what shall stay as it is now.
   */
  stateDict(prefix = ""): StateDict {
    return collectState(ownState, this as unknown as AnyModule, prefix);
  }

  /**
   * Copies values into the parameters and buffers. Everything is checked first: a refused call changes nothing.
   *
   * @param state a Map or an object from dotted names to tensors
   * @param options.strict false ignores missing and unexpected keys and only reports them
   * @throws {CheckpointError} listing every missing, unexpected, misshapen or mistyped entry
   */
  loadStateDict(state: StateDict | Readonly<Record<string, Tensor>>, options: LoadOptions = {}): LoadResult {
    checkedOptions("loadStateDict", options, LOAD_OPTIONS);
    return loadState(this.stateDict(), state, options);
  }

  /**
   * Calls a function before every `forward` of this module, with the module and the list of arguments; what it
   * returns, if anything, takes their place (one value alone is the only argument). Modules without hooks pay nothing.
   *
   * @param options.prepend before the hooks registered so far instead of behind them; default false
   * @returns a handle with `remove()`
   * @throws {ConfigError} when the hook is no function, or returns a number, a text or a switch
   * @example
   * const handle = model.registerForwardPreHook((module, [input]) => [input.mul(0.5)]);
   * const half = model.forward(x);
   * handle.remove();
   * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_pre_hook
   */
  registerForwardPreHook(hook: ForwardPreHook<this>, options: ForwardHookOptions = {}): HookHandle {
    return hookForward("registerForwardPreHook", this, "before", hook, options);
  }

  /**
   * Calls a function after every `forward` of this module, with the module, the list of arguments and the output;
   * what it returns, if anything, takes the output's place. `nn.Sequential` runs a layer with hooks by itself instead
   * of together with its neighbour. Hooks are not part of the state, and clones have none.
   *
   * @param options.prepend before the hooks registered so far instead of behind them; default false
   * @returns a handle with `remove()`
   * @throws {ConfigError} when the hook is no function, or returns a number, a text or a switch
   * @example
   * const shapes: (readonly number[])[] = [];
   * const handles = [...model.modules()].map((layer) =>
   *   layer.registerForwardHook((module, args, output) => void shapes.push(output.shape)),
   * );
   * model.forward(x);
   * for (const handle of handles) handle.remove();
   * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_hook
   */
  registerForwardHook(hook: ForwardHook<this>, options: ForwardHookOptions = {}): HookHandle {
    return hookForward("registerForwardHook", this, "after", hook, options);
  }

  /** What stands in parentheses after the class's name in `toString()`. */
  extraRepr(): string {
    return "";
  }

  /** The tree of modules, one line each, in PyTorch's form. */
  toString(): string {
    return describe(this.constructor.name, this.extraRepr(), this.#own().modules);
  }

  #own(): Walk {
    return this.#registry.walk(this, isModule);
  }

  // The whole tree is kept from call to call; before each use every module compares its properties
  // with what they were (no allocation), so a replaced layer or parameter is noticed at once.
  #tracked(): Tree {
    const tree = this.#tree;
    if (tree !== null) {
      let i = 0;
      while (i < tree.walks.length && (tree.modules[i] as readonly [string, AnyModule])[1].#own() === tree.walks[i])
        i++;
      if (i === tree.walks.length) return tree;
    }
    this.#tree = this.#build();
    return this.#tree;
  }

  #build(): Tree {
    const walks: Walk[] = [];
    const modules = new Map<AnyModule, string>();
    const parameters = new Map<Parameter, string>();
    const buffers = new Map<Tensor, string>();
    const visit = (module: AnyModule, prefix: string): void => {
      if (modules.has(module)) return;
      modules.set(module, prefix);
      const own = module.#own();
      walks.push(own);
      for (const [key, parameter] of own.parameters) {
        if (!parameters.has(parameter)) parameters.set(parameter, join(prefix, key));
      }
      for (const { key, tensor } of own.buffers) if (!buffers.has(tensor)) buffers.set(tensor, join(prefix, key));
      for (const [key, child] of own.modules) visit(child, join(prefix, key));
    };
    visit(this as unknown as AnyModule, "");
    return {
      walks,
      modules: [...modules].map(([module, name]) => [name, module] as const),
      parameters: [...parameters.keys()],
      parameterNames: [...parameters.values()],
      buffers: [...buffers].map(([buffer, name]) => [name, buffer] as const),
    };
  }

  static {
    ownState = (module) => module.#own();
  }
}

function isModule(value: object): value is AnyModule {
  return value instanceof Module;
}

function join(prefix: string, key: string): string {
  if (prefix === "") return key;
  return key === "" ? prefix : `${prefix}.${key}`;
}

// console.log(model) in Node prints the tree.
Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: AnyModule): string {
    return this.toString();
  },
});
