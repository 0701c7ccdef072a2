import type { Tensor } from "../../tensor/index.ts";
import type { Callback, StepInfo } from "../callback.ts";
import type { EpochRecord } from "../history.ts";
import type { Json } from "../json.ts";
import type { Trainer } from "../trainer.ts";
import { constantLossOf } from "./constant-loss.ts";
import { GradientProbe } from "./gradient-probe.ts";
import { LiveDiagnosis } from "./live.ts";
import type { Verdict } from "./verdict.ts";

/** Options of `DiagnosisCallback`. */
export interface DiagnosisCallbackOptions {
  /** The training targets: what they make of a constant prediction tells how much was learnt (see `constantLossOf`). */
  targets?: Tensor;
  /** Steps of each epoch whose gradients are looked at by parameter, 0 for none; default 8. */
  probeSteps?: number;
  /** Epochs before which the shape of the curves says nothing; default 8. */
  patience?: number;
  /** Where findings go, a line each; default the trainer's display. */
  say?: (line: string) => void;
}

/**
 * Says during a run what is wrong with it, each thing once, and records with the epochs what `diagnose` needs:
 * gradients by parameter, dead units and the constant's loss. An epoch that was resumed in its middle is probed on
 * what was left of it.
 *
 * @example
 * const watch = new train.DiagnosisCallback({ targets: y });
 * const trainer = new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 2, callbacks: [watch] });
 * await trainer.fit(trainLoader, valLoader);
 * for (const { kind, advice } of watch.verdicts) console.log(kind, advice);
 */
export class DiagnosisCallback implements Callback {
  readonly name: string = "diagnosis";
  readonly #options: DiagnosisCallbackOptions;
  readonly #probeSteps: number;
  #live: LiveDiagnosis = new LiveDiagnosis();
  readonly #told = new Set<string>();
  #probe: GradientProbe | null = null;
  #say: (line: string) => void = () => {};

  constructor(options: DiagnosisCallbackOptions = {}) {
    this.#options = options;
    this.#probeSteps = options.probeSteps ?? 8;
  }

  /** The findings after the last epoch. */
  get verdicts(): readonly Verdict[] {
    return this.#live.verdicts;
  }

  onFitStart(trainer: Trainer): void {
    const { history, model } = trainer;
    const { targets, patience, say } = this.#options;
    if (targets !== undefined) history.constantLoss = constantLossOf(targets);
    const { plannedEpochs, constantLoss, initialLoss, movingTarget, epochs } = history;
    this.#live = new LiveDiagnosis({
      constantLoss,
      movingTarget,
      ...(plannedEpochs === null ? {} : { plannedEpochs }),
      ...(patience === undefined ? {} : { patience }),
    });
    if (initialLoss !== null) this.#live.step(0, initialLoss);
    for (const record of epochs) this.#live.epoch(record);
    this.#probe = this.#probeSteps > 0 ? new GradientProbe(model) : null;
    this.#say = say ?? ((line) => trainer.display?.note(line));
  }

  onGradients(): void {
    if (this.#probe !== null && this.#probe.steps < this.#probeSteps) this.#probe.observe();
  }

  onStepEnd(_: Trainer, { step, loss, gradNorm }: StepInfo): void {
    const found = this.#live.step(step, loss, gradNorm);
    if (found !== null) this.#tell(found);
  }

  onEpochEnd(_: Trainer, record: EpochRecord): void {
    if (this.#probe !== null && this.#probe.steps > 0) Object.assign(record, this.#probe.take());
    for (const found of this.#live.epoch(record)) this.#tell(found);
  }

  stateDict(): Json {
    return { told: [...this.#told] };
  }

  loadStateDict(state: Json): void {
    this.#told.clear();
    for (const kind of (state as { told: string[] }).told) this.#told.add(kind);
  }

  #tell({ kind, severity, evidence, advice }: Verdict): void {
    if (this.#told.has(kind)) return; // in a part of the run before this one
    this.#told.add(kind);
    const name = kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    this.#say(`${severity === "info" ? "·" : "!"} ${name}: ${evidence} → ${advice}`);
  }
}
