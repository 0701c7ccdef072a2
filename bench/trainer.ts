/**
 * What the Trainer costs: microseconds a step of the lesson's network (4-64-ReLU-64-ReLU-1, batch 64, Adam), by hand
 * and by `Trainer.fit` with everything on (history, live line, diagnosis hooks, gradient norms and clipping, a logger
 * in memory). The figure is against the loop by hand as a course writes it: a DataLoader, the four steps, clipping,
 * nothing read. Rounds alternate, so that all see the same machine; a ratio is the median of the rounds' own ratios.
 *
 *     npm run bench:trainer
 */
import { data, engine, F, manualSeed, nn, optim, rand, train } from "innerloop";

const ROUNDS = 21;
const EPOCHS = 40; // 25 steps each

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function job() {
  manualSeed(42);
  const X = rand([1600, 4]);
  const y = X.sum(1, { keepdim: true }).sigmoid();
  const loader = new data.DataLoader(new data.TensorDataset(X, y), { batchSize: 64, shuffle: true });
  const model = new nn.Sequential(
    new nn.Linear(4, 64),
    new nn.ReLU(),
    new nn.Linear(64, 64),
    new nn.ReLU(),
    new nn.Linear(64, 1),
  );
  return { loader, model, optimizer: new optim.Adam(model.parameters(), { lr: 1e-3 }) };
}

type Way = () => void | Promise<void>;

/** The loop by hand: with clipping, and with the reads of loss and norm that a report needs. */
function byHand(clips: boolean, reads: boolean): Way {
  const { loader, model, optimizer } = job();
  let total = 0;
  return () => {
    total = 0;
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      model.train();
      for (const [input, target] of loader) {
        optimizer.zeroGrad();
        const loss = F.mseLoss(model.forward(input), target);
        loss.backward();
        if (clips) {
          const norm = nn.utils.clipGradNorm_(model.parameters(), 1);
          if (reads) total += norm.item();
        }
        optimizer.step();
        if (reads) total += loss.item() * (input.shape[0] ?? 1);
      }
    }
    if (Number.isNaN(total)) throw new Error("the loop by hand diverged");
  };
}

function byTrainer(everything: boolean): Way {
  const { loader, model, optimizer } = job();
  const screen: string[] = [""];
  const stream = { isTTY: true, columns: 120, write: (text: string) => screen.splice(0, 1, text) };
  const silent = { log: null };
  const lines: unknown[] = [];
  const logger: train.loggers.Logger = {
    logScalars: (step, values) => void lines.push([step, values]),
    flush: async () => void lines.splice(0),
    close: async () => {},
  };
  const full = { display: new train.LiveDisplay(stream), loggers: [logger] };
  return async () => {
    const diagnosis = new train.LiveDiagnosis({ plannedEpochs: EPOCHS });
    const trainer = new train.Trainer({
      model,
      optimizer,
      loss: F.mseLoss,
      epochs: EPOCHS,
      ...(everything ? { ...full, callbacks: [diagnosisHook(diagnosis)] } : silent),
    });
    await trainer.fit(loader);
  };
}

/** The live diagnosis at each step and epoch. */
function diagnosisHook(diagnosis: train.LiveDiagnosis): train.Callback {
  return {
    onStepEnd: (_, info) => void diagnosis.step(info.step, info.loss, info.gradNorm),
    onEpochEnd: (_, record) => void diagnosis.epoch(record),
  };
}

const BASE = 1; // the way that the others are compared with
const ways: [string, Way][] = [
  ["by hand, without clipping", byHand(false, false)],
  ["by hand: the four steps, clipping", byHand(true, false)],
  ["by hand, and loss and norm read", byHand(true, true)],
  ["Trainer.fit, silent", byTrainer(false)],
  ["Trainer.fit, everything on", byTrainer(true)],
];
const times = ways.map((): number[] => []);
for (let round = -2; round < ROUNDS; round++) {
  for (const [i, [, way]] of ways.entries()) {
    const start = performance.now();
    await way();
    if (round >= 0) times[i]?.push(((performance.now() - start) * 1000) / (EPOCHS * 25));
  }
}
const { kernels, why } = engine.info();
console.log(`node ${process.version}, ${process.arch}; ${kernels} kernels (${why}); ${ROUNDS} rounds\n`);
console.log(`${"µs a step".padEnd(36)} median   lowest   against the four steps with clipping`);
const base = times[BASE] as number[];
ways.forEach(([name], i) => {
  const own = times[i] as number[];
  const ratio = median(own.map((time, round) => time / (base[round] as number))) - 1;
  const percent = `${(100 * ratio).toFixed(1)} %`.padStart(9);
  console.log(
    `${name.padEnd(36)}${median([...own])
      .toFixed(1)
      .padStart(7)} ${Math.min(...own)
      .toFixed(1)
      .padStart(8)} ${percent}`,
  );
});
