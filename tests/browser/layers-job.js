// A few steps of every kind of layer whose kernels the main job does not call, for Node and for a page alike.

const STEPS = 6;
const BATCH = 16;
const CLASSES = 5;

/**
 * Trains on engine settings as they are.
 *
 * @param {typeof import("../../dist/index.js")} innerloop
 * @returns {{ tensors: Map<string, import("../../dist/index.js").Tensor>, loss: number }} the final weights, what the
 * network then says of a batch in several orders and sums, and the last loss
 */
export function layersJob(innerloop) {
  const { F, manualSeed, nn, noGrad, optim, rand, randint } = innerloop;
  manualSeed(7);

  class Network extends nn.Module {
    // 8 channels and up, 3 × 3, stride 1: Winograd's way; then im2col's.
    winograd = new nn.Conv2d(8, 16, 3, { padding: 1 });
    norm = new nn.BatchNorm2d(16);
    largest = new nn.MaxPool2d(2);
    im2col = new nn.Conv2d(16, 16, 3, { stride: 2, padding: 1, groups: 2 });
    mean = new nn.AvgPool2d(2, { stride: 1, padding: 1 });
    words = new nn.Embedding(20, 16);
    lstm = new nn.LSTM(16, 16, { batchFirst: true });
    gru = new nn.GRU(16, 16, { batchFirst: true });
    encoder = new nn.TransformerEncoderLayer(16, 2, { dimFeedforward: 24, dropout: 0.2, batchFirst: true });
    out = new nn.Linear(16, CLASSES);

    forward(images, tokens) {
      const seen = this.largest.forward(F.relu(this.norm.forward(this.winograd.forward(images))));
      const places = this.mean.forward(this.im2col.forward(seen)).flatten(2).transpose(1, 2);
      const [read] = this.lstm.forward(places.add(this.words.forward(tokens)));
      const [again] = this.gru.forward(F.gelu(read));
      return this.out.forward(this.encoder.forward(again).mean(1));
    }
  }

  const model = new Network();
  const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-2 });
  const images = rand([BATCH, 8, 11, 12]).keep();
  const tokens = randint(0, 20, [BATCH, 16]).keep();
  const classes = randint(0, CLASSES, [BATCH]).keep();
  let loss = 0;
  for (let step = 0; step < STEPS; step++) {
    optimizer.zeroGrad();
    const error = F.crossEntropy(model.forward(images, tokens), classes);
    error.backward();
    nn.utils.clipGradNorm_(model.parameters(), 1);
    optimizer.step();
    loss = error.item();
  }
  model.eval();
  const logits = noGrad(() => model.forward(images, tokens));
  const sorted = logits.sort(1);
  const tensors = new Map(model.stateDict());
  const seen = { logits, argmax: logits.argmax(1), sorted: sorted.values, order: sorted.indices };
  const sums = { running: logits.cumsum(0), most: logits.logsumexp(1), shares: logits.softmax(1) };
  for (const [name, value] of Object.entries({ ...seen, ...sums })) tensors.set(name, value);
  return { tensors, loss };
}
