import { ConfigError } from "../../util/index.ts";
import { environmentVariable } from "../../util/platform/index.ts";

const VARIABLE = "INNERLOOP_DETERMINISTIC";

/**
 * The setting with which the process was started, for `info()`; null where strict mode is not asked for.
 *
 * @throws {ConfigError} for a value that is neither: who asks for reproducible numbers must not get others in silence
 */
export function strictSetting(): string | null {
  const value = environmentVariable(VARIABLE);
  if (value === undefined || value === "0" || value === "false") return null;
  if (value === "1" || value === "true") return `${VARIABLE}=${value} asks for it`;
  throw new ConfigError(VARIABLE, `the value is '${value}'`, "expected 1 or 0", `Set ${VARIABLE}=1, or unset it.`);
}
