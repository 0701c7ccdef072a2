/** The sums behind a mean in which every sample counts alike; plain values, for a checkpoint. */
export interface MeanState {
  sum: number;
  samples: number;
  batches: number;
}

/** A mean in which every sample counts alike, whatever the size of its batch. */
export class SampleMean {
  state: MeanState = { sum: 0, samples: 0, batches: 0 };

  reset(): void {
    this.state = { sum: 0, samples: 0, batches: 0 };
  }

  add(loss: number, samples: number): void {
    const { state } = this;
    state.sum += loss * samples;
    state.samples += samples;
    state.batches++;
  }

  /** NaN before the first sample. */
  get value(): number {
    return this.state.sum / this.state.samples;
  }
}
