import { withHook } from "../callback.ts";
import { captureBest, captureRun } from "./checkpoint.ts";
import type { TrainingLoop } from "./loop.ts";

/** Decides when a run is saved, and saves it. */
export class Saver {
  readonly #loop: TrainingLoop;
  #savedAt = 0;

  constructor(loop: TrainingLoop) {
    this.#loop = loop;
  }

  begin(now: number): void {
    this.#savedAt = now;
  }

  /** After a step. */
  isDue(now: number): boolean {
    const { store, trainer, progress } = this.#loop;
    if (store === null) return false;
    const { everySteps, everyMinutes } = trainer.settings.checkpoint;
    if (everySteps !== null && progress.step % everySteps === 0) return true;
    return everyMinutes !== null && now - this.#savedAt >= everyMinutes * 60_000;
  }

  /** @param epochs finished so far */
  isDueAfterEpoch(epochs: number): boolean {
    const { everyEpochs } = this.#loop.trainer.settings.checkpoint;
    return everyEpochs !== null && epochs % everyEpochs === 0;
  }

  /** Saves `latest`; does nothing without a run. */
  async save(): Promise<void> {
    const { store, trainer, parts, recorder } = this.#loop;
    if (store === null) return;
    if (recorder.hasLoggers) {
      this.#pause();
      await recorder.flush(); // a resume from this checkpoint goes on behind what was logged before it
    }
    const progress = this.#loop.settle();
    await this.#attempt(() => store.saveLatest(captureRun(parts, progress)));
    this.#savedAt = performance.now();
    for (const each of withHook(trainer.callbacks, "onCheckpoint")) await each.onCheckpoint(trainer, progress.step);
  }

  async saveBest(): Promise<void> {
    const { store, parts, progress } = this.#loop;
    if (store !== null) await this.#attempt(() => store.saveBest(captureBest(parts, progress)));
  }

  #pause(): void {
    this.#loop.train.pause();
    this.#loop.val?.pause();
  }

  async #attempt(save: () => Promise<unknown>): Promise<void> {
    const { trainer, recorder } = this.#loop;
    try {
      const saving = save(); // looks at live memory: nothing may run in between
      this.#pause();
      await saving;
    } catch (error) {
      if (trainer.settings.checkpoint.onFailure === "stop") throw error;
      recorder.display.note(`not saved: ${(error as Error).message}`);
    }
  }
}
