/**
 * What `matmul` costs over calling the machine's BLAS library directly, both in this process and in turns.
 *
 *     npm run bench:matmul
 */
import { engine, matmul, randn, scope, type Tensor } from "innerloop";

const ROUNDS = 31;
const MULTIPLY_ADDS = 2e8; // of one measurement

const { blas } = engine.info();
if (blas.library === null) {
  console.log(`nothing to compare with: ${blas.why}`);
  process.exit(0);
}

/** The library as the engine has it; not public. On an object of its own the two would set each other's threads. */
interface Library {
  sgemm(...values: number[]): void;
}
const library = (randn([1]).storage.backend as unknown as { runtime: { blas: Library } }).runtime.blas;
const addressOf = (x: Tensor): number => x.storage.address;
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

console.log(`${blas.library} ${blas.version ?? ""}; microseconds, medians of ${ROUNDS} turns, lowest in brackets`);
for (const n of [64, 128, 256, 512, 1024]) {
  const [a, b, c] = [randn([n, n]), randn([n, n]), randn([n, n])];
  const [from, by, to] = [addressOf(a), addressOf(b), addressOf(c)];
  const ways = [
    () => library.sgemm(0, 0, n, n, n, from, n, by, n, 0, to, n),
    () => void scope(() => void matmul(a, b)),
  ];
  const count = Math.max(1, Math.round(MULTIPLY_ADDS / n ** 3));
  const times = ways.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    ways.forEach((way, i) => {
      const start = performance.now();
      for (let k = 0; k < count; k++) way();
      times[i]?.push(((performance.now() - start) * 1000) / count);
    });
  }
  const [direct, own] = times as [number[], number[]];
  const ratio = median(own.map((time, i) => time / (direct[i] as number)));
  const show = (each: number[]): string => `${median(each).toFixed(1)} (${Math.min(...each).toFixed(1)})`;
  console.log(`${n}: direct ${show(direct)}, matmul ${show(own)}, ${((ratio - 1) * 100).toFixed(1)} % more`);
}
