import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { ConfigError } from "../../util/index.ts";

/** Where text goes, piece by piece. */
export interface Output {
  write(text: string): Promise<void>;
  /** All is well. */
  end(): void;
  /** Something failed: a file that was begun goes away, and one that was there before stays. */
  abandon(): void;
}

/** A file, which appears under its name when it is whole. */
export class FileOutput implements Output {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: number;

  constructor(path: string) {
    this.#path = path;
    this.#partial = `${path}.${process.pid}.partial`;
    try {
      if (existsSync(path) && statSync(path).isDirectory())
        throw Object.assign(new Error(), { code: "it is a folder" });
      this.#file = openSync(this.#partial, "w");
    } catch (error) {
      const got = `${path} cannot be written (${(error as { code?: string }).code})`;
      throw new ConfigError("predict", got, "expected a place for a file", "Name another, or make the folder first.");
    }
  }

  async write(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
  }

  end(): void {
    fsyncSync(this.#file); // (its bytes before its name: a crash leaves the one or the other file)
    closeSync(this.#file);
    renameSync(this.#partial, this.#path);
  }

  abandon(): void {
    closeSync(this.#file);
    rmSync(this.#partial, { force: true });
  }
}

/** The terminal, or whatever reads the pipe, no faster than it reads. */
export class StreamOutput implements Output {
  write(text: string): Promise<void> {
    return new Promise((resolve) => {
      if (process.stdout.write(text)) resolve();
      else process.stdout.once("drain", resolve);
    });
  }

  end(): void {}

  abandon(): void {}
}
