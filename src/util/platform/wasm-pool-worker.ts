// What the threads of a WasmPool share besides the module's memory, and the program of one of them.

/** Tasks of one region at most. */
export const MAX_TASKS = 512;
/** Arguments of one task at most. */
export const MAX_ARGUMENTS = 16;

/** Where things lie in the control block, in int32s; what several threads write has a cache line of its own. */
export const AT = {
  /** Tasks of the region that nobody has taken yet; -1 ends the workers. Workers sleep while it is 0. */
  ticket: 0,
  /** Tasks that are not done yet. The caller sleeps on it. */
  left: 16,
  /** Workers that sleep, or are about to. */
  parked: 32,
  /** Workers that have begun to look for tasks. */
  ready: 48,
  /** 1 while the caller sleeps. */
  waiting: 64,
  /** 1 once a worker's task, or its start, has failed. */
  failed: 80,
  /** The region: how many tasks, of which export, with how many arguments. Written before the ticket. */
  tasks: 96,
  callee: 97,
  arity: 98,
  /** Always 0: to sleep on. */
  never: 99,
  /** The first failure's text: its length, then UTF-16. */
  message: 112,
} as const;

/** Characters of a failure that are kept. */
export const MESSAGE_LENGTH = 200;
/** Where results begin, in float64s; one a task, then the arguments of each. */
export const RESULTS = 128;
export const ARGUMENTS: number = RESULTS + MAX_TASKS;
export const CONTROL_BYTES: number = (ARGUMENTS + MAX_TASKS * MAX_ARGUMENTS) * 8;

/**
 * JavaScript text of a function of `data` that returns functions for the module to import as `env.…`; `require` is there
 * in Node. A worker in which it throws takes no tasks.
 */
export interface WorkerSetup {
  readonly source: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a worker is started with. */
export interface WorkerData extends Readonly<Record<string, unknown>> {
  module: object;
  memory: object;
  control: SharedArrayBuffer;
  /** Numbers that the module imports, by module and name. */
  imports: Readonly<Record<string, Readonly<Record<string, number>>>>;
  setup: WorkerSetup | null;
  /** Exports in the order in which tasks name them. */
  names: readonly string[];
  /** How long it looks for a next task before it sleeps, in milliseconds. */
  spin: number;
}

/**
 * A worker: takes tasks while there are any, then looks for new ones for a while, then sleeps. Taking one is
 * lowering `ticket` by compare-and-exchange; the region's description is stable from then until the task is done.
 */
export const WORKER_SOURCE: string = `
receive(({ module, memory, control, imports, setup, names, spin }) => {
  const words = new Int32Array(control);
  const numbers = new Float64Array(control);
  const fail = (error) => {
    const text = String(error && error.message || error).slice(0, ${MESSAGE_LENGTH});
    if (Atomics.compareExchange(words, ${AT.failed}, 0, 2) !== 0) return;
    words[${AT.message}] = text.length;
    const to = new Uint16Array(control, ${(AT.message + 1) * 4}, text.length);
    for (let i = 0; i < text.length; i++) to[i] = text.charCodeAt(i);
    Atomics.store(words, ${AT.failed}, 1);
  };
  let made = {};
  try {
    if (setup !== null) made = eval(setup.source)(setup.data);
  } catch {
    while (Atomics.load(words, ${AT.ticket}) >= 0) Atomics.wait(words, ${AT.never}, 0, 1000);
    return;
  }
  let functions;
  try {
    const all = { env: {} };
    for (const [name, values] of Object.entries(imports)) all[name] = { ...values };
    Object.assign(all.env, made, { memory, abort: () => { throw new Error("the module aborted"); } });
    for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
      if (kind !== "function" || all[from]?.[name] !== undefined) continue;
      (all[from] ??= {})[name] = () => { throw new Error("no " + name + " in this thread"); };
    }
    const { exports } = new WebAssembly.Instance(module, all);
    functions = names.map((name) => exports[name]);
  } catch (error) {
    fail(error);
    return;
  }
  const runTask = (index) => {
    const arity = words[${AT.arity}];
    const from = ${ARGUMENTS} + index * ${MAX_ARGUMENTS};
    const values = new Array(arity);
    for (let i = 0; i < arity; i++) values[i] = numbers[from + i];
    numbers[${RESULTS} + index] = functions[words[${AT.callee}]].apply(null, values);
  };
  Atomics.add(words, ${AT.ready}, 1);
  let idleSince = performance.now();
  for (;;) {
    const ticket = Atomics.load(words, ${AT.ticket});
    if (ticket > 0) {
      if (Atomics.compareExchange(words, ${AT.ticket}, ticket, ticket - 1) !== ticket) continue;
      try {
        runTask(words[${AT.tasks}] - ticket);
      } catch (error) {
        fail(error);
      }
      if (Atomics.sub(words, ${AT.left}, 1) === 1 && Atomics.load(words, ${AT.waiting}) === 1) {
        Atomics.notify(words, ${AT.left});
      }
      idleSince = 0;
      continue;
    }
    if (ticket < 0) return;
    if (idleSince === 0) idleSince = performance.now();
    for (let i = 0; i < 100 && Atomics.load(words, ${AT.ticket}) === 0; i++);
    if (performance.now() - idleSince < spin) continue;
    Atomics.add(words, ${AT.parked}, 1);
    Atomics.wait(words, ${AT.ticket}, 0);
    Atomics.sub(words, ${AT.parked}, 1);
    idleSince = 0;
  }
});
`;
