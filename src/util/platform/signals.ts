interface Process {
  on(event: string, fn: (signal: string) => void): unknown;
  off(event: string, fn: (signal: string) => void): unknown;
  kill(pid: number, signal: string): unknown;
  readonly pid: number;
}

/**
 * Calls `fn` at the first signal; a second one ends the process as if nobody listened. Does nothing in a browser.
 *
 * @returns stops listening
 */
export function onSignals(signals: readonly string[], fn: (signal: string) => void): () => void {
  const { process } = globalThis as unknown as { process?: Process };
  if (typeof process?.on !== "function") return () => {};
  let seen = false;
  const stop = (): void => {
    for (const signal of signals) process.off(signal, listener);
  };
  const listener = (signal: string): void => {
    if (seen) {
      stop();
      process.kill(process.pid, signal);
    } else {
      seen = true;
      fn(signal);
    }
  };
  for (const signal of signals) process.on(signal, listener);
  return stop;
}
