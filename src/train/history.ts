/** What one epoch left behind. */
export interface EpochRecord {
  /** Counts from 0. */
  epoch: number;
  /** Mean over the samples of the epoch, each weighted alike. */
  trainLoss: number;
  /** Mean over the validation samples; null without a validation loader. */
  valLoss: number | null;
  /** Learning rate of the first parameter group during the epoch. */
  lr: number;
  /** Mean gradient norm over the epoch's steps, before clipping; null when it is not measured. */
  gradNorm: number | null;
  /** The lowest validation loss so far (without validation: training loss). */
  best: boolean;
}

/** The epochs of a run, in order. */
export class History {
  readonly epochs: EpochRecord[] = [];

  /** The epoch with the lowest validation loss (without validation: training loss); null before the first. */
  get best(): EpochRecord | null {
    let best: EpochRecord | null = null;
    for (const record of this.epochs) if (record.best) best = record;
    return best;
  }

  /** The last epoch; null before the first. */
  get last(): EpochRecord | null {
    return this.epochs[this.epochs.length - 1] ?? null;
  }

  /** For `JSON.stringify`. */
  toJSON(): EpochRecord[] {
    return this.epochs;
  }
}
