import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import type { EvaluateOptions } from "./commands/evaluate.ts";
import type { FitCommandOptions } from "./commands/fit-options.ts";
import type { PredictOptions } from "./commands/predict.ts";
import type { ResumeCommandOptions } from "./commands/resume.ts";
import type { TrainCommandOptions } from "./commands/train.ts";
import { EXIT, EXIT_CODES } from "./exit-codes.ts";

// The commands and their options. What carries a command out is loaded when it is asked for.

/** What the command that runs ends with. */
let status: number = EXIT.done;

const collect = (value: string, before: string[]): string[] => [...before, value];
const latestOr = (options: { latest?: boolean }): "best" | "latest" => (options.latest === true ? "latest" : "best");

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}

function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  innerloop ${example}`).join("\n")}`;
}

const program: Command = new Command("innerloop")
  .description("The training loop for TypeScript.")
  .version(versionOf(), "-V, --version", "the version of innerloop")
  .option("--debug", "show stack traces of errors")
  .showHelpAfterError("(see --help)")
  .addHelpText("after", () => examplesText(["fit risks.csv --target risk", "train experiment.ts", "runs"]))
  .addHelpText("after", EXIT_CODES)
  .exitOverride();

function command(name: string, description: string, examples: readonly string[]): Command {
  return program.command(name).description(description).addHelpText("after", examplesText(examples));
}

command("fit", "train a network on a file, without writing code", [
  "fit risks.csv --target risk",
  "fit risks.csv --target risk --missing median --ignore id,name",
  "fit orbits.parquet --target class --group satellite --hidden 64,64 --epochs 100",
  "predict runs/risks new.csv -o predicted.csv",
])
  .argument("<data>", "a file with named columns: csv, tsv, jsonl, parquet, arrow, feather, npy (text also .gz)")
  .option("--target <column>", "the column to predict")
  .option("--task <kind>", "regression, binary, multiclass or classification (default: by the target's values)")
  .option("--columns <names>", "the columns to learn from, by commas (default: all that can tell something)")
  .option("--ignore <names>", "columns to leave out")
  .option("--types <types>", "types of columns, where the guess is wrong: zip=category,seen=date")
  .option("--missing <policy>", "refuse, mean, median or mostFrequent; or by column: speed=median,kind=fill:none")
  .option("--dates <how>", "time (one number) or parts (year, month, day, weekday, hour)")
  .option(
    "--missing-values <texts>",
    "texts that stand for no value, by commas, besides NA, null and the like: ?,k.A.,-999",
  )
  .option("--decimal <mark>", "the decimal mark of text files: . or ,")
  .option("--holdout <share>", "share of the rows that validate (default: 0.2)")
  .option("--test <share>", "share of the rows that test; 0 for none (default: 0.1)")
  .option("--group <column>", "rows with one value of this column stay in one part")
  .option("--time <column>", "the latest rows by this column test")
  .option("--split <column>", "a column that says train, validation or test")
  .option("--hidden <units>", "units of the hidden layers: 64,64; none for a linear model (default: by rows)")
  .option("--dropout <share>", "share of hidden units left out in training (default: 0)")
  .option("--loss <name>", "of a regression: mse or huber (default: mse)")
  .option("--class-weights <how>", "balanced: each class counts alike; or none (default: none)")
  .option("--epochs <number>", "the most epochs (default: by rows)")
  .option("--patience <number>", "epochs without improvement before it stops (default: a fifth of the epochs)")
  .option("--max-seconds <number>", "seconds after which it stops")
  .option("--lr <number>", "the highest learning rate (default: 0.003)")
  .option("--batch-size <rows>", "rows of a batch (default: by rows)")
  .option("--weight-decay <number>", "AdamW's (default: 0.01)")
  .option("--seed <number>", "of split, first weights and order (default: 0)")
  .option("--stream", "read the rows as they are trained on (default: if the file has more than 256 MiB)")
  .option("--no-stream", "read all of the file into memory")
  .option("--run <folder>", "where the run goes (default: runs/<name of the file>)")
  .option("--quiet", "show nothing but errors")
  .option("--json", "show all as lines of JSON")
  .action(async (file: string, options: FitCommandOptions) => {
    const { fitCommand } = await import("./commands/fit.ts");
    status = await fitCommand(file, options);
  });

command("train", "train an experiment: a TypeScript file that exports train.defineExperiment({ … })", [
  "train experiment.ts",
  "train experiment.ts --set optimizer.lr=3e-4 --set trainer.epochs=20 --run runs/lower-rate",
])
  .argument("<experiment>", "the file")
  .option("--run <folder>", "where the run goes (default: runs/<name>)")
  .option("--set <path=value>", "override a field; may be repeated", collect, [])
  .option("--seed <number>", "override the seed")
  .option("--quiet", "show nothing but errors")
  .option("--json", "show progress as lines of JSON")
  .action(async (file: string, options: TrainCommandOptions) => {
    const { trainCommand } = await import("./commands/train.ts");
    status = await trainCommand(file, options);
  });

command("resume", "go on with a run that was interrupted, bit for bit where it stopped", [
  "resume runs/experiment",
  "resume runs/experiment --set trainer.epochs=100",
])
  .argument("<run>", "the run's folder")
  .option("--set <path=value>", "override a field; may be repeated", collect, [])
  .option("--allow <name>", "what may differ from the checkpoint; may be repeated", collect, [])
  .option("--quiet", "show nothing but errors")
  .option("--json", "show progress as lines of JSON")
  .action(async (run: string, options: ResumeCommandOptions) => {
    const { resumeCommand } = await import("./commands/resume.ts");
    status = await resumeCommand(run, options);
  });

command("evaluate", "loss and metrics of a run's best weights on its test (or validation) data", [
  "evaluate runs/experiment",
  "evaluate runs/risks --data later.csv",
  "evaluate runs/experiment --set config.batchSize=512",
])
  .argument("<run>", "the run's folder")
  .option("--data <file>", "a file with the target in it (for runs of fit)")
  .option("--set <path=value>", "override a field; may be repeated", collect, [])
  .option("--latest", "the latest weights instead of the best")
  .option("--json", "as JSON")
  .action(async (run: string, options: EvaluateOptions) => {
    const { evaluateCommand } = await import("./commands/evaluate.ts");
    console.log(await evaluateCommand(run, options));
  });

command("predict", "a file's rows with the model's predictions as further columns, as CSV", [
  "predict runs/experiment new.csv -o predicted.csv",
  "predict runs/risks new.parquet --only",
])
  .argument("<run>", "the run's folder")
  .argument("<input>", "a file with named columns, of any format that fit reads")
  .option("-o, --output <file>", "where to (default: the terminal)")
  .option("--only", "the predictions alone, without the input's columns")
  .option("--latest", "the latest weights instead of the best")
  .action(async (run: string, input: string, options: PredictOptions) => {
    const { predictCommand } = await import("./commands/predict.ts");
    const said = await predictCommand(run, input, options);
    if (said !== null) console.log(said);
  });

command("runs", "the runs there are", ["runs", "runs other/folder"])
  .argument("[folder]", "where to look", "runs")
  .action(async (folder: string) => {
    const { runsCommand } = await import("./commands/show.ts");
    console.log(runsCommand(folder));
  });

command("show", "a run's table, chart and verdicts", ["show runs/experiment"])
  .argument("<run>", "the run's folder")
  .action(async (run: string) => {
    const { showCommand } = await import("./commands/show.ts");
    console.log(showCommand(run));
  });

command("diagnose", "what is wrong with a run, the evidence, and what to try", ["diagnose runs/experiment"])
  .argument("<run>", "the run's folder")
  .action(async (run: string) => {
    const { diagnoseCommand } = await import("./commands/show.ts");
    console.log(diagnoseCommand(run));
  });

command("preflight", "check an experiment in seconds before training it", ["preflight experiment.ts"])
  .argument("<experiment>", "the file")
  .option("--set <path=value>", "override a field; may be repeated", collect, [])
  .action(async (file: string, options: { set: string[] }) => {
    const { preflightCommand } = await import("./commands/inspect-run.ts");
    const { text, failed } = await preflightCommand(file, options.set);
    console.log(text);
    if (failed) status = EXIT.failed;
  });

command("lr-find", "suggest a learning rate for an experiment", ["lr-find experiment.ts"])
  .argument("<experiment>", "the file")
  .option("--set <path=value>", "override a field; may be repeated", collect, [])
  .action(async (file: string, options: { set: string[] }) => {
    const { lrFindCommand } = await import("./commands/inspect-run.ts");
    console.log(await lrFindCommand(file, options.set));
  });

const checkpoint: Command = command("checkpoint", "look at checkpoint files", [
  "checkpoint verify runs/experiment",
  "checkpoint inspect runs/experiment/checkpoints/best.safetensors",
]);
checkpoint
  .command("verify")
  .description("read a checkpoint whole and check its hashes")
  .argument("<file>", "a checkpoint, or a run's folder")
  .addHelpText("after", examplesText(["checkpoint verify runs/experiment"]))
  .action(async (file: string) => {
    const { verifyCommand } = await import("./commands/checkpoint.ts");
    console.log(verifyCommand(file));
  });
checkpoint
  .command("inspect")
  .description("list what is in a checkpoint")
  .argument("<file>", "a checkpoint, a run's folder, or a file of export")
  .addHelpText("after", examplesText(["checkpoint inspect runs/experiment/checkpoints/best.safetensors"]))
  .action(async (file: string) => {
    const { inspectCommand } = await import("./commands/checkpoint.ts");
    console.log(inspectCommand(file));
  });

command("replay", "run the step of a NaN post-mortem again and say where it came up", [
  "replay runs/experiment/post-mortem/step-00000120.safetensors",
  "replay step-00000120.safetensors experiment.ts",
])
  .argument("<bundle>", "the file the run left")
  .argument("[experiment]", "the experiment's file (default: that of the run whose folder the bundle is in)")
  .action(async (bundle: string, file: string | undefined) => {
    const { replayCommand } = await import("./commands/inspect-run.ts");
    console.log(await replayCommand(bundle, file));
  });

command("export", "a run's best weights as a plain safetensors file", ["export runs/experiment -o model.safetensors"])
  .argument("<run>", "the run's folder")
  .requiredOption("-o, --output <file>", "where to (required)")
  .option("--latest", "the latest weights instead of the best")
  .action(async (run: string, options: { output: string; latest?: boolean }) => {
    const { exportCommand } = await import("./commands/checkpoint.ts");
    console.log(await exportCommand(run, options.output, latestOr(options)));
  });

command("run", "run a TypeScript program without building it", [
  "run examples/minimal-loop.ts",
  "run report.ts --since monday",
])
  .argument("<program>", "the file")
  .argument("[arguments...]", "what it finds in process.argv")
  .action(async (file: string, rest: string[]) => {
    const { runProgram } = await import("./commands/run-program.ts");
    await runProgram(file, rest);
  });

command("doctor", "which engine runs here, and why", ["doctor"]).action(async () => {
  const { doctor } = await import("./doctor.ts");
  console.log(doctor());
});

/** After `run <program>` all is the program's own, its options too: as if `--` stood there. */
function withPassedOn(args: readonly string[]): readonly string[] {
  const at = args.findIndex((each) => !each.startsWith("-"));
  const file = at + 1;
  if (args[at] !== "run" || args[file] === undefined || args[file].startsWith("-") || args[file + 1] === "--")
    return args;
  return [...args.slice(0, file + 1), "--", ...args.slice(file + 1)];
}

/**
 * Carries out a command line (without `node` and the program's name) and gives its exit code. The program that
 * `innerloop run` starts may have set another.
 */
export async function commandLine(args: readonly string[]): Promise<number> {
  status = EXIT.done;
  try {
    await program.parseAsync(withPassedOn(args), { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const debug = program.opts<{ debug?: boolean }>().debug === true;
    const { bundleOf, exitCodeOf, inWords } = await import("./failures.ts");
    console.error(error instanceof Error && !debug ? await inWords(error) : error);
    const bundle = bundleOf(error);
    if (bundle !== null) console.error(`From the command line: innerloop replay ${bundle}`);
    return exitCodeOf(error);
  }
  return status;
}
