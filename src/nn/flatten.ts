import { flatten, unflatten } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { checkNumeric } from "./check.ts";
import { Module } from "./module.ts";

/**
 * Dimensions `startDim … endDim` made one; by default all but the first, so that a batch of images
 * becomes a batch of rows.
 *
 * @example
 * const rows = new nn.Flatten().forward(rand([8, 3, 4, 4])); // [8, 48]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html
 */
export class Flatten extends Module<[Tensor], Tensor> {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    checkNumeric("nn.Flatten", "startDim", startDim);
    checkNumeric("nn.Flatten", "endDim", endDim);
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  forward(input: Tensor): Tensor {
    return flatten(input, this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `startDim=${this.startDim}, endDim=${this.endDim}`;
  }
}

/**
 * One dimension made several: the opposite of `Flatten`.
 *
 * @example
 * const images = new nn.Unflatten(1, [1, 2, 2]).forward(x); // [B, 4] → [B, 1, 2, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Unflatten.html
 */
export class Unflatten extends Module<[Tensor], Tensor> {
  readonly dim: number;
  readonly unflattenedSize: readonly number[];

  /**
   * @param dim which dimension
   * @param unflattenedSize what it becomes; one size may be -1
   */
  constructor(dim: number, unflattenedSize: readonly number[]) {
    super();
    this.dim = dim;
    this.unflattenedSize = [...unflattenedSize];
  }

  forward(input: Tensor): Tensor {
    return unflatten(input, this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattenedSize=[${this.unflattenedSize.join(", ")}]`;
  }
}
