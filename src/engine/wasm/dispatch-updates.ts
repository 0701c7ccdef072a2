import type { View } from "../storage.ts";
import type { UpdateRule } from "../updates.ts";
import type { KernelExports } from "./kernel-exports.ts";
import { address4, type Runtime } from "./runtime.ts";
import { WORK } from "./threads/index.ts";

type Numbers = readonly number[];
/** `s` are the states' addresses in the rule's order, 0 where there is none; `h` the hyper-parameters. */
type Call = (k: KernelExports, p: number, g: number, s: Numbers, n: number, h: Numbers) => void;

const sgd: Call = (k, p, g, s, n, h) => {
  const [lr, momentum, dampening, weightDecay, nesterov, maximize, first] = h as Seven;
  k.sgdUpdate(p, g, s[0] as number, n, lr, momentum, dampening, weightDecay, nesterov, maximize, first);
};

const adam: Call = (k, p, g, s, n, h) => {
  const [m, v, vMax] = s as Three;
  const [lr, beta1, beta2, eps, weightDecay, decoupled, maximize] = h as Seven;
  k.adamUpdate(p, g, m, v, vMax, n, lr, beta1, beta2, eps, weightDecay, decoupled, maximize, h[7] as number);
};

const adamLike: Call = (k, p, g, s, n, h) => {
  const [beta1, beta2, gradRate, meanRate, rootFactor, eps, weightDecay] = h as Seven;
  const [m, v] = s as Three;
  const [shrink, maximize] = [h[7] as number, h[8] as number];
  k.adamLikeUpdate(p, g, m, v, n, beta1, beta2, gradRate, meanRate, rootFactor, eps, weightDecay, shrink, maximize);
};

const adamax: Call = (k, p, g, s, n, h) => {
  const [rate, beta1, beta2, eps, weightDecay, maximize] = h as Seven;
  k.adamaxUpdate(p, g, s[0] as number, s[1] as number, n, rate, beta1, beta2, eps, weightDecay, maximize);
};

const adagrad: Call = (k, p, g, s, n, h) => {
  const [rate, eps, weightDecay, maximize] = h as Seven;
  k.adagradUpdate(p, g, s[0] as number, n, rate, eps, weightDecay, maximize);
};

const adadelta: Call = (k, p, g, s, n, h) => {
  const [lr, rho, eps, weightDecay, maximize] = h as Seven;
  k.adadeltaUpdate(p, g, s[0] as number, s[1] as number, n, lr, rho, eps, weightDecay, maximize);
};

const rmsprop: Call = (k, p, g, s, n, h) => {
  const [lr, alpha, eps, weightDecay, momentum, centered, maximize] = h as Seven;
  const buffer = momentum > 0 ? (s[1] as number) : 0;
  const average = centered ? (s[momentum > 0 ? 2 : 1] as number) : 0;
  k.rmspropUpdate(p, g, s[0] as number, buffer, average, n, lr, alpha, eps, weightDecay, momentum, maximize);
};

const rprop: Call = (k, p, g, s, n, h) => {
  const [etaMinus, etaPlus, least, most, maximize] = h as Seven;
  k.rpropUpdate(p, g, s[0] as number, s[1] as number, n, etaMinus, etaPlus, least, most, maximize);
};

const asgd: Call = (k, p, g, s, n, h) => {
  const [eta, shrink, mu, weightDecay, maximize] = h as Seven;
  k.asgdUpdate(p, g, s[0] as number, n, eta, shrink, mu, weightDecay, maximize);
};

const lion: Call = (k, p, g, s, n, h) => {
  const [lr, beta1, beta2, shrink, maximize] = h as Seven;
  k.lionUpdate(p, g, s[0] as number, n, lr, beta1, beta2, shrink, maximize);
};

const lerp: Call = (k, p, g, _s, n, h) => k.lerpUpdate(p, g, n, h[0] as number, h[1] as number);

const adafactor: Call = (k, p, g, s, n, h) => {
  const [fresh, rho, eps1, eps2, d, shrink, maximize] = h as Seven;
  const [blocks, rows, cols] = h.slice(7) as unknown as Three;
  k.adafactorUpdate(
    p,
    g,
    s[0] as number,
    s[1] as number,
    n,
    fresh,
    rho,
    eps1,
    eps2,
    d,
    shrink,
    maximize,
    blocks,
    rows,
    cols,
  );
};

const CALLS: Record<UpdateRule, Call> = {
  sgd,
  adam,
  adamLike,
  adamax,
  adagrad,
  adadelta,
  rmsprop,
  rprop,
  asgd,
  lion,
  lerp,
  adafactor,
};

const addresses: number[] = [0, 0, 0];

/** One optimizer update of one parameter; states and hyper-parameters as in updates.ts. */
export function update(
  runtime: Runtime,
  rule: UpdateRule,
  parameter: View,
  grad: View,
  state: readonly View[],
  hyper: readonly number[],
): void {
  const n = parameter.length;
  if (n === 0) return;
  const p = address4(runtime, parameter, rule);
  const g = address4(runtime, grad, rule);
  for (let i = 0; i < 3; i++) {
    const view = state[i];
    addresses[i] = view === undefined ? 0 : address4(runtime, view, rule);
  }
  const call = CALLS[rule];
  if (n * WORK.update < runtime.threads.least || rule === "adafactor") {
    call(runtime.kernels, p, g, addresses, n, hyper);
    return;
  }
  // (Adafactor factors whole matrices.)
  const states = [0, 0, 0];
  runtime.threads.ranges(n, 64, (kernels, from, count) => {
    for (let i = 0; i < 3; i++) states[i] = addresses[i] === 0 ? 0 : (addresses[i] as number) + from * 4;
    return call(kernels, p + from * 4, g + from * 4, states, count, hyper);
  });
}

type Three = readonly [number, number, number];
type Seven = readonly [number, number, number, number, number, number, number];
