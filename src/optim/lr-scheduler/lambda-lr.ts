import { ConfigError, checkedOptions } from "../../util/index.ts";
import { LRScheduler, SCHEDULER_OPTIONS, type Schedulable, type SchedulerOptions } from "./lr-scheduler.ts";

/** A factor on the base learning rate, from the epoch. */
export type LRLambda = (epoch: number) => number;

/** One function for each group. @throws {ConfigError} when there are more or fewer, or one is none. */
export function lambdasFor(
  operation: string,
  optimizer: Schedulable,
  lrLambda: LRLambda | readonly LRLambda[],
): LRLambda[] {
  const groups = optimizer.paramGroups.length;
  const lambdas = typeof lrLambda === "function" ? new Array<LRLambda>(groups).fill(lrLambda) : [...lrLambda];
  if (lambdas.length === groups && lambdas.every((lambda) => typeof lambda === "function")) return lambdas;
  throw new ConfigError(
    operation,
    `${lambdas.length} functions`,
    `expected ${groups}, one for each group of parameters`,
    "Pass a function, or an array of as many as there are groups.",
  );
}

/**
 * `lr = base · f(epoch)` with a function of your own.
 *
 * @example
 * const scheduler = new optim.lrScheduler.LambdaLR(optimizer, (epoch) => 0.95 ** epoch);
 * @source https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html
 */
export class LambdaLR extends LRScheduler {
  readonly lrLambdas: readonly LRLambda[];

  /**
   * @param lrLambda one function for all groups, or one for each; not saved by `stateDict()`
   * @throws {ConfigError} when there is not one for each group
   */
  constructor(optimizer: Schedulable, lrLambda: LRLambda | readonly LRLambda[], options: SchedulerOptions = {}) {
    checkedOptions("optim.lrScheduler.LambdaLR", options, SCHEDULER_OPTIONS);
    const lambdas = lambdasFor("optim.lrScheduler.LambdaLR", optimizer, lrLambda);
    super(optimizer, options);
    this.lrLambdas = lambdas;
    this.begin();
  }

  protected lrOf(_lr: number, baseLr: number, group: number): number {
    const lambda = this.lrLambdas[Math.min(group, this.lrLambdas.length - 1)] as LRLambda;
    return baseLr * lambda(this.lastEpoch);
  }
}
