// TensorFlow.js on its WebAssembly backend: variables, core ops and `optimizer.minimize`, its fastest way to train.

import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import { type Job, serve } from "./serve.ts";

const files = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
setWasmPaths(`${files}/`);
await tf.setBackend("wasm");
await tf.ready();

type Forward = () => tf.Scalar;

function uniform(shape: number[], fanIn: number): tf.Variable {
  const bound = 1 / Math.sqrt(fanIn);
  return tf.variable(tf.randomUniform(shape, -bound, bound));
}

interface Dense {
  weight: tf.Variable;
  bias: tf.Variable;
}

function dense(inputs: number, outputs: number): Dense {
  return { weight: uniform([inputs, outputs], inputs), bias: uniform([outputs], inputs) };
}

function apply(layer: Dense, x: tf.Tensor2D): tf.Tensor2D {
  return tf.add(tf.matMul(x, layer.weight as unknown as tf.Tensor2D), layer.bias) as tf.Tensor2D;
}

function mlp(sizes: number[]): (x: tf.Tensor2D) => tf.Tensor2D {
  const layers = sizes.slice(1).map((size, i) => dense(sizes[i] as number, size));
  return (x) =>
    layers.reduce((h, layer, i) => {
      const out = apply(layer, h);
      return i < layers.length - 1 ? tf.relu(out) : out;
    }, x);
}

function minimize(forward: Forward): Job {
  const optimizer = tf.train.adam(1e-3);
  return { run: () => void tf.tidy(() => void optimizer.minimize(forward)) };
}

const mse = (output: tf.Tensor, target: tf.Tensor): tf.Scalar => tf.mean(tf.square(tf.sub(output, target)));
const huber = (output: tf.Tensor, target: tf.Tensor): tf.Scalar => tf.losses.huberLoss(target, output) as tf.Scalar;
const crossEntropy = (output: tf.Tensor, target: tf.Tensor): tf.Scalar =>
  tf.losses.softmaxCrossEntropy(target, output) as tf.Scalar;

function classes(batch: number, count: number): tf.Tensor2D {
  return tf.oneHot(tf.randomUniform([batch], 0, count, "int32") as tf.Tensor1D, count).toFloat() as tf.Tensor2D;
}

function lesson(): Job {
  const batches = Array.from({ length: 25 }, () => {
    const x = tf.randomUniform([64, 4]) as tf.Tensor2D;
    return [x, tf.sigmoid(tf.sum(x, 1, true))] as const;
  });
  const model = mlp([4, 64, 64, 1]);
  let next = 0;
  return minimize(() => {
    const [x, y] = batches[next] as (typeof batches)[number];
    next = (next + 1) % batches.length;
    return mse(model(x), y);
  });
}

function network(sizes: number[], batch: number, loss: typeof mse, target: tf.Tensor): Job {
  const model = mlp(sizes);
  const x = tf.randomNormal([batch, sizes[0] as number]) as tf.Tensor2D;
  return minimize(() => loss(model(x), target));
}

function cnn(): Job {
  const first = uniform([3, 3, 1, 16], 9) as unknown as tf.Tensor4D;
  const second = uniform([3, 3, 16, 32], 144) as unknown as tf.Tensor4D;
  const [bias1, bias2] = [uniform([16], 9), uniform([32], 144)];
  const head = dense(32 * 7 * 7, 10);
  const x = tf.randomNormal([64, 28, 28, 1]) as tf.Tensor4D;
  const y = classes(64, 10);
  return minimize(() => {
    const h = tf.maxPool(tf.relu(tf.add(tf.conv2d(x, first, 1, "same"), bias1)) as tf.Tensor4D, 2, 2, "same");
    const g = tf.maxPool(tf.relu(tf.add(tf.conv2d(h, second, 1, "same"), bias2)) as tf.Tensor4D, 2, 2, "same");
    return crossEntropy(apply(head, tf.reshape(g, [64, 32 * 7 * 7])), y);
  });
}

function lstm(): Job {
  const [input, recurrent] = [uniform([32, 512], 128), uniform([128, 512], 128)];
  const bias = uniform([512], 128);
  const head = dense(128, 1);
  const x = tf.randomNormal([50, 32, 32]) as tf.Tensor3D;
  const y = tf.randomNormal([32, 1]);
  return minimize(() => {
    const all = tf.add(tf.matMul(tf.reshape(x, [1600, 32]), input as unknown as tf.Tensor2D), bias);
    const steps = tf.unstack(tf.reshape(all, [50, 32, 512]));
    let h = tf.zeros([32, 128]) as tf.Tensor2D;
    let c: tf.Tensor = tf.zeros([32, 128]);
    for (const step of steps) {
      const gates = tf.add(step, tf.matMul(h, recurrent as unknown as tf.Tensor2D));
      const [i, f, g, o] = tf.split(gates, 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
      h = tf.mul(tf.sigmoid(o), tf.tanh(c)) as tf.Tensor2D;
    }
    return mse(apply(head, h), y);
  });
}

function layerNorm(x: tf.Tensor, weight: tf.Variable, bias: tf.Variable): tf.Tensor {
  const mean = tf.mean(x, -1, true);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), weight), bias);
}

function encoderLayer(): (x: tf.Tensor2D) => tf.Tensor2D {
  const [qkv, out, up, down] = [dense(128, 384), dense(128, 128), dense(128, 512), dense(512, 128)];
  const norms = Array.from({ length: 2 }, () => [tf.variable(tf.ones([128])), tf.variable(tf.zeros([128]))] as const);
  const [first, second] = norms as [(typeof norms)[number], (typeof norms)[number]];
  const heads = (x: tf.Tensor): tf.Tensor => tf.transpose(tf.reshape(x, [32, 64, 4, 32]), [0, 2, 1, 3]);
  return (x) => {
    const [q, k, v] = tf.split(apply(qkv, x), 3, 1).map(heads) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(32)));
    const mixed = tf.reshape(tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]), [32 * 64, 128]) as tf.Tensor2D;
    const h = layerNorm(tf.add(x, apply(out, mixed)), ...first) as tf.Tensor2D;
    return layerNorm(tf.add(h, apply(down, tf.relu(apply(up, h)))), ...second) as tf.Tensor2D;
  };
}

function transformer(): Job {
  const layers = [encoderLayer(), encoderLayer()];
  const x = tf.randomNormal([32 * 64, 128]) as tf.Tensor2D;
  const y = tf.randomNormal([32 * 64, 128]);
  return minimize(() =>
    mse(
      layers.reduce((h, layer) => layer(h), x),
      y,
    ),
  );
}

function product(n: number): Job {
  const a = tf.randomUniform([n, n]) as tf.Tensor2D;
  const b = tf.randomUniform([n, n]) as tf.Tensor2D;
  return { run: () => tf.matMul(a, b).dispose() };
}

function make(id: string): Job {
  if (id === "lesson") return lesson();
  if (id === "mlp-120-84") return network([4, 120, 84, 2], 128, huber, tf.randomNormal([128, 2]));
  if (id === "mlp-512") return network([256, 512, 512, 10], 256, crossEntropy, classes(256, 10));
  if (id === "mlp-1024") return network([784, 1024, 1024, 10], 256, crossEntropy, classes(256, 10));
  if (id === "cnn") return cnn();
  // Its gradient needs what the CNN's needs; see there.
  if (id === "resnet") throw new Error("this backend has no gradient of a convolution's filters");
  if (id === "lstm") return lstm();
  if (id === "transformer") return transformer();
  if (id.startsWith("matmul-")) return product(Number(id.slice(7)));
  throw new Error("has no loader of this kind");
}

const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
await serve(`${tf.version_core}, wasm ${version_wasm}${simd ? ", SIMD" : ""}`, make);
