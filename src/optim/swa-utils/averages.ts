import { clone, contiguous } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError } from "../../util/index.ts";

/** The new average from the old one, the model's value and the number of values averaged so far. */
export type AvgFn = (averaged: Tensor, current: Tensor, numAveraged: number) => Tensor;

/** The same in place for many tensors. */
export type MultiAvgFn = (averaged: readonly Tensor[], current: readonly Tensor[], numAveraged: number) => void;

/**
 * The exponential moving average `a ← decay·a + (1 − decay)·p`, in place; one kernel call a tensor.
 *
 * @param decay in [0, 1]; default 0.999
 * @throws {ConfigError} for a decay outside [0, 1]
 * @example
 * const { AveragedModel, getEmaMultiAvgFn } = optim.swaUtils;
 * const averaged = new AveragedModel(model, { multiAvgFn: getEmaMultiAvgFn(0.99) });
 * averaged.updateParameters(); // after each step
 * @source https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
 */
export function getEmaMultiAvgFn(decay = 0.999): MultiAvgFn {
  checkDecay("getEmaMultiAvgFn", decay);
  return (averaged, current) => lerpAll(averaged, current, 1 - decay);
}

/**
 * The mean of all values, `a ← a + (p − a)/(n + 1)`, in place.
 *
 * @example
 * const { AveragedModel, getSwaMultiAvgFn } = optim.swaUtils;
 * const averaged = new AveragedModel(model, { multiAvgFn: getSwaMultiAvgFn() });
 * averaged.updateParameters(); // after each step
 * @source https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
 */
export function getSwaMultiAvgFn(): MultiAvgFn {
  return (averaged, current, numAveraged) => lerpAll(averaged, current, 1 / (numAveraged + 1));
}

/**
 * `getEmaMultiAvgFn` for one tensor, as a new one.
 *
 * @throws {ConfigError} for a decay outside [0, 1]
 * @example
 * const { AveragedModel, getEmaAvgFn } = optim.swaUtils;
 * const averaged = new AveragedModel(model, { avgFn: getEmaAvgFn(0.99) });
 * averaged.updateParameters(); // after each step
 * @source https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
 */
export function getEmaAvgFn(decay = 0.999): AvgFn {
  checkDecay("getEmaAvgFn", decay);
  return (averaged, current) => lerped(averaged, current, 1 - decay);
}

/**
 * `getSwaMultiAvgFn` for one tensor, as a new one.
 *
 * @example
 * const { AveragedModel, getSwaAvgFn } = optim.swaUtils;
 * const averaged = new AveragedModel(model, { avgFn: getSwaAvgFn() });
 * averaged.updateParameters(); // after each step
 * @source https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
 */
export function getSwaAvgFn(): AvgFn {
  return (averaged, current, numAveraged) => lerped(averaged, current, 1 / (numAveraged + 1));
}

function lerped(averaged: Tensor, current: Tensor, weight: number): Tensor {
  const next = contiguous(clone(averaged.detach()));
  lerpAll([next], [current], weight);
  return next;
}

/** averaged += weight · (current − averaged); the averages are row-major. */
function lerpAll(averaged: readonly Tensor[], current: readonly Tensor[], weight: number): void {
  averaged.forEach((average, i) => {
    const { backend } = average.storage;
    backend.update("lerp", average, contiguous((current[i] as Tensor).detach()), [], [weight, 0]);
    average.storage.version++;
  });
}

function checkDecay(name: string, decay: number): void {
  if (typeof decay === "number" && decay >= 0 && decay <= 1) return;
  const operation = `optim.swaUtils.${name}`;
  throw new ConfigError(
    operation,
    `decay is ${decay}`,
    "expected a number from 0 to 1",
    "Usual values: 0.99 to 0.9999.",
  );
}
