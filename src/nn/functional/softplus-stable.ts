import { binaryRaw, emptyLike, scalarRaw, unaryRaw } from "../../ops/index.ts";
import { record, type Tensor } from "../../tensor/index.ts";

/** ln(1 + e^−|x|): even, between 0 and ln 2, never overflows. Not recorded. */
export function evenPartRaw(x: Tensor): Tensor {
  return unaryRaw("log1p", unaryRaw("exp", unaryRaw("neg", unaryRaw("abs", x))));
}

/**
 * ln(1 + eˣ) to the last digit for every x: `max(x, 0) + ln(1 + e^−|x|)`.
 *
 * `F.softplus` follows PyTorch and becomes a line above 20, which costs float64 digits.
 */
export function softplusExact(x: Tensor): Tensor {
  const out = binaryRaw("add", unaryRaw("relu", x), evenPartRaw(x));
  return record("softplus", out, [x], [x], (grad) => binaryRaw("mul", grad, unaryRaw("sigmoid", x)));
}

/** max(x, least) whose gradient passes everywhere: the value is corrected, not the function. */
export function raiseTo(x: Tensor, least: number): Tensor {
  const out = emptyLike(x);
  x.storage.backend.clamp(x, least, Infinity, out);
  return record("raise", out, [x], null, (grad) => grad);
}

/** 1 − x. Not recorded. */
export function complementRaw(x: Tensor): Tensor {
  return scalarRaw("sub", x, 1, true);
}
