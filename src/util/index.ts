export * from "./check-options.ts";
export * from "./errors.ts";
export * from "./method-hooks.ts";
export * from "./nearest.ts";
export * from "./option-kinds.ts";
export * from "./shape.ts";
export * from "./version.ts";
