import { nn, optim, Parameter, rand } from "../../src/index.ts";
import { type Call, withNeeded } from "./calls-nn.ts";

// Every class and function of optim that takes options, called right but for these. What takes none: OPTIM_WITHOUT.

const { lrScheduler, swaUtils } = optim;
const weights = (): Parameter[] => [new Parameter(rand([2, 2]))];
const sgd = (): optim.SGD => new optim.SGD(weights(), { lr: 0.1, momentum: 0.9 });
const plain = (): optim.lrScheduler.LRScheduler => new lrScheduler.ConstantLR(sgd());

/** By the name under which it is exported from `optim`. */
export const OPTIM_CALLS: Readonly<Record<string, Call>> = {
  ASGD: (o) => new optim.ASGD(weights(), o),
  Adadelta: (o) => new optim.Adadelta(weights(), o),
  Adafactor: (o) => new optim.Adafactor(weights(), o),
  Adagrad: (o) => new optim.Adagrad(weights(), o),
  Adam: (o) => new optim.Adam(weights(), o),
  AdamW: (o) => new optim.AdamW(weights(), o),
  Adamax: (o) => new optim.Adamax(weights(), o),
  LBFGS: (o) => new optim.LBFGS(weights(), o),
  Lion: (o) => new optim.Lion(weights(), o),
  Muon: (o) => new optim.Muon(weights(), o),
  NAdam: (o) => new optim.NAdam(weights(), o),
  RAdam: (o) => new optim.RAdam(weights(), o),
  RMSprop: (o) => new optim.RMSprop(weights(), o),
  Rprop: (o) => new optim.Rprop(weights(), o),
  SGD: (o) => new optim.SGD(weights(), o),
  "SGD group": (o) => new optim.SGD([{ params: weights(), ...(o as object) }]),
  "Optimizer.zeroGrad": (o) => sgd().zeroGrad(o),
  "Optimizer.step": (o) => {
    const [weight] = weights() as [Parameter];
    const optimizer = new optim.SGD([weight]);
    weight.sum().backward();
    optimizer.step(undefined, o);
  },
  "lrScheduler.ConstantLR": (o) => new lrScheduler.ConstantLR(sgd(), o),
  "lrScheduler.CosineAnnealingLR": (o) => new lrScheduler.CosineAnnealingLR(sgd(), 5, o),
  "lrScheduler.CosineAnnealingWarmRestarts": (o) => new lrScheduler.CosineAnnealingWarmRestarts(sgd(), 5, o),
  "lrScheduler.CyclicLR": (o) => new lrScheduler.CyclicLR(sgd(), 0.1, 1, o),
  "lrScheduler.ExponentialLR": (o) => new lrScheduler.ExponentialLR(sgd(), 0.9, o),
  "lrScheduler.InverseSqrtLR": (o) => new lrScheduler.InverseSqrtLR(sgd(), 5, o),
  "lrScheduler.LambdaLR": (o) => new lrScheduler.LambdaLR(sgd(), () => 1, o),
  "lrScheduler.LinearLR": (o) => new lrScheduler.LinearLR(sgd(), o),
  "lrScheduler.MultiStepLR": (o) => new lrScheduler.MultiStepLR(sgd(), [2, 3], o),
  "lrScheduler.MultiplicativeLR": (o) => new lrScheduler.MultiplicativeLR(sgd(), () => 1, o),
  "lrScheduler.OneCycleLR": (o) =>
    new lrScheduler.OneCycleLR(
      sgd(),
      1,
      withNeeded(o?.epochs || o?.stepsPerEpoch ? { epochs: 2, stepsPerEpoch: 9 } : { totalSteps: 9 }, o),
    ),
  "lrScheduler.PolynomialLR": (o) => new lrScheduler.PolynomialLR(sgd(), o),
  "lrScheduler.ReduceLROnPlateau": (o) => new lrScheduler.ReduceLROnPlateau(sgd(), o),
  "lrScheduler.SequentialLR": (o) => {
    const parts = new lrScheduler.ConstantLR(sgd());
    return new lrScheduler.SequentialLR(parts.optimizer, [parts], [], o);
  },
  "lrScheduler.StepLR": (o) => new lrScheduler.StepLR(sgd(), 5, o),
  "lrScheduler.WarmupLR": (o) => new lrScheduler.WarmupLR(plain(), 3, o),
  "lrScheduler.WarmupStableDecayLR": (o) => new lrScheduler.WarmupStableDecayLR(sgd(), 1, 1, 1, o),
  "lrScheduler.warmup": (o) => lrScheduler.warmup(plain(), 3, o),
  "swaUtils.AveragedModel": (o) => new swaUtils.AveragedModel(new nn.Linear(2, 2), o),
  "swaUtils.SWALR": (o) => new swaUtils.SWALR(sgd(), 0.05, o),
};

/** What takes no options. */
export const OPTIM_WITHOUT: readonly string[] = [
  "Optimizer", // (abstract)
  ...["ChainedScheduler", "CompositeLR", "LRScheduler", "previewLr"].map((name) => `lrScheduler.${name}`),
  ...["getEmaAvgFn", "getEmaMultiAvgFn", "getSwaAvgFn", "getSwaMultiAvgFn", "updateBn"].map(
    (name) => `swaUtils.${name}`,
  ),
];
