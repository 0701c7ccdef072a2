import type { Module } from "../../nn/index.ts";
import type { Logger } from "./logger.ts";

/**
 * Logs the distribution of every weight (`weights/…`) and, where there is one, of its gradient (`gradients/…`). Call it
 * after a step. Loggers without histograms are passed over.
 *
 * @param step as in `logScalars`
 * @example
 * const logHistogram = (step: number, name: string) => console.log(step, name); // 0 weights/0.weight …
 * const nothing = async () => {};
 * train.loggers.logModel({ logScalars() {}, logHistogram, flush: nothing, close: nothing }, 0, model);
 */
export function logModel(logger: Logger, step: number, model: Module<never[], unknown>): void {
  if (logger.logHistogram === undefined) return;
  for (const [name, parameter] of model.namedParameters()) {
    logger.logHistogram(step, `weights/${name}`, parameter);
    // (.gradient, not .grad: looking must not count as handing the gradient out)
    if (parameter.gradient !== null) logger.logHistogram(step, `gradients/${name}`, parameter.gradient);
  }
}
