/** One thing that is measured. Each contender has an implementation under the same id, or says why not. */
export interface Workload {
  id: string;
  title: string;
  /** What one unit of the reported time is. */
  unit: string;
}

const MATMUL_SIZES = [64, 128, 256, 512, 1024, 2048];

/** In the order of the table. */
export const WORKLOADS: readonly Workload[] = [
  { id: "lesson-loader", title: "lesson: MLP 4-64-64-1, batch 64, with its loader", unit: "step" },
  { id: "lesson", title: "the same, batches made by hand", unit: "step" },
  { id: "mlp-120-84", title: "MLP 4-120-84-2, batch 128, Huber", unit: "step" },
  { id: "mlp-512", title: "MLP 256-512-512-10, batch 256", unit: "step" },
  { id: "mlp-1024", title: "MLP 784-1024-1024-10, batch 256", unit: "step" },
  { id: "cnn", title: "CNN 16-32 on 28×28, batch 64", unit: "step" },
  { id: "resnet", title: "residual net, 4 blocks × 64 on 6×7, batch 128", unit: "step" },
  { id: "lstm", title: "LSTM 32→128, 50 steps, batch 32", unit: "step" },
  { id: "transformer", title: "transformer, 2 layers × 128, 64 tokens, batch 32", unit: "step" },
  ...MATMUL_SIZES.map((n) => ({ id: `matmul-${n}`, title: `matmul ${n}³`, unit: "product" })),
  { id: "loader", title: "loader: a shuffled batch of 64 × 4", unit: "batch" },
];
