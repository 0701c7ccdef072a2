import { data, type Tensor, tensor, train } from "innerloop";
import { describe, expect, it } from "vitest";
import { decodeNumber, type GoldenNumber, readGolden } from "../../../tests/golden/read.ts";

const { metrics } = train;
type Metric = train.metrics.Metric;
type Rows = number[] | number[][];

interface Golden {
  regression: ({ name: string; prediction: Rows; target: Rows } & Record<
    "mae" | "mse" | "rmse" | "r2",
    GoldenNumber
  >)[];
  classes: {
    name: string;
    prediction: number[];
    target: number[];
    accuracy: number;
    matrix: number[][];
    precision: Figures;
    recall: Figures;
    f1: Figures;
  }[];
  areas: { name: string; scores: Rows; target: number[]; macro: GoldenNumber; none?: GoldenNumber[] }[];
  top: { name: string; scores: number[][]; target: number[]; k: number; value: number }[];
}
type Figures = { macro: number; micro: number; weighted: number; none: number[]; binary?: number };

const golden = readGolden<Golden>("metrics");

/** Feeds in pieces of 1, 2, 3 … samples, with the state carried through JSON into a fresh metric half way. */
function unevenly(make: () => Metric, prediction: Rows, target: Rows, dtype: "float32" | "int32"): Metric {
  const targetType = dtype === "int32" || (Array.isArray(prediction[0]) && !Array.isArray(target[0])) ? "int32" : dtype;
  let metric = make();
  for (let at = 0, size = 1; at < target.length; at += size++) {
    metric.update(
      tensor(prediction.slice(at, at + size), { dtype }),
      tensor(target.slice(at, at + size), { dtype: targetType }),
    );
    const next = make();
    next.loadStateDict(JSON.parse(JSON.stringify(metric.stateDict())));
    metric = next;
  }
  return metric;
}

function atOnce(make: () => Metric, prediction: Rows, target: Rows, dtype: "float32" | "int32"): Metric {
  const metric = make();
  const targetType = dtype === "int32" || (Array.isArray(prediction[0]) && !Array.isArray(target[0])) ? "int32" : dtype;
  metric.update(tensor([[1]]), tensor([[1]]));
  metric.reset(); // leaves nothing behind
  metric.update(tensor(prediction, { dtype }), tensor(target, { dtype: targetType }));
  return metric;
}

function close(found: number | Record<string, number>, wanted: GoldenNumber, tolerance = 1e-12): void {
  const value = decodeNumber(wanted);
  if (Number.isNaN(value)) expect(found).toBeNaN();
  else expect(Math.abs((found as number) - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
}

describe("regression metrics are scikit-learn's", () => {
  const makers = {
    mae: () => new metrics.MAE(),
    mse: () => new metrics.MSE(),
    rmse: () => new metrics.RMSE(),
    r2: () => new metrics.R2(),
  };
  for (const example of golden.regression) {
    for (const [key, make] of Object.entries(makers) as [keyof typeof makers, () => Metric][]) {
      it(`${key}: ${example.name}`, () => {
        // (r² far from zero: the spread is 1e-4 of the mean, and float64 keeps 1e-16 of it)
        for (const feed of [unevenly, atOnce]) {
          close(feed(make, example.prediction, example.target, "float32").compute(), example[key], 1e-10);
        }
      });
    }
  }
});

describe("class metrics are scikit-learn's", () => {
  for (const example of golden.classes) {
    it(example.name, () => {
      const run = (make: () => Metric): Metric => unevenly(make, example.prediction, example.target, "int32");
      close(run(() => new metrics.Accuracy()).compute(), example.accuracy);
      const confusion = run(() => new metrics.ConfusionMatrix()) as train.metrics.ConfusionMatrix;
      expect(confusion.matrix()).toEqual(example.matrix);
      expect(confusion.compute()["1→0"]).toBe(example.matrix[1]?.[0]);
      for (const [key, Class] of [
        ["precision", metrics.Precision],
        ["recall", metrics.Recall],
        ["f1", metrics.F1],
      ] as const) {
        for (const average of ["macro", "micro", "weighted", "binary"] as const) {
          const wanted = example[key][average];
          if (wanted !== undefined) close(run(() => new Class({ average })).compute(), wanted);
        }
        const each = run(() => new Class({ average: "none" })).compute() as Record<string, number>;
        expect(Object.keys(each)).toEqual(example[key].none.map((_, label) => String(label)));
        for (const [label, wanted] of example[key].none.entries()) close(each[label] as number, wanted);
      }
    });
  }

  it.each(golden.top)("$name", ({ scores, target, k, value }) => {
    close(unevenly(() => new metrics.TopK(k), scores, target, "float32").compute(), value);
  });
});

describe("AUROC is scikit-learn's", () => {
  for (const example of golden.areas) {
    it(example.name, () => {
      const feeds = [unevenly, atOnce] as const;
      for (const feed of feeds) {
        close(feed(() => new metrics.AUROC(), example.scores, example.target, "float32").compute(), example.macro);
      }
      if (example.none === undefined) return;
      const each = unevenly(
        () => new metrics.AUROC({ average: "none" }),
        example.scores,
        example.target,
        "float32",
      ).compute();
      for (const [label, wanted] of example.none.entries())
        close((each as Record<string, number>)[label] as number, wanted);
    });
  }

  it("takes infinite scores and gives NaN for NaN", () => {
    const auroc = new metrics.AUROC();
    auroc.update(tensor([-Infinity, Infinity, Infinity, 0]), tensor([0, 1, 0, 1]));
    expect(auroc.compute()).toBe(0.625);
    auroc.update(tensor([NaN]), tensor([1]));
    expect(auroc.compute()).toBeNaN();
    expect(JSON.stringify(auroc.stateDict())).toContain('"Infinity"');
  });
});

describe("predictions", () => {
  const share = (prediction: Tensor, target: Tensor, options = {}): number | Record<string, number> => {
    const metric = new metrics.Accuracy(options);
    metric.update(prediction, target);
    return metric.compute();
  };

  it("are scores by class, a probability, a logit with threshold 0, or labels", () => {
    expect(
      share(
        tensor([
          [1, 2, 0],
          [3, 1, 3],
        ]),
        tensor([1, 0]),
      ),
    ).toBe(1); // the first of equals
    expect(share(tensor([[0.4], [0.6]]), tensor([[0], [1]]))).toBe(1);
    expect(share(tensor([-3, 0.2]), tensor([0, 1]), { threshold: 0 })).toBe(1);
    expect(share(tensor([2, 1], { dtype: "int32" }), tensor([2, 0]))).toBe(0.5);
    expect(
      share(
        tensor([
          [1, 0],
          [1, 0],
        ]).select(1, 0),
        tensor([1, 1]),
      ),
    ).toBe(1); // with strides
  });

  it("that do not fit are refused and leave nothing behind", () => {
    const metric = new metrics.Accuracy();
    const refusals: [Tensor, Tensor, RegExp][] = [
      [tensor([[1, 0]]), tensor([0, 1]), /prediction \[1, 2\], target \[2\]/],
      [tensor([-3, 2]), tensor([0, 1]), /threshold: 0/],
      [
        tensor([
          [1, 0],
          [0, 1],
        ]),
        tensor([0, 2]),
        /target 1 is 2/,
      ],
      [tensor([0.1, 0.2]), tensor([0, 0.5]), /target 1 is 0.5/],
    ];
    for (const [prediction, target, message] of refusals)
      expect(() => metric.update(prediction, target)).toThrow(message);
    expect(() => metric.compute()).toThrow(/no samples/);
    expect(() => new metrics.MAE().update(tensor([1, 2]), tensor([[1], [2]]))).toThrow(/squeeze/);
    expect(() => new metrics.TopK(0)).toThrow(/k is 0/);
    expect(() => new metrics.AUROC().update(tensor([[0.1, 0.2, 0.7]]), tensor([0, 1]))).toThrow(/AUROC|auroc/);
  });

  it("of three classes need an average that is not binary", () => {
    const metric = new metrics.Precision();
    metric.update(tensor([[1, 0, 0]]), tensor([0]));
    expect(() => metric.compute()).toThrow(/3 classes/);
  });

  it("that are NaN count as wrong in top-k and give NaN in means", () => {
    const top = new metrics.TopK(1);
    top.update(tensor([[NaN, 1]]), tensor([0]));
    expect(top.compute()).toBe(0);
    const mae = new metrics.MAE();
    mae.update(tensor([NaN]), tensor([0]));
    expect(mae.compute()).toBeNaN();
    const again = new metrics.MAE();
    again.loadStateDict(JSON.parse(JSON.stringify(mae.stateDict())));
    expect(again.compute()).toBeNaN();
  });

  it("are only read", () => {
    const scores = tensor([0.25, 0.75]);
    share(scores, tensor([0, 1]));
    expect([...data.TensorDataset.name, ...scores.data]).toEqual([..."TensorDataset", 0.25, 0.75]);
  });
});

describe("a state", () => {
  it.each<[string, unknown]>([
    ["of another kind", new metrics.MSE().stateDict()],
    ["of nothing", null],
    ["with a field missing", { kind: "MAE", sum: 1 }],
    ["with text for a number", { kind: "MAE", sum: "1", count: 1 }],
  ])("%s is refused", (_, state) => {
    expect(() => new metrics.MAE().loadStateDict(state)).toThrow(/mae: /);
  });

  it("with lists of the wrong length is refused", () => {
    expect(() =>
      new metrics.AUROC().loadStateDict({ kind: "AUROC", columns: 1, scores: [1], targets: [0, 1] }),
    ).toThrow(/'scores' has 1 numbers instead of 2/);
    expect(() =>
      new metrics.ConfusionMatrix().loadStateDict({ kind: "ConfusionMatrix", classes: 2, counts: [1], samples: 1 }),
    ).toThrow(/'counts'/);
  });
});
