export * from "./choice.ts";
export * from "./find.ts";
export * from "./types.ts";
export * from "./worker.ts";
