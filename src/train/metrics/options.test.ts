import { expect, it } from "vitest";
import { ConfigError } from "../../util/index.ts";
import * as metrics from "./index.ts";

it.each([
  ["Accuracy", () => new metrics.Accuracy({ treshold: 0 } as never), "threshold"],
  ["TopK", () => new metrics.TopK(2, { nam: "x" } as never), "name"],
  ["AUROC", () => new metrics.AUROC({ averag: "none" } as never), "average"],
  ["precision", () => new metrics.Precision({ zero_division: 0 } as never), "zeroDivision"],
  ["recall", () => new metrics.Recall({ class: 3 } as never), "classes"],
  ["f1", () => new metrics.F1({ averge: "macro" } as never), "average"],
  ["ConfusionMatrix", () => new metrics.ConfusionMatrix({ clases: 3 } as never), "classes"],
  ["R2", () => new metrics.R2({ nme: "x" } as never), "name"],
  ["MSE", () => new metrics.MSE({ nme: "x" } as never), "name"],
])("%s refuses a misspelt option", (name, make, meant) => {
  expect(make).toThrow(ConfigError);
  expect(make).toThrow(new RegExp(`^${name}: there is no option .*Did you mean "${meant}"`));
});
