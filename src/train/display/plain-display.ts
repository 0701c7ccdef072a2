import type { EpochRecord } from "../history.ts";
import { tableHeader, tableRow } from "../table.ts";
import type { Display, DisplayInfo } from "./display.ts";

/** The epoch table, a line at a time: for logs, pipes and notebooks. */
export class PlainDisplay implements Display {
  readonly #line: (text: string) => void;
  #metrics: readonly string[] = [];

  constructor(line: (text: string) => void) {
    this.#line = line;
  }

  begin(info: DisplayInfo): void {
    this.#metrics = info.metrics;
    this.#line(tableHeader(info.metrics));
  }

  step(): void {}

  epoch(record: EpochRecord): void {
    this.#line(tableRow(record, this.#metrics));
  }

  note(line: string): void {
    this.#line(line);
  }

  end(reason: string): void {
    if (reason !== "") this.#line(reason);
  }
}
