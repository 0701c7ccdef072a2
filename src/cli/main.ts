#!/usr/bin/env node
import * as modules from "node:module";
import { EXIT } from "./exit-codes.ts";

// `innerloop runs | head` closes the pipe early; that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.done : EXIT.failed),
);

// From Node 22.1 on: what is imported below is compiled once and kept.
(modules as { enableCompileCache?: () => unknown }).enableCompileCache?.();
const { commandLine } = await import("./program.ts");
const status: number = await commandLine(process.argv.slice(2));
// A program that `innerloop run` has started may have set one.
if (status !== EXIT.done) process.exitCode = status;
