/** What a run can have, and `healthy` when it has nothing. */
export type VerdictKind =
  | "divergence"
  | "explodingGradients"
  | "deadUnits"
  | "vanishingGradients"
  | "oscillation"
  | "overfitting"
  | "tooSlow"
  | "underfitting"
  | "plateau"
  | "notAnnealed"
  | "healthy";

/** `critical`: stop and change something; `warning`: the result suffers; `info`: could be a little better. */
export type Severity = "critical" | "warning" | "info";

/** A finding, with what it rests on and what to do. */
export interface Verdict {
  kind: VerdictKind;
  severity: Severity;
  /** One sentence with the figures. */
  evidence: string;
  /** What to change. */
  advice: string;
  /** Overfitting: the epoch with the lowest validation loss. */
  bestEpoch?: number;
  /** Overfitting: validation loss minus training loss at the end. */
  gap?: number;
}

/** What one epoch tells; only the losses are needed. Epochs may be missing in between. */
export interface DiagnosisEpoch {
  epoch: number;
  trainLoss: number;
  valLoss?: number | null;
  lr?: number | null;
  /** Mean gradient norm, before clipping. */
  gradNorm?: number | null;
  /** The largest gradient norm of a step, before clipping. */
  gradNormMax?: number;
  /** Gradient norm of each parameter, from the input to the output. */
  parameterGradNorms?: Readonly<Record<string, number>>;
  /** Share of units that no sample reaches, for each layer. */
  deadUnits?: Readonly<Record<string, number>>;
}

/** What one step tells. */
export interface DiagnosisStep {
  step: number;
  loss: number;
  /** Before clipping. */
  gradNorm?: number | null;
}

/** A run as `diagnose` takes it; a `History` is one. */
export interface DiagnosisInput {
  readonly epochs: readonly DiagnosisEpoch[];
  readonly steps?: readonly DiagnosisStep[];
  /** How many epochs the run is meant to have. */
  readonly plannedEpochs?: number | null;
  /** Loss of the first batch before the first update. */
  readonly initialLoss?: number | null;
  /** Loss of the best constant prediction on the training data (see `constantLossOf`). */
  readonly constantLoss?: number | null;
  /** The shape of the loss curves says nothing (see `History.movingTarget`). */
  readonly movingTarget?: boolean;
}

/** What to do about each finding. */
export const ADVICE: Readonly<Record<VerdictKind, string>> = {
  divergence: "Divide the learning rate by 10.",
  explodingGradients:
    "Clip the gradient norm at 1.0 (supervised) or 10 (reinforcement learning); check the initialisation.",
  deadUnits: "Lower the learning rate, start biases at 0, or use LeakyReLU or GELU.",
  vanishingGradients:
    "Use ReLU or GELU instead of sigmoids, add normalisation or residual connections, or fewer layers.",
  oscillation: "Divide the learning rate by 10.",
  overfitting: "Stop at the best epoch; less capacity, dropout, weight decay, or more data.",
  tooSlow: "Multiply the learning rate by 3.",
  underfitting: "Larger model, higher learning rate, or better features.",
  plateau: "Use cosine annealing or step decay.",
  notAnnealed: "Let the learning rate fall to about 0 by the last epoch: cosine annealing over the planned epochs.",
  healthy: "Nothing needs changing. If the final accuracy is slightly off, try warmup.",
};

/** A verdict with the table's advice. */
export function verdict(kind: VerdictKind, severity: Severity, evidence: string): Verdict {
  return { kind, severity, evidence, advice: ADVICE[kind] };
}

/** A figure for evidence: three digits. */
export function show(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

/** A share as per cent. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
