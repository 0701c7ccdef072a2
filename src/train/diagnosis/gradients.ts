import { median } from "./curve.ts";
import { type DiagnosisInput, percent, show, type Verdict, verdict } from "./verdict.ts";

const VANISHED = 1e-4; // the smallest layer's gradient norm by the largest's; sound networks stay above 0.01
const MOSTLY_DEAD = 0.65; // of a layer; a third is common in sound ReLU networks

/** Layers whose units get no gradient from any sample. */
export function deadUnits({ epochs }: DiagnosisInput): Verdict | null {
  const known = epochs.filter((epoch) => epoch.deadUnits !== undefined && Object.keys(epoch.deadUnits).length > 0);
  const last = known.at(-1);
  if (last?.deadUnits === undefined) return null;
  const [name, share] = Object.entries(last.deadUnits).reduce((most, each) => (each[1] > most[1] ? each : most));
  const before = known.at(-2)?.deadUnits?.[name] ?? share; // not a single batch's accident
  if (Math.min(share, before) < MOSTLY_DEAD) return null;
  return verdict(
    "deadUnits",
    share > 0.95 ? "critical" : "info", // a layer with a few living units can still learn
    `${percent(share)} of the units of ${name} get no gradient from any sample in epoch ${last.epoch}`,
  );
}

/** Whether a layer that was alive at first has lost most of its units: a loss that jumps has done lasting harm. */
export function unitsDied({ epochs }: DiagnosisInput): boolean {
  const known = epochs.flatMap(({ deadUnits }) => (deadUnits === undefined ? [] : [deadUnits]));
  const last = Object.entries(known.at(-1) ?? {});
  return last.some(([name, share]) => share >= MOSTLY_DEAD && (known[0]?.[name] ?? 0) < MOSTLY_DEAD);
}

/** The gradient shrinks on its way to the input until nothing is left. */
export function vanishingGradients({ epochs }: DiagnosisInput): Verdict | null {
  const ratios: number[] = [];
  let where = "";
  for (const { parameterGradNorms } of epochs) {
    if (parameterGradNorms === undefined) continue;
    const norms = Object.entries(parameterGradNorms).filter(([, norm]) => Number.isFinite(norm));
    const first = norms[0];
    const largest = Math.max(...norms.map(([, norm]) => norm));
    if (first === undefined || largest === 0) continue;
    ratios.push(first[1] / largest);
    where = first[0];
  }
  const ratio = median(ratios);
  if (!(ratio < VANISHED)) return null;
  return verdict(
    "vanishingGradients",
    "critical",
    `the gradient of ${where} is ${show(ratio)} times that of the layer with the largest, in the median over ${ratios.length} epochs`,
  );
}
