/**
 * From `node` to the end of the first training step, in a fresh process each time.
 *
 *     npm run bench:start
 */
import { spawnSync } from "node:child_process";

const PROGRAM = `
const { F, nn, optim, rand } = await import("innerloop");
const model = new nn.Sequential(new nn.Linear(4, 64), new nn.ReLU(), new nn.Linear(64, 1));
const optimizer = new optim.Adam(model.parameters());
optimizer.zeroGrad();
F.mseLoss(model.forward(rand([64, 4])), rand([64, 1])).backward();
optimizer.step();
`;

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
}

function time(program: string): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program]);
  if (status !== 0) throw new Error(stderr.toString());
  return performance.now() - start;
}

const rounds = Array.from({ length: 11 }, () => ({ bare: time(""), step: time(PROGRAM) }));
const bare = median(rounds.map(({ bare: each }) => each));
const step = median(rounds.map(({ step: each }) => each));
console.log(
  `node alone ${bare.toFixed(0)} ms; to the end of the first step ${step.toFixed(0)} ms (medians of ${rounds.length})`,
);
