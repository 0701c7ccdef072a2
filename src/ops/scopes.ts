import { runScope, setGradEnabled as setMode } from "../tensor/index.ts";

function withGrad<T>(operation: string, on: boolean, fn: () => T): T {
  const before = setMode(on);
  try {
    return on ? fn() : runScope(operation, fn);
  } finally {
    setMode(before);
  }
}

/**
 * Runs `fn` without recording, and frees everything made inside but what it returns.
 *
 * @throws {ConfigError} when `fn` returns a promise
 * @example
 * const validationLoss = noGrad(() => F.mseLoss(model.forward(xVal), yVal).item());
 */
export function noGrad<T>(fn: () => T): T {
  return withGrad("noGrad", false, fn);
}

/**
 * Runs `fn` with recording on, also inside `noGrad`.
 *
 * @example
 * noGrad(() => enableGrad(() => isGradEnabled())); // true
 */
export function enableGrad<T>(fn: () => T): T {
  return withGrad("enableGrad", true, fn);
}

/**
 * Switches recording on or off from here on.
 *
 * @source https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.set_grad_enabled.html
 * @example
 * setGradEnabled(false);
 * const y = model.forward(X); // not recorded
 * setGradEnabled(true);
 */
export function setGradEnabled(on: boolean): void;
/**
 * Runs `fn` with recording on or off: `enableGrad(fn)` or `noGrad(fn)`.
 *
 * @throws {ConfigError} when recording is off and `fn` returns a promise
 * @example
 * const training = false;
 * const y = setGradEnabled(training, () => model.forward(X));
 */
export function setGradEnabled<T>(on: boolean, fn: () => T): T;
export function setGradEnabled<T>(on: boolean, fn?: () => T): T | undefined {
  if (fn !== undefined) return on ? enableGrad(fn) : noGrad(fn);
  setMode(on);
  return undefined;
}
