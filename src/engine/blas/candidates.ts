import type { Machine } from "../../util/platform/native.ts";

/** A library to try. */
export interface Candidate {
  path: string;
  /** Whether the name alone says nothing: libblas is often the slow reference implementation. */
  anonymous: boolean;
}

// libopenblasp is Fedora's name of the build with threads; its plain libopenblas has none. MKL comes last:
// its dispatcher ends the process when it misses a part of itself.
const LINUX = [
  "libopenblasp.so.0",
  "libopenblas.so.0",
  "libopenblas.so",
  "libblis-mt.so",
  "libblis.so.4",
  "libblis.so",
  "libblas.so.3",
  "libmkl_rt.so.3",
  "libmkl_rt.so.2",
  "libmkl_rt.so",
];
const DARWIN = [
  "/System/Library/Frameworks/Accelerate.framework/Accelerate",
  "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
  "/usr/local/opt/openblas/lib/libopenblas.dylib",
  "libopenblas.dylib",
];
const WINDOWS = ["libopenblas.dll", "openblas.dll", "mkl_rt.2.dll"];

/** The libraries that `auto` tries on a machine, best first. */
export function candidates(machine: Machine): Candidate[] {
  const names = machine.platform === "darwin" ? DARWIN : machine.platform === "win32" ? WINDOWS : LINUX;
  return names.map((path) => ({ path, anonymous: path.startsWith("libblas") }));
}
