// jax-js on its WebAssembly device: the whole step, Adam included, in one jitted function.

import { createRequire } from "node:module";
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  random,
  tree,
  valueAndGrad,
} from "@jax-js/jax";
import { type Job, serve } from "./serve.ts";

await init("wasm");
defaultDevice("wasm");

type Arrays = np.Array[];
/** Takes ownership of its arguments, as jax-js's functions do. */
type LossOf = (parameters: Arrays, x: np.Array, y: np.Array) => np.Array;

let seed = 0;
const normal = (shape: number[], scale = 1): np.Array => random.normal(random.key(seed++), shape).mul(scale);
const uniform = (shape: number[]): np.Array => random.uniform(random.key(seed++), shape);
const weight = (shape: number[], fanIn: number): np.Array =>
  uniform(shape)
    .mul(2)
    .sub(1)
    .mul(1 / Math.sqrt(fanIn));

function training(parameters: Arrays, lossOf: LossOf, batches: [np.Array, np.Array][]): Job {
  // What is still an expression would be computed again in each step.
  for (const batch of batches) for (const each of batch) each.ref.dataSync();
  const gradient = valueAndGrad(lossOf);
  const count = parameters.length;
  const step = jit((state: Arrays, x: np.Array, y: np.Array, rate: np.Array): Arrays => {
    const p = state.slice(0, count);
    const [loss, grads] = gradient(
      p.map((each) => each.ref),
      x,
      y,
    ) as [np.Array, Arrays];
    loss.dispose();
    const [first, second, moved]: [Arrays, Arrays, Arrays] = [[], [], []];
    for (let i = 0; i < count; i++) {
      const g = grads[i] as np.Array;
      const m = (state[count + i] as np.Array).mul(0.9).add(g.ref.mul(0.1));
      const v = (state[2 * count + i] as np.Array).mul(0.999).add(np.square(g).mul(0.001));
      const change = m.ref.div(np.sqrt(v.ref).add(1e-8)).mul(rate.ref);
      moved.push((p[i] as np.Array).sub(change));
      first.push(m);
      second.push(v);
    }
    rate.dispose();
    return [...moved, ...first, ...second];
  });
  let state: Arrays = [
    ...parameters,
    ...tree.ref(parameters).map((p) => np.zerosLike(p)),
    ...tree.ref(parameters).map((p) => np.zerosLike(p)),
  ];
  let next = 0;
  let steps = 0;
  return {
    // Steps that nobody waits for pile up as pending work, and each makes the next one slower.
    async run() {
      const [x, y] = batches[next] as [np.Array, np.Array];
      next = (next + 1) % batches.length;
      steps++;
      const rate = (1e-3 * Math.sqrt(1 - 0.999 ** steps)) / (1 - 0.9 ** steps);
      state = (await blockUntilReady(step(state, x.ref, y.ref, np.array(new Float32Array([rate]))))) as Arrays;
    },
  };
}

const mse = (output: np.Array, y: np.Array): np.Array => np.mean(np.square(output.sub(y)));
const crossEntropy = (output: np.Array, y: np.Array): np.Array =>
  np.mean(np.sum(nn.logSoftmax(output, -1).mul(y), -1)).mul(-1);
function huber(output: np.Array, y: np.Array): np.Array {
  const size = np.absolute(output.sub(y));
  const inner = np.minimum(size.ref, 1);
  return np.mean(inner.ref.mul(inner.ref).mul(0.5).add(size.sub(inner)));
}

function mlp(sizes: number[], loss: typeof mse, batches: [np.Array, np.Array][]): Job {
  const parameters: Arrays = [];
  for (let i = 1; i < sizes.length; i++) {
    const [inputs, outputs] = [sizes[i - 1] as number, sizes[i] as number];
    parameters.push(weight([inputs, outputs], inputs), weight([outputs], inputs));
  }
  return training(
    parameters,
    (p, x, y) => {
      let h = x;
      for (let i = 0; i < p.length; i += 2) {
        h = np.matmul(h, p[i] as np.Array).add(p[i + 1] as np.Array);
        if (i + 2 < p.length) h = nn.relu(h);
      }
      return loss(h, y);
    },
    batches,
  );
}

const classes = (batch: number, count: number): np.Array =>
  nn.oneHot(np.array(Array.from({ length: batch }, (_, i) => i % count)).astype(np.int32), count);

function lesson(): Job {
  const batches = Array.from({ length: 25 }, (): [np.Array, np.Array] => {
    const x = uniform([64, 4]);
    return [x.ref, nn.sigmoid(np.sum(x, 1, { keepdims: true }))];
  });
  return mlp([4, 64, 64, 1], mse, batches);
}

function cnn(): Job {
  const p = [
    weight([16, 1, 3, 3], 9),
    weight([1, 16, 1, 1], 9),
    weight([32, 16, 3, 3], 144),
    weight([1, 32, 1, 1], 144),
  ];
  p.push(weight([1568, 10], 1568), weight([10], 1568));
  const pool = (x: np.Array): np.Array => {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    return np.max(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5]);
  };
  return training(
    p,
    (parameters, x, y) => {
      const [w1, b1, w2, b2, w3, b3] = parameters as [np.Array, np.Array, np.Array, np.Array, np.Array, np.Array];
      const h = pool(nn.relu(lax.conv(x, w1, [1, 1], "SAME").add(b1)));
      const g = pool(nn.relu(lax.conv(h, w2, [1, 1], "SAME").add(b2)));
      return crossEntropy(np.matmul(g.reshape([64, 1568]), w3).add(b3), y);
    },
    [[normal([64, 1, 28, 28]), classes(64, 10)]],
  );
}

function lstm(): Job {
  const parameters = [weight([32, 512], 128), weight([128, 512], 128), weight([512], 128)];
  parameters.push(weight([128, 1], 128), weight([1], 128));
  return training(
    parameters,
    (p, x, y) => {
      const [input, recurrent, bias, head, headBias] = p as [np.Array, np.Array, np.Array, np.Array, np.Array];
      const all = np
        .matmul(x.reshape([1600, 32]), input)
        .add(bias)
        .reshape([50, 32, 4, 128]);
      let h = np.zeros([32, 128]);
      let c = np.zeros([32, 128]);
      for (const step of np.unstack(all)) {
        const gates = step.add(np.matmul(h, recurrent.ref).reshape([32, 4, 128]));
        const [i, f, g, o] = np.unstack(gates, 1) as [np.Array, np.Array, np.Array, np.Array];
        c = nn
          .sigmoid(f)
          .mul(c)
          .add(nn.sigmoid(i).mul(np.tanh(g)));
        h = nn.sigmoid(o).mul(np.tanh(c.ref));
      }
      recurrent.dispose();
      c.dispose();
      return mse(np.matmul(h, head).add(headBias), y);
    },
    [[normal([50, 32, 32]), normal([32, 1])]],
  );
}

const LAYER = 12;

function encoderLayer(x: np.Array, p: Arrays): np.Array {
  const [wq, bq, wo, bo, w1, b1, w2, b2, n1, c1, n2, c2] = p as Arrays & { length: typeof LAYER };
  const linear = (h: np.Array, w?: np.Array, b?: np.Array): np.Array => np.matmul(h, w as np.Array).add(b as np.Array);
  const norm = (h: np.Array, w?: np.Array, b?: np.Array): np.Array =>
    nn
      .standardize(h, -1, { epsilon: 1e-5 })
      .mul(w as np.Array)
      .add(b as np.Array);
  const heads = linear(x.ref, wq, bq).reshape([32, 64, 3, 4, 32]);
  const [q, k, v] = np.unstack(heads, 2) as [np.Array, np.Array, np.Array];
  // nn.dotProductAttention goes through einsum, which needs a newer Node than 20.
  const scores = np.matmul(np.transpose(q, [0, 2, 1, 3]), np.transpose(k, [0, 2, 3, 1])).mul(1 / Math.sqrt(32));
  const attended = np.matmul(nn.softmax(scores, -1), np.transpose(v, [0, 2, 1, 3]));
  const mixed = np.transpose(attended, [0, 2, 1, 3]).reshape([32 * 64, 128]);
  const h = norm(x.add(linear(mixed, wo, bo)), n1, c1);
  return norm(h.ref.add(linear(nn.relu(linear(h, w1, b1)), w2, b2)), n2, c2);
}

function transformer(): Job {
  const layer = (): Arrays => [
    ...[weight([128, 384], 128), weight([384], 128), weight([128, 128], 128), weight([128], 128)],
    ...[weight([128, 512], 128), weight([512], 128), weight([512, 128], 512), weight([128], 512)],
    ...[np.ones([128]), np.zeros([128]), np.ones([128]), np.zeros([128])],
  ];
  return training(
    [...layer(), ...layer()],
    (p, x, y) => mse(encoderLayer(encoderLayer(x, p.slice(0, LAYER)), p.slice(LAYER)), y),
    [[normal([32 * 64, 128]), normal([32 * 64, 128])]],
  );
}

function product(n: number): Job {
  const a = uniform([n, n]);
  const b = uniform([n, n]);
  return {
    async run() {
      const c = np.matmul(a.ref, b.ref);
      (await blockUntilReady(c)).dispose();
    },
  };
}

function make(id: string): Job {
  if (id === "lesson") return lesson();
  if (id === "mlp-120-84") return mlp([4, 120, 84, 2], huber, [[normal([128, 4]), normal([128, 2])]]);
  if (id === "mlp-512") return mlp([256, 512, 512, 10], crossEntropy, [[normal([256, 256]), classes(256, 10)]]);
  if (id === "mlp-1024") return mlp([784, 1024, 1024, 10], crossEntropy, [[normal([256, 784]), classes(256, 10)]]);
  if (id === "cnn") return cnn();
  if (id === "lstm") return lstm();
  if (id === "transformer") return transformer();
  if (id.startsWith("matmul-")) return product(Number(id.slice(7)));
  if (id === "loader" || id === "lesson-loader") throw new Error("has no loader");
  throw new Error("not written for this peer");
}

const { version } = createRequire(import.meta.url)("../node_modules/@jax-js/jax/package.json") as { version: string };
await serve(version, make);
