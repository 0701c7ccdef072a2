interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

interface Process {
  stdout?: Stream;
}

/** The standard output; null where there is none (a browser), or when it is no terminal and console.log serves as well. */
export function outputStream(): Stream | null {
  const { process } = globalThis as unknown as { process?: Process };
  return process?.stdout?.isTTY === true ? process.stdout : null;
}
