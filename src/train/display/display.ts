import { ConfigError } from "../../util/index.ts";
import type { EpochRecord } from "../history.ts";
import { JsonDisplay } from "./json-display.ts";
import { LiveDisplay } from "./live-display.ts";
import { PlainDisplay } from "./plain-display.ts";

/** Where text goes: `process.stdout`, or anything with a `write`. */
export interface OutputStream {
  write(text: string): unknown;
  /** Whether lines can be written over. */
  readonly isTTY?: boolean | undefined;
  /** Width in characters. */
  readonly columns?: number | undefined;
}

/** What is known of a run when it starts (or goes on). */
export interface DisplayInfo {
  /** Planned steps; null when only time ends the run. */
  totalSteps: number | null;
  /** Steps taken in parts of the run before this one. */
  firstStep: number;
  maxSeconds: number | null;
  /** Names of the figures beside the losses, in the order of their columns. */
  metrics: readonly string[];
  /** Figures of the training itself, for the live line; null without any. */
  figures?: (() => Readonly<Record<string, number>>) | null;
  /** Epochs may bring figures that are not known beforehand. */
  open?: boolean;
}

/** A step as a display sees it; one object for all steps. */
export interface DisplayStep {
  epoch: number;
  step: number;
  loss: number;
  lr: number;
  gradNorm: number;
  /** Trained on since this part of the run began. */
  samples: number;
  /** Milliseconds since this part of the run began. */
  elapsedMs: number;
}

/** Shows a run. */
export interface Display {
  begin(info: DisplayInfo): void;
  /** Called after every step: must be cheap. */
  step(step: DisplayStep): void;
  epoch(record: EpochRecord): void;
  /** One line of text: a checkpoint that failed, what changed at a resume. */
  note(line: string): void;
  /**
   * The run has ended.
   *
   * @param line what there is to say about it; empty when it came to its planned end
   * @param how and why it ended; null when it failed
   */
  end(line: string, how: { kind: string; reason: string } | null): void;
}

/** `auto` is `live` in a terminal and `plain` elsewhere. */
export type DisplayMode = "auto" | "live" | "plain" | "json" | "quiet";

const QUIET: Display = { begin() {}, step() {}, epoch() {}, note() {}, end() {} };

/** The display of a mode, on a stream. @throws {ConfigError} for a mode that is none */
export function displayFor(mode: DisplayMode, stream: OutputStream | null): Display {
  const line = (text: string): void => {
    if (stream === null) console.log(text);
    else stream.write(`${text}\n`);
  };
  switch (mode) {
    case "auto":
      return stream?.isTTY === true ? new LiveDisplay(stream) : new PlainDisplay(line);
    case "live":
      return stream === null ? new PlainDisplay(line) : new LiveDisplay(stream);
    case "plain":
      return new PlainDisplay(line);
    case "json":
      return new JsonDisplay(line);
    case "quiet":
      return QUIET;
    default:
      throw new ConfigError(
        "Trainer",
        `display is ${JSON.stringify(mode)}`,
        "expected auto, live, plain, json or quiet",
        "Choose one of them.",
      );
  }
}
