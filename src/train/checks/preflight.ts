import { collectGenerators } from "../generators.ts";
import { BatchSource, noSamples } from "../loop/batches.ts";
import { copyState, type StateTree, tensorsIn } from "../state-tree.ts";
import type { Trainer } from "../trainer.ts";
import type { AnySource } from "../trainer-options.ts";
import { checkDuplicates, checkLastBatch } from "./data-checks.ts";
import { type CheckFinding, finding } from "./finding.ts";
import { checkFinite, checkGradients, checkInitialLoss, overfitOneBatch } from "./model-checks.ts";
import { checkSchedule } from "./schedule-check.ts";
import { Snapshot } from "./snapshot.ts";

/** What `preflight` found. */
export interface PreflightReport {
  /** No check failed (there may be warnings). */
  ok: boolean;
  findings: CheckFinding[];
}

/** Options of `preflight`. */
export interface PreflightOptions {
  /** The most time that overfitting one batch may take; default 2 seconds. */
  seconds?: number;
}

/**
 * Looks for what makes a training fail, in seconds and before it starts: an initial loss far from the expected one, a
 * model that cannot even learn one batch by heart, parameters without gradient, rows in both training and validation
 * data, a batch of one sample with BatchNorm, a schedule of another length than the training. Weights, optimizer,
 * schedule and generators are as before afterwards.
 *
 * @throws {DataError} when the loader gives no batch
 * @example
 * const trainer = new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 5 });
 * const { ok, findings } = await train.preflight(trainer, trainLoader, valLoader, { seconds: 0.1 });
 * for (const { status, message, advice } of findings) console.log(status, message, advice);
 */
export async function preflight<Batch>(
  trainer: Trainer<Batch>,
  trainLoader: AnySource<Batch>,
  valLoader?: AnySource<Batch>,
  options: PreflightOptions = {},
): Promise<PreflightReport> {
  const { model, optimizer, objective } = trainer;
  const others = { ...trainer.options.generators, trainLoader, valLoader };
  const snapshot = new Snapshot(model, optimizer, collectGenerators({ model, loss: trainer.options.loss }, others));
  const source = new BatchSource<unknown>("trainLoader", trainLoader);
  const before = copyState(source.rest());
  const findings: CheckFinding[] = [];
  let batch: StateTree | undefined;
  try {
    source.open(null);
    await source.ready(1);
    const first = source.next();
    if (first === null) throw noSamples("preflight");
    batch = copyState(first as StateTree);
    source.close();
    const parts = { model, optimizer, objective, batch };
    findings.push(checkFinite(batch));
    model.train();
    findings.push(checkInitialLoss(parts));
    findings.push(checkGradients(parts));
    snapshot.restore();
    findings.push(await overfitOneBatch(parts, options.seconds ?? 2));
    findings.push(await checkDuplicates(trainLoader, valLoader));
    findings.push(checkLastBatch(trainLoader, batchNorms(trainer)));
    findings.push(checkSchedule(trainer, trainLoader));
  } catch (error) {
    if (batch === undefined) throw error;
    const { message } = error as Error;
    findings.push(finding("step", "fail", `a step fails: ${message}`, "Correct that first."));
  } finally {
    source.close();
    source.load(before);
    snapshot.restore();
    snapshot.release();
    for (const each of tensorsIn(batch)) each.release();
  }
  return { ok: findings.every(({ status }) => status !== "fail"), findings };
}

function batchNorms(trainer: Pick<Trainer, "model">): string[] {
  return [...trainer.model.namedModules()]
    .filter(([, module]) => /BatchNorm/.test(module.constructor.name))
    .map(([name]) => name);
}
