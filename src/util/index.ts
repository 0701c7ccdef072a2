export * from "./errors.ts";
export * from "./shape.ts";
