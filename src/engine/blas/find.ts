import { machine, nativeLoader } from "../../util/platform/native.ts";
import { openBlas } from "./open.ts";
import type { Blas, BlasSetting } from "./types.ts";

// A library is opened once for the process: it is slow to load, and its threads are few.
const found = new Map<BlasSetting, Blas | string>();

/** The library for a setting, or why there is none. The first call loads it, which takes about 20 ms. */
export function findBlas(setting: BlasSetting): Blas | string {
  const known = found.get(setting);
  if (known !== undefined) return known;
  const loader = nativeLoader();
  const blas = typeof loader === "string" ? loader : openBlas(setting, loader, machine());
  found.set(setting, blas);
  return blas;
}
