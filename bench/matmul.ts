/**
 * What `matmul` costs over calling the machine's BLAS library directly, both in this process and in turns.
 *
 *     npm run bench:matmul
 */
import { matmul, randn, scope } from "innerloop";
import { findBlas } from "../src/engine/blas/index.ts";

const ROUNDS = 31;
const MULTIPLY_ADDS = 2e8; // of one measurement

const blas = findBlas("auto");
if (typeof blas === "string") {
  console.log(`nothing to compare with: ${blas}`);
  process.exit(0);
}
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

console.log(
  `${blas.info.library} ${blas.info.version ?? ""}; microseconds, medians of ${ROUNDS} turns, lowest in brackets`,
);
for (const n of [64, 128, 256, 512, 1024]) {
  const bytes = new Uint8Array(3 * n * n * 4);
  new Float32Array(bytes.buffer).fill(0.5);
  const base = blas.address(bytes);
  const [a, b] = [randn([n, n]), randn([n, n])];
  const ways = [
    () => blas.sgemm(0, 0, n, n, n, base, n, base + n * n * 4, n, 0, base + 2 * n * n * 4, n),
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
