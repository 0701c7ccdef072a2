import { tensor } from "../../src/index.ts";

// What a first script does with a tensor: chosen, not complete (PyTorch's class has about 600 names).
const NAMES =
  `abs add add_ addmm all allclose amax amin any argmax argmin argsort atan2 backward bincount bmm bool bool_index ceil chunk clamp
clamp_ clone contiguous copy_ cos cpu cuda cumprod cumsum data detach device dim div div_ dot double dtype eq equal exp expand expand_as
fill_ flatten flip float floor floor_divide gather ge grad gt half index_select int is_contiguous is_floating_point isclose
isfinite isinf isnan item keepdim le log log10 log1p log2 log_softmax logical_and logical_not logical_or logical_xor logsumexp long lt
masked_fill masked_select matmul max maximum mean median min minimum mm mT mul mul_ movedim multinomial mv narrow ndim ne neg new_empty
new_full new_ones new_tensor new_zeros nonzero norm normal_ numel numpy outer permute pow prod quantile reciprocal register_hook
relu remainder repeat requires_grad requires_grad_ reshape reshape_as retain_grad roll round rsqrt scatter scatter_add select shape sigmoid
sign sin size softmax sort split sqrt square squeeze std sub sub_ sum T t tan tanh to tolist topk transpose tril triu trunc type_as
unbind uniform_ unique unsqueeze var view view_as where zero_`
    .split(/\s+/)
    .filter((name) => !["bool_index", "keepdim"].includes(name));

const RENAMED: Readonly<Record<string, string>> = {
  logical_not: "logicalNot",
};
const DIFFERS: Readonly<Record<string, string>> = {
  clamp: "the ends in one object: clamp({ min: 0 })",
  clamp_: "the ends in one object",
  cumsum: "no dtype",
  data: "a copy of the elements as a typed array; x.detach() is a tensor without history",
  double: "on the reference backend alone",
  long: "int32",
  max: "of two tensors: maximum",
  min: "of two tensors: minimum",
  to: "a dtype; there is one device",
  unique: "the values alone, sorted",
  where: "x.where(condition, other)",
  T: "also of more than two dimensions, in reverse order",
  sum: "dims stay positional",
  mean: "dims stay positional",
  nonzero: "int32",
};
const NOT_HERE: Readonly<Record<string, string>> = {
  addmm: "x.add(a.matmul(b)); F.linear makes one call of it",
  cpu: "there is one device",
  cuda: "there is one device",
  device: "there is one device",
  half: "the kernels know float32, int32 and bool",
  numpy: ".data is a typed array, toArray() nested arrays",
  quantile: "x.sort().values.select(…)",
};

const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The section about tensors' methods and properties. @throws when a name is neither here nor explained */
export function tensorSection(): string {
  const sample = tensor([1]);
  let here = 0;
  const lines = NAMES.map((name) => {
    const ours = RENAMED[name] ?? camelCase(name);
    const reason = NOT_HERE[name];
    if (reason !== undefined) return `| \`${name}\` |  | not here (${reason}) |`;
    if (!(ours in sample)) throw new Error(`Tensor.${ours} does not exist; write it, or say why not`);
    here++;
    const differs = DIFFERS[name];
    return `| \`${name}\` | \`x.${ours}\` | ${differs === undefined ? "same" : `differs (${differs})`} |`;
  });
  return [
    "## torch.Tensor",
    "",
    `Methods and properties that a first script uses: ${here} of ${NAMES.length} are here. Indexing with brackets is \`select\`, \`narrow\`, \`slice\`,`,
    "`indexSelect`, and `maskedSelect` for a mask; operators are methods. Whole numbers are int32.",
    "",
    "| PyTorch | here | |",
    "|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}
