import { positive, wholeNumber } from "./config.ts";
import { type Module, utils } from "../nn/index.ts";
import { noGrad } from "../ops/index.ts";
import type { lrScheduler, Optimizer } from "../optim/index.ts";
import type { Parameter, Tensor } from "../tensor/index.ts";
import { DataError } from "../util/index.ts";
import { nextTurn } from "../util/platform/index.ts";
import { BestWeights } from "./best-weights.ts";
import { type EpochRecord, History } from "./history.ts";
import { trainStep } from "./step.ts";
import { tableHeader, tableRow } from "./table.ts";

/** A batch of supervised data: inputs and what they should give. */
export type SupervisedBatch = readonly [input: Tensor, target: Tensor, ...rest: Tensor[]];

/** What a `Trainer` needs. */
export interface TrainerOptions {
  model: Module<[Tensor], Tensor>;
  optimizer: Optimizer;
  /** The mean loss of a batch, a scalar: `F.mseLoss`, `new nn.CrossEntropyLoss()` and so on. */
  loss: ((prediction: Tensor, target: Tensor) => Tensor) | Module<[Tensor, Tensor], Tensor>;
  /** Passes over the training data, 1 or more. */
  epochs: number;
  /** Stepped once after every epoch. */
  scheduler?: lrScheduler.LRScheduler;
  /** Global gradient norm above which gradients are scaled down; default 1.0, null to leave them alone. */
  clipGradNorm?: number | null;
  /** Put the weights of the best epoch back at the end. Default true. */
  restoreBest?: boolean;
  /** Where the table's lines go; null for silence. Default `console.log`. */
  log?: ((line: string) => void) | null;
}

/**
 * The loop around the inner loop: epochs, validation, the table, the best weights.
 *
 * Losses are averaged over samples, so that a smaller last batch does not count too much; this assumes
 * that `loss` is the mean over its batch.
 *
 * @example
 * const trainer = new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 60 });
 * const history = await trainer.fit(trainLoader, valLoader);
 * console.log(`best epoch ${history.best?.epoch}`);
 */
export class Trainer {
  readonly model: Module<[Tensor], Tensor>;
  readonly optimizer: Optimizer;
  readonly epochs: number;
  readonly history: History = new History();
  readonly #loss: (prediction: Tensor, target: Tensor) => Tensor;
  readonly #scheduler: lrScheduler.LRScheduler | undefined;
  readonly #maxNorm: number;
  readonly #restoreBest: boolean;
  readonly #log: ((line: string) => void) | null;
  readonly #best: BestWeights;

  constructor(options: TrainerOptions) {
    this.model = options.model;
    this.optimizer = options.optimizer;
    this.epochs = wholeNumber("Trainer", "epochs", options.epochs);
    const { loss } = options;
    this.#loss = typeof loss === "function" ? loss : (prediction, target) => loss.forward(prediction, target);
    this.#scheduler = options.scheduler;
    const clip = options.clipGradNorm === undefined ? 1.0 : options.clipGradNorm;
    // Infinity measures the norm and leaves the gradients alone.
    this.#maxNorm = clip === null ? Infinity : positive("Trainer", "clipGradNorm", clip);
    this.#restoreBest = options.restoreBest ?? true;
    this.#log = options.log === undefined ? (line) => console.log(line) : options.log;
    this.#best = new BestWeights(options.model);
  }

  /** The best weights so far, by PyTorch's names; null before the first epoch. */
  get bestState(): ReadonlyMap<string, Tensor> | null {
    return this.#best.state;
  }

  /**
   * Trains, and after every epoch measures the loss on `valLoader`. Between epochs other work of the
   * program gets its turn; the steps of an epoch run without a pause.
   *
   * @param trainLoader batches `[input, target]`
   * @param valLoader the same; without it the training loss decides which epoch was best
   * @returns the history, which is also `trainer.history`
   * @throws {DataError} when a loader gives no batch
   */
  async fit(trainLoader: Iterable<SupervisedBatch>, valLoader?: Iterable<SupervisedBatch>): Promise<History> {
    this.#log?.(tableHeader());
    let lowest = this.#lowest();
    const first = this.history.epochs.length;
    for (let epoch = first; epoch < first + this.epochs; epoch++) {
      const lr = this.optimizer.paramGroups[0]?.lr ?? 0;
      const { trainLoss, gradNorm } = this.#trainEpoch(trainLoader);
      const valLoss = valLoader === undefined ? null : this.validate(valLoader);
      const judged = valLoss ?? trainLoss;
      const best = judged < lowest;
      if (best) {
        lowest = judged;
        this.#best.save();
      }
      const record: EpochRecord = { epoch, trainLoss, valLoss, lr, gradNorm, best };
      this.history.epochs.push(record);
      this.#log?.(tableRow(record));
      this.#scheduler?.step();
      await nextTurn();
    }
    if (this.#restoreBest) this.#best.restore();
    return this.history;
  }

  /** Mean loss over a loader's samples, in eval mode and without recording; the mode is put back after. */
  validate(loader: Iterable<SupervisedBatch>): number {
    const training = this.model.training;
    this.model.eval();
    try {
      const mean = new SampleMean();
      for (const [input, target] of loader) {
        mean.add(
          noGrad(() => this.#loss(this.model.forward(input), target).item()),
          input,
        );
      }
      return mean.value("Trainer.validate");
    } finally {
      this.model.train(training);
    }
  }

  #trainEpoch(loader: Iterable<SupervisedBatch>): { trainLoss: number; gradNorm: number } {
    this.model.train();
    const parameters: Parameter[] = [...this.model.parameters()];
    const clip = (): Tensor => utils.clipGradNorm_(parameters, this.#maxNorm);
    const mean = new SampleMean();
    let norms = 0;
    for (const [input, target] of loader) {
      const { loss, gradNorm } = trainStep(
        this.optimizer,
        () => this.#loss(this.model.forward(input), target),
        clip,
      );
      mean.add(loss.item(), input);
      norms += gradNorm?.item() ?? 0;
    }
    const trainLoss = mean.value("Trainer.fit");
    return { trainLoss, gradNorm: norms / mean.batches };
  }

  #lowest(): number {
    const best = this.history.best;
    return best === null ? Infinity : (best.valLoss ?? best.trainLoss);
  }
}

/** A mean in which every sample counts alike, whatever the size of its batch. */
class SampleMean {
  batches = 0;
  #sum = 0;
  #samples = 0;

  add(loss: number, input: Tensor): void {
    const samples = input.shape[0] ?? 1;
    this.batches++;
    this.#sum += loss * samples;
    this.#samples += samples;
  }

  value(operation: string): number {
    if (this.#samples > 0) return this.#sum / this.#samples;
    throw new DataError(
      operation,
      "the loader gave no samples",
      "expected at least one batch",
      "A generator can be read once only: pass a DataLoader; with dropLast, check the batch size.",
    );
  }
}
