import { add, matmul, mul, reshape, sum, unsqueeze } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { formatShape, ShapeError, sameShape } from "../../util/index.ts";

/**
 * `yₖ = x₁ᵀ·Wₖ·x₂ + bₖ`.
 *
 * One product `x₁·W` with W seen as `[in1, out·in2]`, then a sum of products with x₂.
 *
 * @param input1 `[..., in1]`
 * @param input2 `[..., in2]`, with the same leading dimensions
 * @param weight `[out, in1, in2]`
 * @param bias `[out]`, or null
 * @returns `[..., out]`
 * @throws {ShapeError} when sizes do not fit
 * @example
 * const out = F.bilinear(rand([8, 4]), rand([8, 3]), rand([2, 4, 3]), rand([2])); // [8, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.bilinear.html
 */
export function bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const [out, in1, in2] = weight.shape as [number, number, number];
  const batch = input1.shape.slice(0, -1);
  const fits =
    weight.shape.length === 3 &&
    input1.shape.at(-1) === in1 &&
    input2.shape.at(-1) === in2 &&
    sameShape(batch, input2.shape.slice(0, -1)) &&
    (bias === null || sameShape(bias.shape, [out]));
  if (!fits) {
    throw new ShapeError(
      "bilinear",
      `inputs have shapes ${formatShape(input1.shape)} and ${formatShape(input2.shape)}, weight ${formatShape(weight.shape)}` +
        (bias === null ? "" : `, bias ${formatShape(bias.shape)}`),
      "expected [..., in1], [..., in2], [out, in1, in2] and [out], with equal leading dimensions",
      "Check the sizes of the layers before it.",
    );
  }
  const rows = matmul(reshape(input1, [-1, in1]), reshape(weight.permute([1, 0, 2]), [in1, out * in2]));
  const products = mul(reshape(rows, [...batch, out, in2]), unsqueeze(input2, -2));
  const y = sum(products, -1);
  return bias === null ? y : add(y, bias);
}
