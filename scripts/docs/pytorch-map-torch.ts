import * as innerloop from "../../src/index.ts";

// The functions of PyTorch's page "torch" that have to do with training, by its own headings (left out whole: spectral
// functions, complex and sparse tensors, quantisation, compilation, bit operations, in-place and `out=` forms).
const NAMES: Readonly<Record<string, string>> = {
  "making tensors": `tensor as_tensor from_numpy zeros zeros_like ones ones_like empty empty_like full full_like arange
range linspace logspace eye`,
  "random numbers": `manual_seed seed initial_seed get_rng_state set_rng_state Generator default_generator rand rand_like
randint randint_like randn randn_like randperm bernoulli multinomial normal poisson`,
  "shapes and indices": `cat concat stack hstack vstack dstack split chunk tensor_split unbind reshape flatten unflatten ravel
permute transpose t swapaxes movedim moveaxis squeeze unsqueeze broadcast_to broadcast_tensors expand_copy tile
repeat_interleave narrow select gather scatter scatter_add index_select index_add take take_along_dim masked_select where
nonzero argwhere flip fliplr flipud rot90 roll meshgrid tril triu tril_indices triu_indices diag diagonal diag_embed cartesian_prod`,
  "element by element": `abs acos acosh add addcdiv addcmul asin asinh atan atanh atan2 ceil clamp clip copysign cos cosh
deg2rad div divide erf erfc erfinv exp exp2 expm1 fix float_power floor floor_divide fmod frac gelu heaviside hypot lerp lgamma
log log10 log1p log2 logaddexp logit logical_and logical_not logical_or logical_xor mul multiply nan_to_num neg negative pow
rad2deg reciprocal relu remainder round rsqrt sigmoid sign sgn sin sinc sinh softmax sqrt square sub subtract tan tanh true_divide trunc xlogy`,
  reductions: `all any amax amin aminmax argmax argmin max min mean median nanmean nanmedian nansum mode norm prod quantile std
std_mean sum var var_mean logsumexp count_nonzero unique unique_consecutive cumsum cumprod cummax cummin logcumsumexp diff trapezoid`,
  comparisons: `allclose isclose equal eq ne lt le gt ge greater less maximum minimum fmax fmin isfinite isinf isnan isin
sort argsort msort topk kthvalue searchsorted bucketize bincount histc`,
  "matrix products": `matmul mm bmm mv dot inner outer addmm addmv baddbmm chain_matmul einsum tensordot kron cross cdist
cov corrcoef trace det inverse`,
  "gradients and the rest": `no_grad enable_grad set_grad_enabled is_grad_enabled inference_mode is_tensor is_floating_point
is_nonzero numel clone get_default_dtype set_default_dtype set_num_threads get_num_threads use_deterministic_algorithms
result_type promote_types save load compile vmap`,
};

const OURS: Readonly<Record<string, string>> = {
  var: "variance",
  concat: "cat",
  range: "arange",
  swapaxes: "transpose",
  moveaxis: "movedim",
  broadcast_to: "expand",
  ravel: "flatten",
  tile: "repeat",
  as_tensor: "tensor",
  from_numpy: "fromTypedArray",
  clip: "clamp",
  divide: "div",
  true_divide: "div",
  multiply: "mul",
  subtract: "sub",
  negative: "neg",
  fix: "trunc",
  sgn: "sign",
  greater: "gt",
  less: "lt",
  gelu: "F.gelu",
  argwhere: "nonzero",
  inference_mode: "noGrad",
  seed: "defaultGenerator.seed",
  use_deterministic_algorithms: "engine.setDeterministic",
  set_num_threads: "engine.setNumThreads",
  get_num_threads: "engine.getNumThreads",
  save: "train.saveStateDict",
  load: "train.loadStateDict",
};

const INT32 = "int32 where PyTorch has int64";
const TWICE = "positional, or in the options";

const DIFFERS: Readonly<Record<string, string>> = {
  as_tensor: "copies",
  from_numpy: "a typed array and its shape; copies",
  range: "without the end",
  arange: "int32 for whole numbers; positional start, end, step",
  tile: "one count for each dimension",
  ravel: "flatten(x)",
  median: INT32,
  sort: `always stable; dim ${TWICE}; ${INT32}`,
  argsort: `always stable; dim ${TWICE}; ${INT32}`,
  topk: `dim ${TWICE}; of equal ones the first comes first`,
  tril: `diagonal ${TWICE}`,
  triu: `diagonal ${TWICE}`,
  nonzero: INT32,
  argwhere: INT32,
  argmax: INT32,
  argmin: INT32,
  bincount: `${INT32}; the counts of weights keep their dtype`,
  multinomial: "refuses to draw categories of probability 0",
  bernoulli: "as builds without MKL draw",
  normal: "normal(mean, std, shape); float64 within one rounding",
  scatter: "no reduce; of two for one place the later stands",
  meshgrid: 'an array of vectors; "ij" unless told',
  clamp: "the ends in one object: clamp(x, { min: 0 })",
  clip: "the ends in one object",
  cumsum: "no dtype",
  cumprod: "no dtype",
  sum: "dims stay positional; no dtype",
  mean: "dims stay positional; no dtype",
  prod: "dims stay positional; no dtype",
  unique: "the values alone, sorted",
  max: "of two tensors: maximum",
  min: "of two tensors: minimum",
  isclose: "promotes dtypes",
  allclose: "promotes dtypes",
  equal: "true or false, as there",
  no_grad: "noGrad(() => …)",
  enable_grad: "enableGrad(() => …)",
  inference_mode: "noGrad(() => …)",
  set_grad_enabled: "also setGradEnabled(on, () => …)",
  get_rng_state: "bytes of its own, 2,528",
  set_rng_state: "takes PyTorch's 5,056 bytes too",
  initial_seed: "a bigint",
  softmax: "dim is required; no dtype",
  unbind: "an array",
  split: "an array",
  chunk: "an array",
  save: "a state dict, as safetensors",
  load: "a state dict, from safetensors; nothing in a file can run code",
  matmul: "floats",
  mm: "floats",
  bmm: "floats",
  mv: "floats",
  use_deterministic_algorithms: "the same bits on every machine",
};

const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^(hstack|vstack|dstack)$/, "cat or stack along the dim"],
  [/^(tensor_split|index_add|take|take_along_dim)$/, "split, scatterAdd, indexSelect, gather"],
  [/^(fliplr|flipud|rot90)$/, "flip and transpose"],
  [/^nan(mean|median|sum)$/, "x[!isnan] first: maskedSelect(x, isnan(x).logicalNot())"],
  [
    /^(exp2|float_power|hypot|lerp|addcdiv|addcmul|logaddexp|xlogy|frac|deg2rad|rad2deg|logit|copysign)$/,
    "one line of others",
  ],
  [/^(acosh|asinh|atanh|erfc|erfinv|lgamma|sinc|heaviside|nan_to_num|poisson|logspace)$/, "rarely used in training"],
  [
    /^(aminmax|std_mean|var_mean|count_nonzero|trapezoid|diff|mode|quantile|kthvalue|msort)$/,
    "compose it: sort, narrow, sum",
  ],
  [/^(cummax|cummin|logcumsumexp|unique_consecutive|searchsorted|bucketize|histc|isin)$/, "rarely used in training"],
  [
    /^(diag|diagonal|diag_embed|trace|tril_indices|triu_indices|cartesian_prod)$/,
    "einsum, or a mask by eye, tril and triu",
  ],
  [/^(addmm|addmv|baddbmm|chain_matmul|tensordot|kron|inner|cross)$/, "matmul, einsum and add"],
  [/^(cdist|cov|corrcoef|det|inverse)$/, "linear algebra is not the training loop's"],
  [/^(fmax|fmin)$/, "maximum and minimum let NaN through"],
  [
    /^(result_type|promote_types|is_nonzero|is_floating_point|compile|vmap|expand_copy)$/,
    "no need of it here, or x.isFloatingPoint()",
  ],
  [/^(repeat_interleave)$/, "unsqueeze, expand and flatten"],
  [/^(broadcast_tensors)$/, "operations broadcast by themselves; expand does it by hand"],
];

const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function exists(path: string): boolean {
  let at: unknown = innerloop;
  for (const part of path.split(".")) at = (at as Readonly<Record<string, unknown>> | undefined)?.[part];
  return at !== undefined;
}

function row(name: string): { here: boolean; line: string } {
  const ours = OURS[name] ?? camelCase(name);
  if (exists(ours)) {
    const differs = DIFFERS[name];
    const verdict = differs === undefined ? "same" : `differs (${differs})`;
    return { here: true, line: `| \`${name}\` | \`${ours}\` | ${verdict} |` };
  }
  const reason = FAMILIES.find(([pattern]) => pattern.test(name))?.[1];
  if (reason === undefined) throw new Error(`torch.${name}: ${ours} does not exist; write it, or say why not`);
  return { here: false, line: `| \`${name}\` |  | not here (${reason}) |` };
}

/** The section about functions on tensors. @throws when a name is neither here nor explained */
export function torchSection(): string {
  const parts = Object.entries(NAMES).map(([title, list]) => {
    const rows = list.split(/\s+/).map(row);
    return { title, rows, here: rows.filter(({ here }) => here).length };
  });
  const total = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  const here = parts.reduce((sum, part) => sum + part.here, 0);
  return [
    "## torch",
    "",
    `Functions on tensors: ${here} of the ${total} that training uses. Most are methods too: \`x.topk(3)\` is \`topk(x, 3)\`. PyTorch's functions`,
    "for spectra, complex, sparse and quantised tensors, bits and compilation are not here.",
    "",
    ...parts.flatMap(({ title, rows, here: some }) => [
      `### ${title[0]?.toUpperCase()}${title.slice(1)}`,
      "",
      `${some} of ${rows.length}.`,
      "",
      "| PyTorch | here | |",
      "|---|---|---|",
      ...rows.map(({ line }) => line),
      "",
    ]),
  ].join("\n");
}
