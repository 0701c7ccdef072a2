import { data } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConfigError, checkedOptions, ShapeError } from "../../util/index.ts";
import { refuseShapes, targetLabels } from "./labels.ts";
import type { Json, Metric } from "./metric.ts";
import type { MetricOptions } from "./regression.ts";
import { numberField, numbersField, requireSamples, stateFields, toJson } from "./state.ts";

/** Options of `AUROC`. */
export interface AurocOptions extends MetricOptions {
  /** With several classes: `macro` (default), the mean of each class against the rest; `none`: each by its number. */
  average?: "macro" | "none";
}

/**
 * The area under the receiver operating characteristic: the chance that a sample of the class gets a higher score
 * than one that is not, ties counting half.
 *
 * (Σ ranks of the class's samples − p(p+1)/2) / (p · q), with mean ranks for ties; p and q samples of each side.
 *
 * Exact: every score is kept (8 bytes each, and 4 for a target). NaN when only one class occurred, or when a score
 * is NaN. With one score for each sample, logits and probabilities give the same; with several, pass probabilities.
 *
 * @example
 * const auroc = new train.metrics.AUROC();
 * auroc.update(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1]));
 * console.log(auroc.compute()); // 0.75
 */
export class AUROC implements Metric {
  readonly name: string;
  readonly #average: "macro" | "none";
  #columns = 0;
  #scores: Float64Array[] = [];
  #targets: Int32Array[] = [];
  #count = 0;

  constructor(options: AurocOptions = {}) {
    checkedOptions<AurocOptions>("AUROC", options, { name: "string", average: "string" });
    const { average = "macro" } = options;
    if (average !== "macro" && average !== "none") {
      throw new ConfigError("AUROC", `average is "${average}"`, 'expected "macro" or "none"', "Choose one of them.");
    }
    this.name = options.name ?? "auroc";
    this.#average = average;
  }

  reset(): void {
    this.#columns = 0;
    this.#scores = [];
    this.#targets = [];
    this.#count = 0;
  }

  /**
   * @param prediction n scores, higher for class 1, or `[n, classes]`
   * @param target n class numbers
   */
  update(prediction: Tensor, target: Tensor): void {
    const columns = target.length === 0 ? 0 : prediction.length / target.length;
    const rows =
      prediction.shape.length <= 2 && prediction.shape[0] === target.length && target.shape[0] === target.length;
    if (columns === 0 || !rows) refuseShapes(this.name, prediction, target);
    if (this.#count > 0 && columns !== this.#columns) {
      throw new ShapeError(
        this.name,
        `${columns} scores for each sample`,
        `expected ${this.#columns}, as before`,
        "Call reset() before another data set.",
      );
    }
    const labels = targetLabels(this.name, target, Math.max(2, columns));
    this.#columns = columns;
    this.#scores.push(Float64Array.from(data(prediction)));
    this.#targets.push(labels);
    this.#count += labels.length;
  }

  compute(): number | Record<string, number> {
    requireSamples(this.name, this.#count);
    const targets = this.#allTargets();
    if (this.#columns === 1) return areaUnderCurve(this.#column(0), targets, 1);
    if (this.#columns === 2 && this.#average === "macro") return areaUnderCurve(this.#column(1), targets, 1);
    const areas = Array.from({ length: this.#columns }, (_, label) =>
      areaUnderCurve(this.#column(label), targets, label),
    );
    if (this.#average === "none") return Object.fromEntries(areas.map((area, label) => [String(label), area]));
    return areas.reduce((sum, area) => sum + area, 0) / areas.length;
  }

  #allTargets(): Int32Array {
    const all = new Int32Array(this.#count);
    let at = 0;
    for (const part of this.#targets) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #column(column: number): Float64Array {
    const all = new Float64Array(this.#count);
    let at = 0;
    for (const part of this.#scores) {
      for (let i = column; i < part.length; i += this.#columns) all[at++] = part[i] as number;
    }
    return all;
  }

  stateDict(): Json {
    const scores = this.#scores.flatMap((part) => Array.from(part, toJson));
    return { kind: "AUROC", columns: this.#columns, scores, targets: [...this.#allTargets()] };
  }

  loadStateDict(state: unknown): void {
    const fields = stateFields(this.name, "AUROC", state);
    const columns = numberField(this.name, fields, "columns");
    const targets = numbersField(this.name, fields, "targets");
    const scores = numbersField(this.name, fields, "scores", targets.length * columns);
    this.#columns = columns;
    this.#count = targets.length;
    this.#targets = [Int32Array.from(targets)];
    this.#scores = [Float64Array.from(scores)];
  }
}

/** Of one class against the rest; NaN when either side is empty or a score is NaN. */
function areaUnderCurve(scores: Float64Array, targets: Int32Array, label: number): number {
  const n = scores.length;
  if (scores.some(Number.isNaN)) return NaN;
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  order.sort((a, b) => {
    const left = scores[a] as number;
    const right = scores[b] as number;
    return left < right ? -1 : left > right ? 1 : 0; // a difference would be NaN for two infinities
  });
  let ranks = 0;
  let positives = 0;
  for (let start = 0; start < n; ) {
    const score = scores[order[start] as number];
    let end = start;
    let hits = 0;
    for (; end < n && scores[order[end] as number] === score; end++) {
      if (targets[order[end] as number] === label) hits++;
    }
    ranks += (hits * (start + 1 + end)) / 2; // mean of the ranks start + 1 … end
    positives += hits;
    start = end;
  }
  if (positives === 0 || positives === n) return NaN;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (n - positives));
}
