/**
 * What several threads gain on the engine's own kernels, in turns with one thread, without BLAS.
 *
 *     npm run bench:threads                 # BENCH_THREADS=4 for another number than 2
 */
import { engine, F, manualSeed, nn, optim, rand, randint, scope, zeros } from "innerloop";

const THREADS = Number(process.env.BENCH_THREADS ?? 2);
const ROUNDS = 7;

/** Median milliseconds of a call on one thread and on several, and the least of each, taken in turns. */
function race(run: () => void): { one: number; several: number; best: number } {
  const times: [number[], number[]] = [[], []];
  run();
  const start = performance.now();
  run();
  const calls = Math.max(1, Math.ceil(10 / (performance.now() - start)));
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of [0, 1] as const) {
      switchTo(side);
      run();
      const from = performance.now();
      for (let i = 0; i < calls; i++) run();
      times[side].push((performance.now() - from) / calls);
    }
  }
  const [one, several] = times.map((each) => each.sort((a, b) => a - b)) as [number[], number[]];
  const middle = ROUNDS >> 1;
  const least = (each: number[]): number => each[0] as number;
  return { one: one[middle] as number, several: several[middle] as number, best: least(one) / least(several) };
}

// The pool stays while its work is kept from it: starting one anew for each round would be what is measured.
interface Threads {
  setThreshold(nanoseconds?: number): void;
  readonly ready: number;
}
const { threads } = (zeros([1]) as unknown as { storage: { backend: { threads: Threads } } }).storage.backend;

function switchTo(side: 0 | 1): void {
  threads.setThreshold(side === 0 ? Number.POSITIVE_INFINITY : undefined);
}

function report(name: string, run: () => void): void {
  const { one, several, best } = race(() => scope(run));
  const cells = [one, several].map((ms) => (ms < 1 ? `${(ms * 1000).toFixed(1)} µs` : `${ms.toFixed(2)} ms`));
  console.log(
    `${name.padEnd(30)} ${cells[0]?.padStart(11)} ${cells[1]?.padStart(11)}   ${(one / several).toFixed(2)} × (best of each ${best.toFixed(2)} ×)`,
  );
}

engine.setBlas("off");
engine.setNumThreads(THREADS);
manualSeed(1);
console.log(`node ${process.version}; 1 and ${THREADS} threads in turns, medians of ${ROUNDS} rounds, no BLAS\n`);
{
  const warm = rand([600, 600]).keep();
  const from = performance.now();
  const waiting = (): boolean => threads.ready < THREADS - 1 && performance.now() - from < 10_000;
  while (performance.now() - from < 300 || waiting()) scope(() => void warm.matmul(warm));
}
for (const n of [256, 512, 1024, 2048]) {
  const [a, b] = [rand([n, n]).keep(), rand([n, n]).keep()];
  report(`matmul ${n}`, () => void a.matmul(b));
  a.release();
  b.release();
}
for (const n of [1e5, 3e5, 1e6, 1e7]) {
  const [a, b] = [rand([n]).keep(), rand([n]).keep()];
  report(`add ${n}`, () => void a.add(b));
  report(`exp ${n}`, () => void a.exp());
  report(`sum ${n}`, () => void a.sum());
  a.release();
  b.release();
}
for (const rows of [256, 4096]) {
  const x = rand([rows, 512]).keep();
  report(`softmax ${rows} × 512`, () => void x.softmax(1));
  report(`layer norm ${rows} × 512`, () => void F.layerNorm(x, [512]));
  x.release();
}
{
  const x = rand([4096, 512]).keep();
  const at = randint(0, 512, [4096, 512]).keep();
  const long = rand([1e7]).keep();
  report("argmax 4096 × 512, rows", () => void x.argmax(1));
  report("argmax 4096 × 512, columns", () => void x.argmax(0));
  report("argmax 10000000", () => void long.argmax());
  report("max 10000000", () => void long.max());
  report("cumsum 4096 × 512", () => void x.cumsum(1));
  report("logsumexp 4096 × 512", () => void x.logsumexp(1));
  report("sort 4096 × 512", () => void x.sort(1));
  report("topk 5 of 4096 × 512", () => void x.topk(5, 1));
  report("gather 4096 × 512", () => void x.gather(1, at));
  report("scatterAdd 4096 × 512", () => void x.scatterAdd(1, at, x));
  for (const each of [x, at, long]) each.release();
}
for (const [images, channels, size] of [
  [1, 64, 224],
  [8, 64, 56],
] as const) {
  const x = rand([images, channels, size, size]).keep();
  const w = rand([channels, channels, 3, 3]).keep();
  report(`conv 3 × 3, ${images} × ${channels} × ${size} × ${size}`, () => void F.conv2d(x, w, null, { padding: 1 }));
  x.release();
  w.release();
}
for (const n of [1e5, 1e6, 5e6]) {
  const parameter = new nn.Parameter(rand([n]));
  const optimizer = new optim.Adam([parameter]);
  parameter.sum().backward();
  report(`Adam ${n}`, () => optimizer.step());
}
{
  const model = new nn.Sequential(
    new nn.Linear(784, 1024),
    new nn.ReLU(),
    new nn.Linear(1024, 1024),
    new nn.ReLU(),
    new nn.Linear(1024, 10),
  );
  const optimizer = new optim.Adam(model.parameters());
  const [x, y] = [rand([256, 784]).keep(), rand([256, 10]).keep()];
  const step = (): void => {
    optimizer.zeroGrad();
    F.mseLoss(model.forward(x), y).backward();
    optimizer.step();
  };
  report("MLP 784-1024-1024-10, a step", step);
}
