import { builtinModule } from "../../util/platform/index.ts";

/** Who holds a lock, as far as a later process can tell. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Changes when a process id is used again (boot and start time); "" where the system does not say. */
  readonly started: string;
}

/** What a lock needs to know about processes. */
export interface Processes {
  readonly self: ProcessIdentity;
  /** Whether the very process lives; on this host. */
  isAlive(process: ProcessIdentity): boolean;
}

interface ProcessLike {
  pid: number;
  kill(pid: number, signal: 0): void;
}

function text(path: string): string {
  try {
    return builtinModule<typeof import("node:fs")>("node:fs")?.readFileSync(path, "utf8") ?? "";
  } catch {
    return "";
  }
}

/** State letter and start of a process, on Linux; nulls elsewhere and for a process that is gone. */
function look(pid: number): { state: string; started: string } | null {
  const stat = text(`/proc/${pid}/stat`);
  // "pid (any name, with spaces and parentheses) S ppid …": fields count from the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields.length < 20) return null;
  return { state: fields[0] as string, started: `${text("/proc/sys/kernel/random/boot_id").trim()}/${fields[19]}` };
}

function hasProcess(own: ProcessLike, pid: number): boolean {
  try {
    own.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM"; // somebody else's: alive
  }
}

/** The processes of this machine. */
export function nodeProcesses(): Processes {
  const own = builtinModule<ProcessLike>("node:process") as ProcessLike;
  const host = builtinModule<typeof import("node:os")>("node:os")?.hostname() ?? "";
  return {
    self: { pid: own.pid, host, started: look(own.pid)?.started ?? "" },
    isAlive: ({ pid, started }) => {
      if (!hasProcess(own, pid)) return false;
      const found = look(pid);
      if (found === null) return true; // a system that does not tell
      if (found.state === "Z" || found.state === "X") return false; // dead, its parent has not looked yet
      return started === "" || found.started === started;
    },
  };
}
