export * from "./backend.ts";
export type { BlasInfo, BlasSetting } from "./blas/index.ts";
export * from "./current.ts";
export * from "./dtype.ts";
export * from "./generator.ts";
export * from "./opcodes.ts";
export * from "./storage.ts";
export * from "./updates.ts";
export * from "./windows.ts";
