import { checkedOptions } from "../../util/index.ts";
import { type LRLambda, lambdasFor } from "./lambda-lr.ts";
import { LRScheduler, SCHEDULER_OPTIONS, type Schedulable, type SchedulerOptions } from "./lr-scheduler.ts";

/**
 * Multiplies by a function of your own: `lr(epoch) = lr(epoch − 1) · f(epoch)`, from epoch 1 on.
 *
 * @example
 * const scheduler = new optim.lrScheduler.MultiplicativeLR(optimizer, () => 0.95);
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiplicativeLR.html
 */
export class MultiplicativeLR extends LRScheduler {
  readonly lrLambdas: readonly LRLambda[];

  /**
   * @param lrLambda one function for all groups, or one for each; not saved by `stateDict()`
   * @throws {ConfigError} when there is not one for each group
   */
  constructor(optimizer: Schedulable, lrLambda: LRLambda | readonly LRLambda[], options: SchedulerOptions = {}) {
    checkedOptions("optim.lrScheduler.MultiplicativeLR", options, SCHEDULER_OPTIONS);
    const lambdas = lambdasFor("optim.lrScheduler.MultiplicativeLR", optimizer, lrLambda);
    super(optimizer, options);
    this.lrLambdas = lambdas;
    this.begin();
  }

  protected lrOf(lr: number, _baseLr: number, group: number): number {
    if (this.lastEpoch === 0) return lr;
    const lambda = this.lrLambdas[Math.min(group, this.lrLambdas.length - 1)] as LRLambda;
    return lr * lambda(this.lastEpoch);
  }
}
