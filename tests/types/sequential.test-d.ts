import { nn } from "../../src/index.ts";

// Compile-time tests: `tsc` checks this file, nothing runs it.

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<_T extends true>(): void {}

const layer = new nn.Linear(4, 64);
expectType<Equal<typeof layer, nn.Linear<4, 64>>>();

// Fitting neighbours, also across layers that leave the size as it is.
const model = new nn.Sequential(
  new nn.Linear(4, 64),
  new nn.ReLU(),
  new nn.Dropout(0.1),
  new nn.Tanh(),
  new nn.Sigmoid(),
  new nn.Identity(),
  new nn.Linear(64, 1),
);
expectType<Equal<(typeof model)["~sizes"], nn.Sizes<4, 1>>>();
const first: nn.Linear<4, 64> = model.at(0);
const second: nn.ReLU = model.at(1);

// @ts-expect-error: the first layer gives 64 features, the second takes 32
new nn.Sequential(new nn.Linear(4, 64), new nn.Linear(32, 1));

// @ts-expect-error: ReLU and Dropout pass 64 through, and the next layer takes 32
new nn.Sequential(new nn.Linear(4, 64), new nn.ReLU(), new nn.Dropout(), new nn.Linear(32, 1));

// The error names both sizes.
type Wrong = nn.Chain<[nn.Linear<4, 64>, nn.ReLU, nn.Linear<32, 1>]>[2];
expectType<Equal<Wrong, nn.SizeMismatch<"this layer takes 32 features, the one before it gives 64">>>();

// Sequentials know what they take and give.
new nn.Sequential(model, new nn.Linear(1, 2));
// @ts-expect-error: the inner Sequential gives 1 feature, the layer takes 3
new nn.Sequential(model, new nn.Linear(3, 2));
// @ts-expect-error: the inner Sequential takes 4 features, the layer gives 5
new nn.Sequential(new nn.Linear(2, 5), model);

// Plain numbers always compile.
const width: number = 10 + 2;
new nn.Sequential(new nn.Linear(4, width), new nn.Linear(width, 1));
new nn.Sequential(new nn.Linear(4, width), new nn.Linear(32, 1));
new nn.Sequential(new nn.Linear(4, 64), new nn.Linear(width, 1));
const list: nn.Layer[] = [layer, new nn.ReLU()];
new nn.Sequential(...list);
const unsized: nn.Linear = layer;

// A layer of one's own says nothing about sizes: the check starts anew after it.
class Halve extends nn.Module {
  forward(x: Parameters<nn.Layer["forward"]>[0]): ReturnType<nn.Layer["forward"]> {
    return x.chunk(2, -1)[0] as ReturnType<nn.Layer["forward"]>;
  }
}
new nn.Sequential(new nn.Linear(4, 64), new Halve(), new nn.Linear(32, 1));

// @ts-expect-error: a loss takes two tensors and is no layer
new nn.Sequential(new nn.Linear(4, 64), new nn.MSELoss());

export { first, second, unsized };
