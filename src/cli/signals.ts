import type { Trainer } from "../train/index.ts";

/**
 * SIGINT and SIGTERM let the trainer finish its step, save and end; a second one ends the process at once.
 *
 * @returns takes the handlers away again
 */
export function stopOnSignals(trainer: Trainer): () => void {
  let asked = false;
  const handle = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(130);
    asked = true;
    trainer.requestStop(signal);
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return () => {
    process.off("SIGINT", handle);
    process.off("SIGTERM", handle);
  };
}
