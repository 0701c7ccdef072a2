import type { EpochRecord } from "../history.ts";
import { EpochTable } from "../table.ts";
import type { Display, DisplayInfo } from "./display.ts";

/**
 * The epoch table, a line at a time: for logs, pipes and notebooks.
 *
 * @example
 * const lines: string[] = [];
 * const display = new train.PlainDisplay((line) => lines.push(line));
 * await new train.Trainer({ model, optimizer, loss: F.mseLoss, epochs: 1, display }).fit(loader);
 */
export class PlainDisplay implements Display {
  readonly #line: (text: string) => void;
  #table: EpochTable = new EpochTable([], true);

  constructor(line: (text: string) => void) {
    this.#line = line;
  }

  begin({ metrics, figures, open = false }: DisplayInfo): void {
    this.#table = new EpochTable(metrics, open || figures != null);
    const header = this.#table.begin();
    if (header.length > 0) this.#line(header.join("\n"));
  }

  step(): void {}

  epoch(record: EpochRecord): void {
    for (const line of this.#table.lines(record)) this.#line(line);
  }

  note(line: string): void {
    this.#line(line);
  }

  end(reason: string): void {
    if (reason !== "") this.#line(reason);
  }
}
