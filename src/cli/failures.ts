import { NonfiniteError } from "../train/index.ts";
import { CheckpointError, ConfigError, DataError, InnerloopError } from "../util/index.ts";
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

/** An error in a line or two: what it says, where in the user's program it came up, how to see more. */
export async function inWords(error: Error): Promise<string> {
  const { placeOf } = await import("./load.ts");
  const said = `${error.name}: ${error.message}`;
  const place = placeOf(error);
  if (place === null) return said;
  return error instanceof InnerloopError
    ? `${said}\n  in ${place}`
    : `${said}\n  in ${place} (all of the stack: innerloop --debug …)`;
}
