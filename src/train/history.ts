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
  /** The best so far: the lowest validation loss (without validation: training loss), or what `monitor` says. */
  best: boolean;
  /** Optimizer steps of the run when the epoch ended. */
  step?: number;
  /** Figures of the validation data, or of `evaluate`, by name. */
  metrics?: Record<string, number>;
  /** Figures of the training data by name. */
  trainMetrics?: Record<string, number>;
  /** Figures of the training itself at the epoch's end (the Trainer's option `figures`). */
  figures?: Record<string, number>;
  /** The largest gradient norm among the epoch's steps, before clipping. */
  gradNormMax?: number;
  /** Mean gradient norm of each parameter, from the input to the output (see `GradientProbe`). */
  parameterGradNorms?: Record<string, number>;
  /** Share (0 to 1) of a layer's units that no sample reaches, by the name of its weight (see `GradientProbe`). */
  deadUnits?: Record<string, number>;
}

/**
 * The epochs of a run, in order.
 *
 * @example
 * const history = await new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 2, log: null }).fit(loader);
 * console.log(history.epochs.map(({ trainLoss }) => trainLoss));
 */
export class History {
  readonly epochs: EpochRecord[] = [];
  /** How many epochs the run is meant to have; null when nobody said. */
  plannedEpochs: number | null = null;
  /** The loss of the first batch, before the first update; null when nobody kept it. */
  initialLoss: number | null = null;
  /** The loss of the best constant prediction (see `constantLossOf`); null when nobody worked it out. */
  constantLoss: number | null = null;
  /**
   * The loss is measured against something that moves (an agent's own estimates), and another figure judges the run:
   * the shape of the loss curves then says nothing.
   */
  movingTarget = false;

  /** The best epoch (see `EpochRecord.best`); null before the first. */
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
