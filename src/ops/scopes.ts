import { runScope, setGradEnabled } from "../tensor/index.ts";

function withGrad<T>(operation: string, on: boolean, fn: () => T): T {
  const before = setGradEnabled(on);
  try {
    return on ? fn() : runScope(operation, fn);
  } finally {
    setGradEnabled(before);
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

/** Runs `fn` with recording on, also inside `noGrad`. */
export function enableGrad<T>(fn: () => T): T {
  return withGrad("enableGrad", true, fn);
}
