// Mutated checkpoint files: only CheckpointError, none slower than 50 ms (processor time: the machine may do other things).
//     npm run fuzz:checkpoint [-- <mutations> [<seed>]]
import { mulberry } from "../tests/faults/checkpoints.ts";
import { fuzz } from "../tests/fuzz/mutate.ts";
import { seeds } from "../tests/fuzz/seeds.ts";

const LIMIT_MS = 50;
const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const start = performance.now();
const report = fuzz(seeds(), count, mulberry(seed), LIMIT_MS);
const seconds = (performance.now() - start) / 1000;

console.log(
  `${count} mutations (seed ${seed}) in ${seconds.toFixed(0)} s: ${report.refused} refused, ${report.accepted} read`,
);
console.log(
  `${report.kinds.size} kinds of refusal; slowest first read ${report.slowestMs.toFixed(2)} ms of processor time ` +
    `(by the clock ${report.slowestWallMs.toFixed(2)} ms)`,
);
console.log(
  `${report.pauses} first reads above ${LIMIT_MS} ms that were within it when repeated (collections, pauses of the machine)`,
);
for (const { why, bytes } of report.bad.slice(0, 10))
  console.log(`BAD: ${why}\n${Buffer.from(bytes).toString("base64")}`);
console.log(report.bad.length === 0 ? "only CheckpointError, no file slower than 50 ms" : `${report.bad.length} bad`);
process.exitCode = report.bad.length === 0 ? 0 : 1;
