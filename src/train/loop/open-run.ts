import { defaultGenerator, info } from "../../engine/index.ts";
import { VERSION } from "../../util/index.ts";
import { fileExists } from "../../util/platform/files.ts";
import { pack } from "../json.ts";
import { RunFolder } from "../storage/index.ts";
import type { CommonOptions, Settings } from "../trainer-options.ts";
import { MemoryStore } from "./memory-store.ts";
import type { RunStore } from "./run-store.ts";
import type { Setup } from "./setup.ts";

/**
 * The run that the options name; a rollback needs one, if only in memory.
 *
 * @param existing open a folder that is there; else there must be none
 */
export async function openRun(
  run: CommonOptions["run"],
  config: CommonOptions["config"],
  settings: Settings,
  setup: Setup,
  existing: boolean,
): Promise<RunStore | null> {
  if (run == null) return settings.nonfinite.action === "rollback" ? new MemoryStore() : null;
  if (typeof run !== "string") return run;
  if (existing && (await fileExists(`${run}/run.json`))) return RunFolder.open(run);
  const { process } = globalThis as { process?: { versions?: Record<string, string> } };
  const node = process?.versions?.node;
  const data = setup["data.train"];
  return RunFolder.create(run, {
    config: pack(config ?? {}),
    setup,
    seed: String(defaultGenerator.initialSeed()),
    versions: { innerloop: VERSION, ...(node === undefined ? {} : { node }) },
    engine: pack(info()),
    ...(typeof data === "string" ? { dataFingerprint: data } : {}),
  });
}
