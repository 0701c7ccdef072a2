export * from "./check-options.ts";
export * from "./errors.ts";
export * from "./nearest.ts";
export * from "./shape.ts";
