import type { WindowOrder } from "./window-order.ts";
import { releaseWindow, type Window, type WindowReader } from "./window-reader.ts";

/** Windows read ahead while others are being worked on. Holds no reference to who takes them. */
export class WindowQueue {
  readonly #reader: WindowReader;
  readonly #order: WindowOrder;
  readonly #limit: number;
  readonly #windows: Window[] = [];
  #finished = false;
  #closed = false;
  #error: unknown = null;
  // Who waits: the one for a window, the other for room.
  #arrived: (() => void) | null = null;
  #room: (() => void) | null = null;

  /**
   * @param first the window to begin with
   * @param limit windows held ready, 1 or more
   */
  constructor(reader: WindowReader, order: WindowOrder, first: number, limit: number) {
    this.#reader = reader;
    this.#order = order;
    this.#limit = limit;
    void this.#fill(first);
  }

  /** Whether nothing more will come. */
  get exhausted(): boolean {
    return this.#finished && this.#windows.length === 0;
  }

  /**
   * The next window; null when it is not there yet, or nothing more will come.
   *
   * @throws what the reader threw, once the windows before it have been taken
   */
  take(): Window | null {
    const window = this.#windows.shift();
    if (window === undefined && this.#error !== null) throw this.#error;
    this.#room?.();
    return window ?? null;
  }

  /** Resolves when `take()` has an answer. */
  async arrival(): Promise<void> {
    while (this.#windows.length === 0 && !this.#finished) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  close(): void {
    this.#closed = true;
    this.#room?.();
    for (const each of this.#windows.splice(0)) releaseWindow(each);
  }

  async #fill(first: number): Promise<void> {
    try {
      for (let index = first; !this.#closed; index++) {
        while (this.#windows.length >= this.#limit && !this.#closed) {
          await new Promise<void>((resolve) => {
            this.#room = resolve;
          });
        }
        const plan = this.#closed ? null : this.#order.window(index);
        const window = plan === null ? null : await this.#reader.read(plan);
        if (plan === null || window === null) break;
        if (this.#closed) releaseWindow(window);
        else this.#windows.push(window);
        this.#arrived?.();
        if (window.rows < plan.rows) break;
      }
    } catch (error) {
      this.#error = error;
    }
    this.#finished = true;
    this.#arrived?.();
    await this.#reader.close().catch(() => {});
  }
}
