#!/usr/bin/env node
import { Command } from "commander";
import { doctor } from "./doctor.ts";
import { runProgram } from "./run-program.ts";

const program: Command = new Command("innerloop")
  .description("The training loop for TypeScript.")
  .option("--debug", "show stack traces of errors")
  .showHelpAfterError();

program
  .command("run")
  .description("run a TypeScript program without building it")
  .argument("<program.ts>", "the file to run")
  .argument("[arguments...]", "what it finds in process.argv")
  .addHelpText("after", "\nExample:\n  innerloop run examples/conjunction-risk.ts\n")
  .action((file: string, rest: string[]) => runProgram(file, rest));

program
  .command("doctor")
  .description("show which engine runs here, and why")
  .action(() => console.log(doctor()));

try {
  await program.parseAsync();
} catch (error) {
  const debug = program.opts<{ debug?: boolean }>().debug === true;
  console.error(error instanceof Error && !debug ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}
