/** A grid of characters with coordinates of its own: x to the right, y upwards. */
export class Canvas {
  readonly #rows: string[][];
  readonly #box: { left: number; right: number; bottom: number; top: number };

  constructor(
    columns: number,
    rows: number,
    [left, right]: readonly [number, number],
    [bottom, top]: readonly [number, number],
  ) {
    this.#rows = Array.from({ length: rows }, () => new Array<string>(columns).fill(" "));
    this.#box = { left, right, bottom, top };
  }

  /** Puts a character; outside the grid nothing happens. */
  put(x: number, y: number, character: string): void {
    const { left, right, bottom, top } = this.#box;
    const columns = (this.#rows[0] as string[]).length;
    const column = Math.round(((x - left) / (right - left)) * (columns - 1));
    const row = Math.round(((top - y) / (top - bottom)) * (this.#rows.length - 1));
    const cells = this.#rows[row];
    if (cells !== undefined && column >= 0 && column < columns) cells[column] = character;
  }

  line(fromX: number, fromY: number, toX: number, toY: number, character: string): void {
    const steps = 200;
    for (let i = 0; i <= steps; i++) {
      const t = i / steps;
      this.put(fromX + t * (toX - fromX), fromY + t * (toY - fromY), character);
    }
  }

  toString(): string {
    return this.#rows.map((row) => row.join("").trimEnd()).join("\n");
  }
}
