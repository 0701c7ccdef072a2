import { onSignals } from "../util/platform/index.ts";
import type { Trainer } from "./trainer.ts";

/**
 * At SIGINT and SIGTERM the trainer finishes its step, saves, and `fit` returns; `trainer.outcome` then says
 * `interrupted`, and what it printed says how to resume. A second signal ends the process at once: the checkpoint of
 * before stays good.
 *
 * @returns stops listening; call it when `fit` has returned
 * @example
 * const trainer = new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 2, log: null });
 * const stopListening = train.stopOnSignals(trainer);
 * await trainer.fit(trainLoader);
 * stopListening();
 */
export function stopOnSignals(
  trainer: Pick<Trainer, "requestStop">,
  signals: readonly string[] = ["SIGINT", "SIGTERM"],
): () => void {
  return onSignals(signals, (signal) => trainer.requestStop(signal));
}
