export { type Averageable, AveragedModel, type AveragedModelOptions } from "./averaged-model.ts";
export {
  type AvgFn,
  getEmaAvgFn,
  getEmaMultiAvgFn,
  getSwaAvgFn,
  getSwaMultiAvgFn,
  type MultiAvgFn,
} from "./averages.ts";
export { SWALR, type SWALROptions } from "./swa-lr.ts";
export { type BatchNormModel, updateBn } from "./update-bn.ts";
