import type { UpdateRule } from "../engine/index.ts";
import { enableGrad } from "../ops/index.ts";
import { beginStep, insideBatch, MOVED_LENGTH, markStep, promoteAmbient, type Tensor } from "../tensor/index.ts";
import {
  ConfigError,
  checkedOptions,
  GradientError,
  type HookHandle,
  hookAfter,
  hookBefore,
  type OptionKinds,
  type Shape,
} from "../util/index.ts";
import { checkNotNegative } from "./check.ts";
import { nonfiniteGradient } from "./nonfinite.ts";
import { checkedAgainst, copyOptions, definedIn } from "./options.ts";
import {
  asGroups,
  checkedParams,
  type GroupOptions,
  type ParamGroup,
  type ParamGroupInput,
  type Params,
} from "./param-groups.ts";
import { filledFor, labelOf, nameSlots, type Slot } from "./slot.ts";
import { collectState, loadState, type OptimizerState } from "./state-dict.ts";
import { checkHook, type StepArguments, type StepPostHook, type StepPreHook } from "./step-hooks.ts";
import { updateThrough } from "./update-through.ts";

/** Options that every optimizer takes. */
export interface OptimizerOptions {
  /**
   * What `step()` does when a gradient is NaN or infinite: `"throw"` (default) a GradientError that names
   * the parameter, or `"skip"` the step and return false. Parameters and state stay as they are either way.
   */
  nonfinite?: "throw" | "skip";
}

/** What a group has besides its options. */
const GROUP_FIELDS = { params: null, initialLr: 0 };

/** Computes the gradients anew (clear, forward, backward) and returns the loss. */
export type Closure = () => Tensor;

/** Options of `step`. */
export interface StepOptions {
  /** The caller has measured all gradients and found them finite: they are not looked at again. Default false. */
  finite?: boolean;
}

/** Options of `zeroGrad`. */
export interface ZeroGradOptions {
  /** Forget the gradients (default) instead of filling them with zeros. */
  setToNone?: boolean;
}

const STEP_OPTIONS: OptionKinds<StepOptions> = { finite: "boolean" };
const ZERO_GRAD_OPTIONS: OptionKinds<ZeroGradOptions> = { setToNone: "boolean" };

/**
 * Base class of optimizers: changes parameters by their gradients.
 *
 * A subclass says which options are right (`checkGroup`), which state a parameter has (`stateNames`,
 * `makeState`) and how one is updated (`updateParameter`). These run during construction, before the
 * subclass's own fields exist: they use their arguments only.
 *
 * @example
 * for (const [input, target] of loader) {
 *   optimizer.zeroGrad();
 *   F.mseLoss(model.forward(input), target).backward();
 *   optimizer.step();
 * }
 * @source https://docs.pytorch.org/docs/stable/optim.html
 */
export abstract class Optimizer<O extends GroupOptions = GroupOptions> {
  /** The groups; `lr` and the other options may be changed between steps. */
  readonly paramGroups: ParamGroup<O>[] = [];
  /** What happens at a gradient that is NaN or infinite. */
  nonfinite: "throw" | "skip";
  /** Steps applied so far. */
  stepCount = 0;
  /** Steps not applied so far, with `nonfinite: "skip"`; schedules do not count them. */
  skippedCount = 0;
  /** Options of groups that do not say their own. */
  readonly defaults: Readonly<O>;
  readonly #slots: Map<Tensor, Slot> = new Map();
  readonly #name: string;

  /**
   * @param params parameters, or groups `{ params, lr, … }` with options of their own
   * @param defaults every option a group has, with what it is unless `options` or the group say otherwise
   * @param options what the user gave; an unknown name, or text where the default is a number, is refused
   * @throws {ConfigError} for an empty list, a repeated parameter, or an option outside its domain
   */
  constructor(params: Params<O>, defaults: O, options: Partial<O> & OptimizerOptions = {}) {
    this.#name = `optim.${new.target.name}`;
    const { nonfinite = "throw", ...given } = checkedAgainst(this.#name, options, { ...defaults, nonfinite: "throw" });
    this.defaults = { ...defaults, ...definedIn(given) };
    this.nonfinite = nonfinite;
    if (this.nonfinite !== "throw" && this.nonfinite !== "skip") {
      throw new ConfigError(this.#name, `nonfinite is ${this.nonfinite}`, 'expected "throw" or "skip"', "Choose one.");
    }
    for (const group of asGroups(this.#name, params)) this.addParamGroup(group);
    if (![...this.#slots.keys()].some((parameter) => parameter.requiresGrad)) {
      throw new ConfigError(
        this.#name,
        "no parameter requires a gradient",
        "expected at least one that does",
        "Unfreeze what shall be learnt: module.requiresGrad_(true).",
      );
    }
    promoteAmbient();
  }

  /** @throws {ConfigError} when an option is outside its domain. */
  protected abstract checkGroup(operation: string, group: O): void;
  /** The state tensors of a parameter under these options, in the order of the kernel. */
  protected abstract stateNames(group: O, parameter: Tensor): readonly string[];
  /** Updates one parameter; `grad` is finite. `slot.steps` does not count this step yet. */
  protected abstract updateParameter(slot: Slot, grad: Tensor, group: ParamGroup<O>): void;

  /** Of a state tensor: the parameter's, unless a subclass says otherwise. */
  protected stateShape(_name: string, parameter: Tensor): Shape {
    return parameter.shape;
  }

  /** A state tensor as it starts: zeros. */
  protected makeState(name: string, parameter: Tensor, _group: O): Tensor {
    return filledFor(parameter, this.stateShape(name, parameter));
  }

  /** @throws {ConfigError} for a parameter that this optimizer cannot learn. */
  protected checkParameter(_operation: string, _parameter: Tensor): void {}

  /**
   * Adds parameters with options of their own, for example layers unfrozen during training.
   *
   * @throws {ConfigError} as the constructor
   */
  addParamGroup(input: ParamGroupInput<O>): void {
    const own = checkedAgainst(`${this.#name} group`, input, { ...this.defaults, ...GROUP_FIELDS });
    const params = checkedParams(this.#name, input.params, this.#slots);
    const group = { ...copyOptions(this.defaults), ...definedIn(own), params } as ParamGroup<O>;
    this.#check(group);
    for (const parameter of params) this.checkParameter(this.#name, parameter);
    const slots = params.map((parameter) => this.#makeSlot(parameter, group));
    this.paramGroups.push(group);
    for (const slot of slots) this.#slots.set(slot.parameter, slot);
    nameSlots([...this.#slots.values()]);
  }

  /**
   * Forgets the gradients: the first of the four lines of a step. Outside a loader, the tensors of the
   * step before are freed here.
   */
  zeroGrad(options: ZeroGradOptions = {}): void {
    checkedOptions("zeroGrad", options, ZERO_GRAD_OPTIONS);
    if (!insideBatch()) beginStep(MOVED_LENGTH);
    const drop = options.setToNone ?? true;
    for (const group of this.paramGroups) {
      for (const parameter of group.params) {
        const grad = parameter.gradient;
        if (grad === null) continue;
        if (drop) {
          parameter.dropGrad();
        } else {
          grad.storage.backend.fill(grad, 0);
          grad.storage.version++;
        }
      }
    }
  }

  /**
   * Changes every parameter that has a gradient. All gradients are checked before the first change.
   *
   * @param closure called first, with recording on, when given; most loops call `backward()` themselves
   * @param options `finite` for a loop that has taken the norm of all gradients already
   * @returns whether the step was applied (false only with `nonfinite: "skip"`)
   * @throws {GradientError} when no parameter has a gradient, or one is NaN or infinite
   * @throws {ConfigError} when an option was changed to something outside its domain
   */
  step(closure?: Closure, options?: StepOptions): boolean {
    checkedOptions("step", options, STEP_OPTIONS);
    if (closure !== undefined) enableGrad(closure);
    if (!this.ready(options?.finite === true)) {
      this.skippedCount++;
      if (!insideBatch()) markStep();
      return false;
    }
    if (this.stepCount === 0) promoteAmbient();
    for (const group of this.paramGroups) {
      for (const parameter of group.params) {
        const grad = parameter.gradient;
        if (grad === null) continue;
        const slot = this.#slotOf(parameter);
        this.updateParameter(slot, grad, group);
        slot.steps++;
        slot.fresh = false;
        parameter.storage.version++;
      }
    }
    this.stepCount++;
    if (!insideBatch()) markStep();
    return true;
  }

  /**
   * Calls a function before every `step`, with the optimizer and the arguments; a list that it returns takes their
   * place. Optimizers without hooks pay nothing.
   *
   * @returns a handle with `remove()`
   * @throws {ConfigError} when the hook is no function
   * @example
   * const handle = optimizer.registerStepPreHook(() => nn.utils.clipGradValue_(model.parameters(), 1));
   * loss.backward();
   * optimizer.step();
   * handle.remove();
   * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_step_pre_hook.html
   */
  registerStepPreHook(hook: StepPreHook<this>): HookHandle {
    checkHook("registerStepPreHook", hook);
    return hookBefore(this, "step", (_, args) => hook(this, args as StepArguments) as unknown[] | undefined);
  }

  /**
   * Calls a function after every `step`, with the optimizer, the arguments and whether the step was applied.
   *
   * @returns a handle with `remove()`
   * @throws {ConfigError} when the hook is no function
   * @example
   * let applied = 0;
   * optimizer.registerStepPostHook((_optimizer, _args, wasApplied) => void (applied += Number(wasApplied)));
   * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_step_post_hook.html
   */
  registerStepPostHook(hook: StepPostHook<this>): HookHandle {
    checkHook("registerStepPostHook", hook);
    const after = (_: object, args: unknown[], applied: unknown): undefined => {
      hook(this, args as StepArguments, applied as boolean);
    };
    return hookAfter(this, "step", after);
  }

  /**
   * Step counts and state tensors by parameter name, and the groups' options. The tensors look at the
   * optimizer's own memory: `clone()` what shall stay as it is now.
   */
  stateDict(): OptimizerState {
    return collectState(this.paramGroups, (parameter) => this.#slotOf(parameter));
  }

  /**
   * Takes over a state. Everything is checked first: a refused call changes nothing.
   *
   * @throws {CheckpointError} listing every parameter, option, shape or dtype that differs
   */
  loadStateDict(state: OptimizerState): void {
    loadState(this.#name, state, this.paramGroups, (parameter) => this.#slotOf(parameter), {
      check: (group) => this.#check(group),
      stateNames: (group, parameter) => this.stateNames(group, parameter),
      stateShape: (name, parameter) => this.stateShape(name, parameter),
      rebuild: (slot, group) => this.rebuildState(slot, group),
    });
  }

  /** Makes a parameter's state tensors anew, after an option that decides them has changed. */
  protected rebuildState(slot: Slot, group: O): void {
    slot.names = this.stateNames(group, slot.parameter);
    slot.tensors = slot.names.map((name) => this.makeState(name, slot.parameter, group));
    slot.fresh = true;
  }

  /** After an option that decides the state may have changed: what stays needed is kept, the rest made or dropped. */
  protected adaptState(slot: Slot, group: O): void {
    const names = this.stateNames(group, slot.parameter);
    if (names === slot.names) return;
    const { names: before, tensors } = slot;
    slot.names = names;
    slot.tensors = names.map((name) => tensors[before.indexOf(name)] ?? this.makeState(name, slot.parameter, group));
  }

  /** One call of an update kernel with what the slot holds. */
  protected updateWith(rule: UpdateRule, slot: Slot, grad: Tensor, state: readonly Tensor[] = slot.tensors): void {
    const { parameter } = slot;
    if (parameter.packed && grad.packed) {
      parameter.storage.backend.update(rule, parameter, grad, state, slot.hyper);
    } else {
      updateThrough(rule, parameter, grad, state, slot.hyper);
    }
  }

  /**
   * Everything that can be refused is refused here, before the first parameter changes.
   *
   * @param finite the gradients are known to be finite
   * @returns false when a gradient is not finite and such steps are to be skipped
   */
  protected ready(finite = false): boolean {
    let some = false;
    for (const group of this.paramGroups) {
      this.#check(group);
      for (const parameter of group.params) {
        const grad = parameter.gradient;
        if (grad === null) continue;
        some = true;
        if (finite) continue;
        const at = grad.storage.backend.firstNonfinite(grad);
        if (at < 0) continue;
        if (this.nonfinite === "skip") return false;
        throw nonfiniteGradient(this.#name, labelOf(this.#slotOf(parameter)), grad, at);
      }
    }
    if (some) return true;
    throw new GradientError(
      this.#name,
      "no parameter has a gradient",
      "expected at least one",
      "Call loss.backward() before step(), and check that the loss was computed from these parameters.",
    );
  }

  #check(group: ParamGroup<O>): void {
    checkNotNegative(this.#name, "lr", group.lr);
    this.checkGroup(this.#name, group);
  }

  #makeSlot(parameter: Tensor, group: ParamGroup<O>): Slot {
    const slot: Slot = { parameter, key: "", steps: 0, fresh: true, names: [], tensors: [], hyper: [] };
    this.rebuildState(slot, group);
    return slot;
  }

  #slotOf(parameter: Tensor): Slot {
    const slot = this.#slots.get(parameter);
    if (slot !== undefined) return slot;
    throw new ConfigError(
      this.#name,
      "a group holds a parameter that was put into its list by hand",
      "expected those it was made with",
      "Use optimizer.addParamGroup({ params: [...] }).",
    );
  }
}
