import { noGrad } from "../../ops/index.ts";
import { Tensor } from "../../tensor/index.ts";
import { AveragedModel } from "./averaged-model.ts";

/** A layer with running moments, as `nn.BatchNorm2d`. */
interface BatchNormLike {
  momentum: number | null;
  runningMean: Tensor | null;
  resetRunningStats(): void;
}

/** What `updateBn` needs of a model: an `nn.Module` has it. */
export interface BatchNormModel {
  readonly training: boolean;
  train(mode?: boolean): unknown;
  modules(): Iterable<object>;
  forward(input: Tensor): unknown;
}

/**
 * Computes the running moments of batch normalisation anew, over all batches of a loader: an average of weights has
 * none that fit it.
 *
 * @param loader gives inputs, or lists whose first element is the input
 * @param model a model, or the averages of one (whose buffers then get the moments)
 * @example
 * const averaged = new optim.swaUtils.AveragedModel(model);
 * optim.swaUtils.updateBn(trainLoader, averaged);
 * @source https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
 */
export function updateBn(
  loader: Iterable<Tensor | readonly Tensor[]>,
  // biome-ignore lint/suspicious/noExplicitAny: an average of whatever model
  model: BatchNormModel | AveragedModel<any>,
): void {
  if (model instanceof AveragedModel) {
    model.use(() => updateBn(loader, model.module as BatchNormModel));
    return;
  }
  const layers = [...model.modules()].filter(isBatchNorm);
  if (layers.length === 0) return;
  const momenta = layers.map(({ momentum }) => momentum);
  const wasTraining = model.training;
  model.train();
  try {
    for (const layer of layers) {
      layer.resetRunningStats();
      layer.momentum = null; // the plain average
    }
    for (const batch of loader) {
      noGrad(() => {
        model.forward(batch instanceof Tensor ? batch : (batch[0] as Tensor));
      });
    }
  } finally {
    layers.forEach((layer, i) => {
      layer.momentum = momenta[i] as number | null;
    });
    model.train(wasTraining);
  }
}

function isBatchNorm(module: object): module is BatchNormLike {
  const layer = module as Partial<BatchNormLike>;
  return layer.runningMean instanceof Tensor && typeof layer.resetRunningStats === "function";
}
