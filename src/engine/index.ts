export * from "./backend.ts";
export * from "./current.ts";
export * from "./dtype.ts";
export * from "./generator.ts";
export * from "./opcodes.ts";
export * from "./storage.ts";
export * from "./updates.ts";
