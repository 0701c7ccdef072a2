let enabled = true;

/**
 * Whether operations are being recorded for `backward()`.
 *
 * @example
 * isGradEnabled(); // true
 * noGrad(() => isGradEnabled()); // false
 */
export function isGradEnabled(): boolean {
  return enabled;
}

/** Switches recording and returns what it was; callers restore it in a `finally`. */
export function setGradEnabled(on: boolean): boolean {
  const before = enabled;
  enabled = on;
  return before;
}
