#!/usr/bin/env node
import { EXIT } from "./exit-codes.ts";
import { commandLine } from "./program.ts";

// `innerloop runs | head` closes the pipe early; that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.done : EXIT.failed),
);

const status: number = await commandLine(process.argv.slice(2));
// A program that `innerloop run` has started may have set one.
if (status !== EXIT.done) process.exitCode = status;
