import { createInterface } from "node:readline";

/** A workload that is set up and can be repeated. */
export interface Job {
  /** One unit of work, or several (see `units`). */
  run: () => void | Promise<void>;
  /** Units of work in one `run`; 1 unless given. */
  units?: number;
  /** Waits for what `run` has left unfinished. */
  finish?: () => void | Promise<void>;
}

/** Makes a job by id; throws, with the reason, where there is none. */
export type MakeJob = (id: string) => Job | Promise<Job>;

const PIECES = 8;

async function repeat(job: Job, milliseconds: number): Promise<{ units: number; spent: number }> {
  const start = performance.now();
  let units = 0;
  do {
    const pending = job.run();
    if (pending !== undefined) await pending;
    units += job.units ?? 1;
  } while (performance.now() - start < milliseconds);
  const pending = job.finish?.();
  if (pending !== undefined) await pending;
  return { units, spent: performance.now() - start };
}

/** Microseconds a unit: the median of several pieces of the time given. */
async function measure(job: Job, milliseconds: number): Promise<number> {
  const times: number[] = [];
  for (let piece = 0; piece < PIECES; piece++) {
    const { units, spent } = await repeat(job, milliseconds / PIECES);
    times.push((spent * 1000) / units);
  }
  return times.sort((a, b) => a - b)[Math.floor(PIECES / 2)] as number;
}

/**
 * Answers the harness: a line of JSON in, a line out. `{"id", "ms"}` measures a workload for that long;
 * the first time it is set up and warmed up before.
 */
export async function serve(version: string, makeJob: MakeJob): Promise<void> {
  const jobs = new Map<string, Job>();
  const say = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
  say({ version });
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, ms } = JSON.parse(line) as { id: string; ms: number };
    try {
      let job = jobs.get(id);
      if (job === undefined) {
        job = await makeJob(id);
        jobs.set(id, job);
        await repeat(job, ms);
      }
      say({ us: await measure(job, ms) });
    } catch (error) {
      say({ error: (error instanceof Error ? error.message : String(error)).split("\n")[0] });
    }
  }
}
