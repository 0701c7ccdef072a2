import * as innerloop from "innerloop";
import { describe, expect, it } from "vitest";
import { Tensor } from "../../src/tensor/index.ts";

// What a user can write. A name that appears here by accident is one that cannot be taken back.
const ROOT = `
CheckpointError ConfigError DataError DtypeError F Generator GradientError InnerloopError OutOfMemoryError Parameter
ReleasedTensorError ShapeError Tensor ThreadError abs acos add add_ all allclose amax amin any arange argmax argmin
argsort asin atan atan2 backward bernoulli bernoulliScalar bincount bmm cat ceil chunk clamp clamp_ clone contiguous
copy_ cos cosh cumprod cumsum data defaultGenerator div div_ dot einsum empty emptyLike enableGrad engine eq equal erf
exp expand expm1 eye fill_ flatten flip floor floorDivide fmod fromTypedArray full fullLike gather ge getDefaultDtype
getRngState gt indexSelect initialSeed isGradEnabled isTensor isclose isfinite isinf isnan item le linear linspace log
log10 log1p log2 logSoftmax logSumExp logicalAnd logicalNot logicalOr logicalXor logsumexp lt manualSeed maskedFill
maskedSelect matmul max maximum mean median meshgrid min minimum mm movedim mul mul_ multinomial mv narrow ne neg nn
noGrad nonzero norm normal normal_ numel oneHot ones onesLike optim outer pad permute pow prod rand randLike randint
randintLike randn randnLike randperm reciprocal relu remainder repeat reshape roll round rsqrt scatter scatterAdd scope
select setDefaultDtype setGradEnabled setRngState sigmoid sign sin sinh slice softmax softplus sort split sqrt square
squeeze stack std sub sub_ sum t tan tanh tensor to toArray topk train transpose tril triu trunc unbind unflatten unique
uniform_ unsqueeze variance view where zero_ zeros zerosLike
`;

const ENGINE = `
getNumThreads info memory setBackend setBlas setDeterministic setNumThreads withBackend
`;

const names = (list: string): string[] => list.trim().split(/\s+/).sort();

describe("the names that are exported", () => {
  it("from innerloop", () => {
    expect(Object.keys(innerloop).sort()).toEqual(names(ROOT));
  });

  it("from innerloop.engine", () => {
    expect(Object.keys(innerloop.engine).sort()).toEqual(names(ENGINE));
  });

  it("are methods of a tensor too, where they take one first", () => {
    const NOT_METHODS = [
      ...["cat", "stack", "einsum", "meshgrid", "linear"], // of several tensors
      ...["emptyLike", "fullLike", "onesLike", "zerosLike", "randLike", "randintLike", "randnLike"],
      ...["bernoulli", "bernoulliScalar", "normal", "numel", "isTensor", "unflatten"],
    ];
    const make = /^(arange|empty|eye|fromTypedArray|full|linspace|ones|rand|randint|randn|randperm|tensor|zeros)$/;
    const other = /^(get|set|is[A-Z]|initialSeed|manualSeed|noGrad|enableGrad|scope|backward|defaultGenerator)/;
    const missing = Object.entries(innerloop)
      .filter(([name, value]) => typeof value === "function" && /^[a-z]/.test(name))
      .map(([name]) => name)
      .filter((name) => !make.test(name) && !other.test(name) && !NOT_METHODS.includes(name))
      .filter((name) => !(name in Tensor.prototype));
    expect(missing).toEqual([]);
  });
});
