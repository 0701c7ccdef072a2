import { NonfiniteError } from "../train/index.ts";
import { CheckpointError, ConfigError, DataError } from "../util/index.ts";
import { EXIT } from "./exit-codes.ts";

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof NonfiniteError) return EXIT.nonfinite;
  if (error instanceof CheckpointError) return EXIT.checkpoint;
  if (error instanceof DataError) return EXIT.data;
  return error instanceof ConfigError ? EXIT.usage : EXIT.failed;
}

/** The post-mortem that an error has left, if it has. */
export function bundleOf(error: unknown): string | null {
  return error instanceof NonfiniteError ? error.bundle : null;
}
