/**
 * Nanoseconds an element that kernels take on one core, roughly: what a call's size is multiplied by to see whether it is
 * worth several threads (`Threads.least`). Measured with `npm run bench:threads`.
 */
export const WORK = {
  binary: 0.25,
  unary: 0.7,
  where: 0.5,
  strided: 1,
  copy: 0.3,
  sum: 0.1,
  sumInt: 0.5,
  arg: 0.5,
  cumsum: 1.2,
  logSumExp: 2.5,
  sort: 24,
  select: 4,
  gather: 3,
  range: 0.7,
  softmax: 3,
  softmaxGrad: 1,
  normalize: 1,
  update: 1.8,
  loss: 0.7,
} as const;
