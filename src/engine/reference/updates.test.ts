import { expect, it } from "vitest";
import type { View } from "../storage.ts";
import type { UpdateRule } from "../updates.ts";
import { ReferenceBackend } from "./index.ts";

// Five steps of torch.optim.SGD, Adam and AdamW (PyTorch 1.13, float64) from [1.5, -0.7].
const GRADIENTS = [
  [0.3, -1.2],
  [0.1, 0.7],
  [-0.5, 0.2],
  [1e-3, -2],
  [0.9, 0.4],
];

interface Case {
  name: string;
  rule: UpdateRule;
  states: number;
  hyper: (step: number) => number[];
  trajectory: readonly (readonly [number, number])[];
}

const CASES: readonly Case[] = [
  {
    name: "sgd momentum dampening weightDecay",
    rule: "sgd",
    states: 1,
    hyper: (step) => [0.1, 0.9, 0.3, 0.05, 0, 0, Number(step === 1)],
    trajectory: [
      [1.4625, -0.5765],
      [1.41663125, -0.51233225],
      [1.405391165625, -0.46678811212500004],
      [1.3902862206078126, -0.28416462964506256],
      [1.3088257683202165, -0.1468089192093611],
    ],
  },
  {
    name: "sgd nesterov maximize weightDecay",
    rule: "sgd",
    states: 1,
    hyper: (step) => [0.1, 0.8, 0, 0.05, 1, 1, Number(step === 1)],
    trajectory: [
      [1.5405, -0.9097],
      [1.5590355, -0.8500727],
      [1.4679945805, -0.8183590057],
      [1.4283660356755001, -1.1650231100087],
      [1.5515998838168206, -1.2031426214883818],
    ],
  },
  {
    name: "sgd weightDecay",
    rule: "sgd",
    states: 0,
    hyper: () => [0.1, 0, 0, 0.05, 0, 0, 0],
    trajectory: [
      [1.4625, -0.5765],
      [1.4451874999999998, -0.6436175000000001],
      [1.4879615624999998, -0.6603994125000001],
      [1.4804217546874998, -0.4570974154375001],
      [1.3830196459140622, -0.4948119283603126],
    ],
  },
  {
    name: "adam weightDecay",
    rule: "adam",
    states: 2,
    hyper: (step) => [0.1, 0.9, 0.999, 1e-8, 0.05, 0, 0, step],
    trajectory: [
      [1.4000000026666666, -0.6000000008097166],
      [1.3082402667858621, -0.576608180988931],
      [1.3058743891112774, -0.5663912102970591],
      [1.2975461516556026, -0.5139284206712954],
      [1.2475308463460848, -0.4782553067108491],
    ],
  },
  {
    name: "adam amsgrad maximize",
    rule: "adam",
    states: 3,
    hyper: (step) => [0.1, 0.5, 0.7, 1e-3, 0, 0, 1, step],
    trajectory: [
      [1.5996677740863787, -0.7999167360532888],
      [1.6717899038584891, -0.7928223488038726],
      [1.6141543831016658, -0.7755701951403208],
      [1.585388218300336, -0.8484496910967336],
      [1.6561279138991478, -0.8696036972921684],
    ],
  },
  {
    name: "adamw amsgrad",
    rule: "adam",
    states: 3,
    hyper: (step) => [0.1, 0.9, 0.999, 1e-8, 0.05, 1, 0, step],
    trajectory: [
      [1.3925000033333332, -0.5965000008333333],
      [1.298431112140529, -0.5731555300033239],
      [1.3099763777207918, -0.5638212907703494],
      [1.3180960089159501, -0.5103719600186889],
      [1.2727135028416199, -0.47441021579832326],
    ],
  },
  {
    name: "adamw maximize",
    rule: "adam",
    states: 2,
    hyper: (step) => [0.1, 0.9, 0.999, 1e-8, 0.05, 1, 1, step],
    trajectory: [
      [1.5924999966666666, -0.7964999991666667],
      [1.6716438878594708, -0.8128794699966762],
      [1.645248247279208, -0.8152835342296506],
      [1.6223451736963699, -0.861837340856311],
      [1.6530254738576384, -0.8909380385723017],
    ],
  },
];

it.each(CASES)("$name follows PyTorch to 1e-12", ({ rule, states, hyper, trajectory }) => {
  const backend = new ReferenceBackend();
  const vector = (values: readonly number[]): View => {
    const storage = backend.alloc("float64", values.length, "test");
    backend.write(storage, 0, new Float64Array(values));
    const { dtype, length } = storage;
    return { storage, dtype, length, shape: [length], strides: [1], offset: 0, packed: true };
  };
  const parameter = vector([1.5, -0.7]);
  const state = Array.from({ length: states }, () => vector([0, 0]));
  GRADIENTS.forEach((gradient, i) => {
    backend.update(rule, parameter, vector(gradient), state, hyper(i + 1));
    const expected = trajectory[i] as readonly [number, number];
    backend.read(parameter.storage, 0, 2).forEach((value, j) => {
      expect(Math.abs(value - (expected[j] as number))).toBeLessThan(1e-12);
    });
  });
});
