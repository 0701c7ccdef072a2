/**
 * Where a BLAS library overtakes the WebAssembly matrix kernel, shape by shape, and what the rule in
 * src/engine/blas/choice.ts gives away against the better of the two.
 *
 *     npm run bench:blas
 *     npm run bench:blas -- --full      every shape of the grid, as JSON lines
 */
import { findBlas, prefersBlas } from "../src/engine/blas/index.ts";
import { WasmBackend } from "../src/engine/wasm/index.ts";
import { Runtime } from "../src/engine/wasm/runtime.ts";

const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024];
const LEAST = 256;
const MOST = 1 << 27;
const LAYOUTS = [
  [0, 0],
  [0, 1],
  [1, 0],
] as const;
const RUNS = 9;
const RUN_MS = 0.5;

interface Row {
  transA: number;
  transB: number;
  m: number;
  n: number;
  k: number;
  /** Microseconds. */
  kernel: number;
  blas: number;
}

const blas = findBlas(process.env.INNERLOOP_BLAS ?? "auto");
if (typeof blas === "string") {
  console.log(`skipped: ${blas}`);
  process.exit(0);
}
const library = blas;

const backend = new WasmBackend();
const runtime = new Runtime(backend, backend.info().kernels);
const { kernels } = runtime;
const floats = runtime.alloc("float32", 8 << 20, "bench");
runtime.memory.f32.fill(0.5, floats.address / 4, floats.address / 4 + floats.length);
const base = library.address(runtime.memory.u8);

/** The better half of the runs: other programs only ever add to a time. */
function measure(call: () => void): number {
  call();
  let start = performance.now();
  call();
  const repeats = Math.max(1, Math.min(3000, Math.floor(RUN_MS / Math.max(performance.now() - start, 1e-4))));
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    start = performance.now();
    for (let i = 0; i < repeats; i++) call();
    times.push(((performance.now() - start) / repeats) * 1000);
  }
  return times.sort((a, b) => a - b)[2] as number;
}

function compare(transA: number, transB: number, m: number, n: number, k: number): Row {
  const a = floats.address;
  const b = a + 4 * m * k + 64;
  const c = (b + 4 * k * n + 127) & ~63;
  const lda = transA === 1 ? m : k;
  const ldb = transB === 1 ? k : n;
  const kernel = measure(() => kernels.gemm(transA, transB, m, n, k, a, lda, b, ldb, c, n, 0, 0));
  const native = measure(() => library.sgemm(transA, transB, m, n, k, base + a, lda, base + b, ldb, 0, base + c, n));
  return { transA, transB, m, n, k, kernel, blas: native };
}

const rows: Row[] = [];
for (const m of SIZES) {
  for (const n of SIZES) {
    for (const k of SIZES) {
      if (m * n * k < LEAST || m * n * k > MOST) continue;
      for (const [transA, transB] of LAYOUTS) rows.push(compare(transA, transB, m, n, k));
    }
  }
}

const faster = (row: Row): number => row.kernel / row.blas;
const quantile = (values: number[], q: number): string =>
  (values[Math.min(values.length - 1, Math.floor(values.length * q))] as number).toFixed(2).padStart(6);

function table(title: string, groups: Map<string, Row[]>): void {
  console.log(`\n${title.padEnd(26)} shapes  BLAS faster   least  median    most   (times the kernel's speed)`);
  for (const [name, group] of groups) {
    const ratios = group.map(faster).sort((x, y) => x - y);
    const wins = `${ratios.filter((x) => x > 1).length}`.padStart(12);
    const spread = `${quantile(ratios, 0)}  ${quantile(ratios, 0.5)}  ${quantile(ratios, 1)}`;
    console.log(`${name.padEnd(26)} ${`${group.length}`.padStart(6)} ${wins}  ${spread}`);
  }
}

if (process.argv.includes("--full")) for (const row of rows) console.log(JSON.stringify(row));
const { library: name, version, core, threads } = library.info;
console.log(`${name} ${version} (${core}), ${threads} threads for large products; ${rows.length} shapes and layouts`);

const byWork = new Map<string, Row[]>();
for (let bits = 8; bits <= 27; bits++) {
  const group = rows.filter(({ m, n, k }) => Math.floor(Math.log2(m * n * k)) === bits);
  if (group.length > 0) byWork.set(`m·n·k from 2^${bits}`, group);
}
table("by work", byWork);

const byThinness = new Map<string, Row[]>();
for (const dimension of ["m", "n", "k"] as const) {
  for (const size of [1, 2, 4, 8, 16, 32]) {
    const group = rows.filter((row) => {
      const { m, n, k } = row;
      return row[dimension] === size && Math.min(m, n, k) === size && m * n * k >= 1 << 15;
    });
    if (group.length > 0) byThinness.set(`${dimension} = ${size}, the smallest`, group);
  }
}
table("by thinness, from 2^15", byThinness);

const cost = (choice: (row: Row) => boolean): string => {
  const logs = rows.map((row) => Math.log((choice(row) ? row.blas : row.kernel) / Math.min(row.blas, row.kernel)));
  return `${((Math.exp(logs.reduce((sum, x) => sum + x, 0) / logs.length) - 1) * 100).toFixed(1)} %`;
};
console.log(`\nslower than the better of the two, geometric mean over all shapes:`);
console.log(`  the rule          ${cost(({ m, n, k }) => prefersBlas(m, n, k))}`);
console.log(`  always the kernel ${cost(() => false)}`);
console.log(`  always BLAS       ${cost(() => true)}`);
const empty = measure(() => library.sgemm(0, 0, 1, 1, 1, base, 1, base, 1, 0, base, 1));
console.log(`\na call with 1 × 1 × 1: ${(empty * 1000).toFixed(0)} ns`);
