/** One thing that is measured. Each contender has an implementation under the same id, or says why not. */
export interface Workload {
  id: string;
  title: string;
  /** What a cell shows: the time of a unit, rows a second (ROWS in a unit), or bytes. */
  shown: "time" | "rows" | "bytes";
  /** The workload that a fresh process runs while its memory is measured. */
  runs?: string;
}

/** Rows in a unit of a workload that is shown as rows a second. */
export const ROWS = 64;
/** The workload that is measured from outside. */
export const FIRST = "first-step";

const MATMUL_SIZES = [64, 128, 256, 512, 1024, 2048];

/** In the order of the table. */
export const WORKLOADS: readonly Workload[] = [
  { id: "lesson-loader", title: "lesson: MLP 4-64-64-1, batch 64, with its loader", shown: "time" },
  { id: "lesson", title: "the same, batches made by hand", shown: "time" },
  { id: "mlp-120-84", title: "MLP 4-120-84-2, batch 128, Huber", shown: "time" },
  { id: "mlp-512", title: "MLP 256-512-512-10, batch 256", shown: "time" },
  { id: "mlp-1024", title: "MLP 784-1024-1024-10, batch 256", shown: "time" },
  { id: "cnn", title: "CNN 16-32 on 28×28, batch 64", shown: "time" },
  { id: "resnet", title: "residual net, 4 blocks × 64 on 6×7, batch 128", shown: "time" },
  { id: "lstm", title: "LSTM 32→128, 50 steps, batch 32", shown: "time" },
  { id: "transformer", title: "transformer, 2 layers × 128, 64 tokens, batch 32", shown: "time" },
  ...MATMUL_SIZES.map((n) => ({ id: `matmul-${n}`, title: `matmul ${n}³`, shown: "time" as const })),
  { id: "loader", title: "loader: shuffled batches of 64 × 4", shown: "rows" },
  { id: FIRST, title: "from a process's start to its first step", shown: "time" },
  { id: "memory-512", title: "peak memory of a process: MLP 256-512-512-10", shown: "bytes", runs: "mlp-512" },
  { id: "memory-1024", title: "peak memory of a process: MLP 784-1024-1024-10", shown: "bytes", runs: "mlp-1024" },
];
