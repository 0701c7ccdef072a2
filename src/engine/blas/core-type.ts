// OpenBLAS recognises processors by model number, and takes one that it does not know for a very old one
// (0.3.21 calls a Sapphire Rapids server "Prescott": a ninth of its speed). The processor's flags are sure.

type Level = 0 | 1 | 2 | 3;

/** By `openblas_get_corename()`, in lower case: 3 has AVX-512, 2 AVX2 and FMA, 1 AVX, 0 SSE. */
const LEVELS: Readonly<Record<string, Level>> = {
  katmai: 0,
  coppermine: 0,
  northwood: 0,
  prescott: 0,
  banias: 0,
  atom: 0,
  core2: 0,
  penryn: 0,
  dunnington: 0,
  nehalem: 0,
  athlon: 0,
  opteron: 0,
  opteron_sse3: 0,
  barcelona: 0,
  bobcat: 0,
  nano: 0,
  sandybridge: 1,
  bulldozer: 1,
  piledriver: 1,
  steamroller: 1,
  excavator: 1,
  haswell: 2,
  zen: 2,
  skylakex: 3,
  cooperlake: 3,
  sapphirerapids: 3,
};
const AVX512 = ["avx512f", "avx512bw", "avx512dq", "avx512vl"];

function levelOf(flags: ReadonlySet<string>): Level {
  if (AVX512.every((flag) => flags.has(flag))) return 3;
  if (flags.has("avx2") && flags.has("fma")) return 2;
  return flags.has("avx") ? 1 : 0;
}

/** The value of `OPENBLAS_CORETYPE` that suits the processor better than `core`, or null where `core` is right. */
export function betterCore(core: string, flags: ReadonlySet<string>): string | null {
  const level = LEVELS[core.toLowerCase()];
  if (level === undefined) return null;
  const best = levelOf(flags);
  if (best <= level) return null;
  return ["Nehalem", "Sandybridge", "Haswell", "SkylakeX"][best] as string;
}
