// innerloop, as a user writes it.

import { data, engine, F, manualSeed, matmul, nn, optim, rand, randint, randn, scope, type Tensor } from "innerloop";
import { type Job, serve } from "./serve.ts";

type Model = { forward(x: Tensor): Tensor; parameters(): Iterable<nn.Parameter> };
type Loss = (output: Tensor, target: Tensor) => Tensor;

const { kernels, blas } = engine.info();
const library = blas.library === null ? "no BLAS" : `${blas.library} ${blas.version ?? ""} (${blas.core ?? "?"})`;

manualSeed(0);

function mlp(sizes: number[]): Model {
  const layers: nn.Module[] = [];
  for (let i = 1; i < sizes.length; i++) {
    if (i > 1) layers.push(new nn.ReLU());
    layers.push(new nn.Linear(sizes[i - 1] as number, sizes[i] as number));
  }
  return new nn.Sequential(...layers);
}

/** The four steps on one batch, or on each of several in turn. */
function training(model: Model, loss: Loss, batches: [Tensor, Tensor][], optimizer = adam(model)): Job {
  let next = 0;
  return {
    run() {
      const [x, y] = batches[next] as [Tensor, Tensor];
      next = (next + 1) % batches.length;
      optimizer.zeroGrad();
      loss(model.forward(x), y).backward();
      optimizer.step();
    },
  };
}

function adam(model: Model): optim.Adam {
  return new optim.Adam(model.parameters(), { lr: 1e-3 });
}

function classes(batch: number, count: number): Tensor {
  return randint(0, count, [batch]).keep();
}

function lessonData(): [Tensor, Tensor] {
  const X = rand([1600, 4]).keep();
  return [X, X.sum(1, { keepdim: true }).sigmoid().keep()];
}

function loader() {
  return new data.DataLoader(new data.TensorDataset(...lessonData()), { batchSize: 64, shuffle: true });
}

function lessonWithLoader(): Job {
  const batches = loader();
  const model = mlp([4, 64, 64, 1]);
  const optimizer = adam(model);
  return {
    units: batches.length,
    run() {
      for (const [x, y] of batches) {
        optimizer.zeroGrad();
        F.mseLoss(model.forward(x), y).backward();
        optimizer.step();
      }
    },
  };
}

function lesson(): Job {
  const [X, y] = lessonData();
  const batches = Array.from({ length: 25 }, (_, i): [Tensor, Tensor] => {
    const part = (whole: Tensor): Tensor =>
      whole
        .narrow(0, i * 64, 64)
        .clone()
        .keep();
    return [part(X), part(y)];
  });
  return training(mlp([4, 64, 64, 1]), F.mseLoss, batches);
}

function cnn(): Job {
  const model = new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(16, 32, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(32 * 7 * 7, 10),
  );
  return training(model, F.crossEntropy, [[randn([64, 1, 28, 28]).keep(), classes(64, 10)]]);
}

class Block extends nn.Module {
  readonly conv1 = new nn.Conv2d(64, 64, 3, { padding: 1, bias: false });
  readonly bn1 = new nn.BatchNorm2d(64);
  readonly conv2 = new nn.Conv2d(64, 64, 3, { padding: 1, bias: false });
  readonly bn2 = new nn.BatchNorm2d(64);

  forward(x: Tensor): Tensor {
    const h = F.relu(this.bn1.forward(this.conv1.forward(x)));
    return F.relu(this.bn2.forward(this.conv2.forward(h)).add(x));
  }
}

function resnet(): Job {
  const model = new nn.Sequential(
    new nn.Conv2d(2, 64, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(64),
    new nn.ReLU(),
    ...Array.from({ length: 4 }, () => new Block()),
    new nn.Flatten(),
    new nn.Linear(64 * 6 * 7, 7),
  );
  return training(model, F.crossEntropy, [[randn([128, 2, 6, 7]).keep(), classes(128, 7)]]);
}

class LastStep extends nn.Module {
  readonly lstm = new nn.LSTM(32, 128, { batchFirst: true });
  readonly head = new nn.Linear(128, 1);

  forward(x: Tensor): Tensor {
    const [output] = this.lstm.forward(x);
    return this.head.forward(output.select(1, 49));
  }
}

function lstm(): Job {
  return training(new LastStep(), F.mseLoss, [[randn([32, 50, 32]).keep(), randn([32, 1]).keep()]]);
}

function transformer(): Job {
  const options = { dimFeedforward: 512, dropout: 0, batchFirst: true };
  const model = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(128, 4, options), 2);
  return training(model, F.mseLoss, [[randn([32, 64, 128]).keep(), randn([32, 64, 128]).keep()]]);
}

function product(n: number): Job {
  const a = rand([n, n]).keep();
  const b = rand([n, n]).keep();
  return { run: () => void scope(() => void matmul(a, b)) };
}

function loading(): Job {
  const batches = loader();
  return {
    units: batches.length,
    run() {
      for (const batch of batches) void batch;
    },
  };
}

function make(id: string): Job {
  if (id === "lesson-loader") return lessonWithLoader();
  if (id === "lesson") return lesson();
  if (id === "mlp-120-84") {
    return training(mlp([4, 120, 84, 2]), F.huberLoss, [[randn([128, 4]).keep(), randn([128, 2]).keep()]]);
  }
  if (id === "mlp-512") {
    return training(mlp([256, 512, 512, 10]), F.crossEntropy, [[randn([256, 256]).keep(), classes(256, 10)]]);
  }
  if (id === "mlp-1024") {
    return training(mlp([784, 1024, 1024, 10]), F.crossEntropy, [[randn([256, 784]).keep(), classes(256, 10)]]);
  }
  if (id === "cnn") return cnn();
  if (id === "resnet") return resnet();
  if (id === "lstm") return lstm();
  if (id === "transformer") return transformer();
  if (id === "loader") return loading();
  if (id.startsWith("matmul-")) return product(Number(id.slice(7)));
  throw new Error("not written");
}

await serve(`0.1.0, ${kernels} kernels, ${library}`, make);
