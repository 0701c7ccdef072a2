import { enableGrad, noGrad } from "../ops/index.ts";
import { insideBatch, markStep, promoteAmbient, scope, type Tensor } from "../tensor/index.ts";
import { ConfigError, GradientError } from "../util/index.ts";
import { checkChoice, checkNotNegative, checkWhole } from "./check.ts";
import { dot, type FlatVector, flatten, maxAbs, piecesOf, sumAbs } from "./flat-vector.ts";
import { directionOf, type LBFGSMemory, NOTHING, remember, vectorsOf } from "./lbfgs-memory.ts";
import { collectLBFGS, loadLBFGS } from "./lbfgs-state.ts";
import { type Closure, Optimizer, type OptimizerOptions } from "./optimizer.ts";
import type { GroupOptions, ParamGroup, ParamGroupInput, Params } from "./param-groups.ts";
import type { OptimizerState } from "./state-dict.ts";
import { strongWolfe, type Trial } from "./strong-wolfe.ts";

/** Options of the one group of `LBFGS`. */
export interface LBFGSGroupOptions extends GroupOptions {
  /** Iterations a step, 1 or more; default 20. */
  maxIter: number;
  /** Evaluations a step, 1 or more; default maxIter · 1.25. */
  maxEval: number;
  /** Ends a step when no element of the gradient is larger; default 1e-7. */
  toleranceGrad: number;
  /** Ends a step when loss or parameters change by less; default 1e-9. */
  toleranceChange: number;
  /** Steps remembered, 1 or more: twice the parameters' memory each; default 100. */
  historySize: number;
  /** Searches along each direction for a step that satisfies the strong Wolfe conditions, or not (null, default). */
  lineSearchFn: "strong_wolfe" | null;
}

/** Options of `LBFGS`. */
export interface LBFGSOptions extends Partial<LBFGSGroupOptions>, OptimizerOptions {}

const NONE: readonly string[] = [];

/**
 * Quasi-Newton steps from a memory of the last gradients (Nocedal 1980), for smooth objectives of whole batches.
 *
 * A step evaluates the closure several times. One group only. A value or gradient that is not finite refuses the
 * whole step, parameters and memory staying as they were before it; in a line search it only means "too far".
 * State grows to the history's size over the first steps.
 *
 * @example
 * const optimizer = new optim.LBFGS(model.parameters(), { lineSearchFn: "strong_wolfe" });
 * optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = F.mseLoss(model.forward(X), y);
 *   loss.backward();
 *   return loss;
 * });
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
 */
export class LBFGS extends Optimizer<LBFGSGroupOptions> {
  /** The closure's value at the start of the last step, NaN before the first. */
  lastLoss: number = Number.NaN;
  /** Evaluations of closures so far. */
  funcEvals = 0;
  #memory: LBFGSMemory = NOTHING;

  /**
   * @param params the parameters, or one group
   * @param options.lr default 1
   * @throws {ConfigError} for an option outside its domain, a second group, or parameters of several dtypes
   */
  constructor(params: Params<LBFGSGroupOptions>, options: LBFGSOptions = {}) {
    const maxEval = Math.max(1, Math.floor(((options?.maxIter ?? 20) * 5) / 4));
    const tolerances = { toleranceGrad: 1e-7, toleranceChange: 1e-9 };
    super(params, { lr: 1, maxIter: 20, maxEval, ...tolerances, historySize: 100, lineSearchFn: null }, options);
  }

  override addParamGroup(input: ParamGroupInput<LBFGSGroupOptions>): void {
    const params = [...input.params];
    const types = new Set(params.map((parameter) => `${parameter.dtype} on ${parameter.storage?.backend.name}`));
    if (this.paramGroups.length > 0) throw refusal("a second group", "one group");
    if (types.size > 1) throw refusal(`parameters of ${[...types].join(" and ")}`, "one dtype and backend");
    super.addParamGroup({ ...input, params });
  }

  protected checkGroup(operation: string, group: LBFGSGroupOptions): void {
    checkWhole(operation, "maxIter", group.maxIter, 1);
    checkWhole(operation, "maxEval", group.maxEval, 1);
    checkWhole(operation, "historySize", group.historySize, 1);
    checkNotNegative(operation, "toleranceGrad", group.toleranceGrad);
    checkNotNegative(operation, "toleranceChange", group.toleranceChange);
    checkChoice(operation, "lineSearchFn", group.lineSearchFn, [null, "strong_wolfe"]);
  }

  protected stateNames(): readonly string[] {
    return NONE;
  }

  protected updateParameter(): void {
    throw refusal("an update of one parameter", "step(closure)");
  }

  /**
   * Several iterations, each evaluating the closure at least once.
   *
   * @param closure clears the gradients, computes the loss, calls `backward()` on it and returns it
   * @returns whether the step was applied (false only with `nonfinite: "skip"`)
   * @throws {GradientError} when the loss or a gradient is NaN or infinite, or no parameter has one
   */
  override step(closure?: Closure): boolean {
    if (typeof closure !== "function") throw refusal("step() without a closure", "a closure that returns the loss");
    if (this.stepCount === 0) promoteAmbient();
    const applied = noGrad(() => this.#iterate(closure));
    if (applied) this.stepCount++;
    else this.skippedCount++;
    if (!insideBatch()) markStep();
    return applied;
  }

  /**
   * The memory by parameter name: `prev_flat_grad`, `last_step`, and `old_dirs.i`, `old_stps.i` (oldest first), each
   * in the parameter's shape; `step` counts iterations. The tensors look at the optimizer's own memory.
   */
  override stateDict(): OptimizerState {
    return collectLBFGS(super.stateDict(), this.#params(), this.#memory);
  }

  override loadStateDict(state: OptimizerState): void {
    const group = this.paramGroups[0] as ParamGroup<LBFGSGroupOptions>;
    const own = super.stateDict(); // no tensors: keys and options
    const loaded = loadLBFGS("optim.LBFGS", state, own, this.#params());
    // keys, groups and options; nothing is changed when they are refused
    super.loadStateDict({
      paramGroups: state.paramGroups,
      state: new Map([...state.state].map(([key, { step }]) => [key, { step, tensors: new Map() }])),
    });
    this.#commit(noGrad(() => loaded(group.historySize)));
  }

  #params(): Tensor[] {
    return (this.paramGroups[0] as ParamGroup<LBFGSGroupOptions>).params;
  }

  #iterate(closure: Closure): boolean {
    const group = this.paramGroups[0] as ParamGroup<LBFGSGroupOptions>;
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize } = group;
    const params = group.params;
    const origin = flatten(params, params);
    const refuse = (): false => {
      this.#moveTo(origin, origin, 0);
      return false;
    };
    let now: Evaluation | null;
    try {
      now = this.#evaluate(closure);
      if (now === null) return refuse();
      this.lastLoss = now.loss;
      let memory = this.#memory;
      let evaluations = 1;
      for (let n = 1; n <= maxIter && maxAbs(now.grad) > toleranceGrad; n++) {
        const { corrections, scale } = remember(memory, now.grad, historySize);
        const grad: FlatVector = now.grad;
        const before: number = now.loss;
        const d = memory.last === null ? grad.neg() : directionOf(grad, corrections, scale);
        let t = memory.iterations === 0 ? Math.min(1, 1 / sumAbs(grad)) * lr : lr;
        const iterations = memory.iterations + 1;
        const slope = dot(grad, d);
        memory = { iterations, corrections, scale, last: { grad, step: d.mul(t) } };
        if (slope > -toleranceChange) break;
        if (group.lineSearchFn !== null) {
          const here = flatten(params, params);
          const reach = maxAbs(d);
          const start: Trial<FlatVector> = { t: 0, loss: before, slope, point: grad };
          const evaluate = (at: number): Trial<FlatVector> => {
            this.#moveTo(here, d, at);
            return trialAt(at, this.#measure(closure), d);
          };
          const { best, evaluations: more } = strongWolfe({ start, first: t, reach, toleranceChange, evaluate });
          t = best.t;
          evaluations += more;
          now = { loss: best.loss, grad: best.point };
          this.#moveTo(here, d, t);
          if (!Number.isFinite(best.loss)) return this.#refuseLoss(best.loss, refuse);
        } else {
          this.#moveTo(flatten(params, params), d, t);
          if (n !== maxIter) {
            now = this.#evaluate(closure);
            if (now === null) return refuse();
            evaluations++;
          }
        }
        const step = d.mul(t);
        memory = { ...memory, last: { grad, step } };
        if (evaluations >= maxEval || maxAbs(step) <= toleranceChange) break;
        if (Math.abs(now.loss - before) < toleranceChange) break;
      }
      this.#commit(memory);
      return true;
    } catch (error) {
      refuse();
      throw error;
    }
  }

  /** Loss and gradient where the parameters are. */
  #measure(closure: Closure): Evaluation {
    this.funcEvals++;
    const loss = scope(() => enableGrad(closure).item());
    const params = this.#params();
    return {
      loss,
      grad: flatten(
        params.map((parameter) => parameter.gradient),
        params,
      ),
    };
  }

  /** The same, or null where it is to be skipped because something is not finite. */
  #evaluate(closure: Closure): Evaluation | null {
    const now = this.#measure(closure);
    if (!this.ready()) return null;
    if (Number.isFinite(now.loss)) return now;
    return this.#refuseLoss(now.loss, () => null);
  }

  #refuseLoss<T>(loss: number, skip: () => T): T {
    if (this.nonfinite === "skip") return skip();
    throw new GradientError(
      "optim.LBFGS",
      `the closure's loss is ${loss}`,
      "expected a finite loss; nothing was changed",
      'Lower lr, use lineSearchFn: "strong_wolfe", or pass { nonfinite: "skip" }.',
    );
  }

  // parameters ← origin + t · direction
  #moveTo(origin: FlatVector, direction: FlatVector, t: number): void {
    const params = this.#params();
    const target = t === 0 ? origin : origin.add(direction.mul(t));
    piecesOf(target, params).forEach((piece, i) => {
      const parameter = params[i] as Tensor;
      parameter.storage.backend.copy(piece, parameter);
      parameter.storage.version++;
    });
  }

  // What the new memory holds outlives the step; what only the old one held is freed.
  #commit(memory: LBFGSMemory): void {
    const now = vectorsOf(memory);
    for (const vector of now) vector.keep();
    for (const vector of vectorsOf(this.#memory)) if (!now.has(vector)) vector.release();
    this.#memory = memory;
  }
}

interface Evaluation {
  loss: number;
  grad: FlatVector;
}

function trialAt(t: number, { loss, grad }: Evaluation, d: FlatVector): Trial<FlatVector> {
  const slope = dot(grad, d);
  return { t, loss: Number.isFinite(slope) ? loss : Number.POSITIVE_INFINITY, slope, point: grad };
}

function refusal(got: string, expected: string): ConfigError {
  return new ConfigError("optim.LBFGS", got, `expected ${expected}`, "See the example in its documentation.");
}
