/**
 * Ten million Monte Carlo samples of a fast and of a slow conjunction; the figure is 10 s or less on two cores.
 *
 *     npm run bench:ssa               ten million samples, all cores
 *     npm run bench:ssa -- 2 1        two million, one thread
 *
 * The first published conjunction (4.5 km/s) and Alfano's first case (1 cm/s, over twelve hours) where
 * ../shared/data/ssa is, else two like them.
 */
import { availableParallelism, loadavg } from "node:os";
import { type Conjunction, type Matrix, monteCarloProbability } from "innerloop/ssa";
import { alfano, conjunctions, published } from "../tests/ssa/published.ts";

const [millions = "10", threads = ""] = process.argv.slice(2);

function madeUp(radius: number, position: number, velocity: readonly [number, number, number]): Conjunction {
  const covariance: Matrix = [1, 1, 1, 1e-6, 1e-6, 1e-6].map((unit, i) =>
    [0, 1, 2, 3, 4, 5].map((j) => (i === j ? unit * position : 0)),
  );
  const state1 = { position: [radius, 0, 0], velocity: [0, Math.sqrt(3.986004418e14 / radius), 0] } as const;
  const state2 = { position: [radius + 20, 0, 0], velocity } as const;
  return { state1, state2, covariance1: covariance, covariance2: covariance, hardBodyRadius: 15 };
}

const fast = published ? conjunctions()[0] : undefined;
const slow = published ? alfano()[0] : undefined;
const cases = [
  {
    name: fast?.name ?? "made up, fast",
    conjunction: fast?.conjunction ?? madeUp(7e6, 1e4, [0, 0, 7500]),
    halfSpan: undefined,
  },
  {
    name: slow?.name ?? "made up, slow",
    conjunction: slow?.conjunction ?? madeUp(4.2e7, 1e3, [0, Math.sqrt(3.986004418e14 / 4.2e7) + 0.01, 0]),
    halfSpan: 21_600,
  },
];

for (const { name, conjunction, halfSpan } of cases) {
  const options = {
    remediation: "cara",
    ...(halfSpan === undefined ? {} : { halfSpan }),
    ...(threads === "" ? {} : { threads: Number(threads) }),
  } as const;
  await monteCarloProbability(conjunction, { ...options, maxSamples: 100_000 }); // warm-up
  const { user } = process.cpuUsage();
  const start = performance.now();
  const found = await monteCarloProbability(conjunction, { ...options, maxSamples: Number(millions) * 1e6 });
  const seconds = (performance.now() - start) / 1000;
  const cpu = (process.cpuUsage().user - user) / 1e6;
  console.log(
    `${name}: ${millions} million samples in ${seconds.toFixed(1)} s, ${found.threads} thread(s), ${cpu.toFixed(1)} s of CPU time, Pc ${found.probability.toExponential(3)}`,
  );
}
console.log(`${availableParallelism()} cores, load average ${loadavg()[0]?.toFixed(1)} over the last minute`);
