import { arange, F, manualSeed, nn, noGrad, optim, randint, type Tensor } from "innerloop";
import { expect, it } from "vitest";

const SYMBOLS = 8;
const LENGTH = 8;
const SIZE = 32;

/** Says a sequence backwards: each position has to attend to its mirror image. */
class Reverse extends nn.Module {
  symbols: nn.Embedding = new nn.Embedding(SYMBOLS, SIZE);
  positions: nn.Embedding = new nn.Embedding(LENGTH, SIZE);
  encoder: nn.TransformerEncoder = new nn.TransformerEncoder(
    new nn.TransformerEncoderLayer(SIZE, 4, { dimFeedforward: 64, dropout: 0, batchFirst: true, normFirst: true }),
    2,
    { norm: new nn.LayerNorm(SIZE) },
  );
  head: nn.Linear = new nn.Linear(SIZE, SYMBOLS);

  forward(ids: Tensor): Tensor {
    const places = this.positions.forward(arange(LENGTH));
    return this.head.forward(this.encoder.forward(this.symbols.forward(ids).add(places)));
  }
}

it("a transformer encoder reverses sequences: 98 % of the symbols right (chance is 12 %)", () => {
  manualSeed(2);
  const model = new Reverse();
  const optimizer = new optim.AdamW(model.parameters(), { lr: 3e-3 });
  for (let step = 0; step < 150; step++) {
    const ids = randint(0, SYMBOLS, [32, LENGTH]);
    optimizer.zeroGrad();
    F.crossEntropy(model.forward(ids).flatten(0, 1), ids.flip(1).flatten()).backward();
    nn.utils.clipGradNorm_(model.parameters(), 1);
    optimizer.step();
  }
  const ids = randint(0, SYMBOLS, [200, LENGTH]);
  const right = noGrad(() => model.forward(ids).argmax(2).eq(ids.flip(1)).to("float32").mean().item());
  expect(right).toBeGreaterThan(0.98);
});
