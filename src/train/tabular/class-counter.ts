import type { Column, Table } from "../../data/index.ts";

/** Counts the rows of each class, of tables that follow each other. */
export class ClassCounter {
  readonly #target: string;
  /** Rows by class, in all and of the training part. */
  readonly all: Map<string, number> = new Map();
  readonly training: Map<string, number> = new Map();

  constructor(target: string) {
    this.#target = target;
  }

  /**
   * @param parts of the table's rows: 0 trains
   * @param onFirst called at the first row of each class; it may change the row's part
   */
  add(table: Table, parts: Uint8Array, onFirst: (row: number) => void): void {
    const classOf = classesOf(table.column(this.#target));
    for (let row = 0; row < parts.length; row++) {
      const name = classOf(row);
      if (name === null) continue; // (a missing target is refused where it is encoded)
      const before = this.all.get(name) ?? 0;
      if (before === 0) onFirst(row);
      this.all.set(name, before + 1);
      if (parts[row] === 0) this.training.set(name, (this.training.get(name) ?? 0) + 1);
    }
  }
}

/** The class of a row as a text, as `Preprocessor.classes` has them; null where there is none. */
function classesOf(column: Column): (row: number) => string | null {
  if (column.type === "category") return (row) => column.categories[column.codes[row] as number] ?? null;
  const names = new Map<number, string | null>();
  return (row) => {
    const value = column.values[row] as number;
    let name = names.get(value);
    if (name === undefined) {
      name = Number.isNaN(value) ? null : column.type === "boolean" ? String(value === 1) : String(value);
      names.set(value, name);
    }
    return name;
  };
}
