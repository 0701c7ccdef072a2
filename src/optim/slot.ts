import { adopt, Parameter, Tensor } from "../tensor/index.ts";
import { contiguousStrides, type Shape, sizeOf } from "../util/index.ts";

/** What an optimizer keeps for one parameter. */
export interface Slot {
  readonly parameter: Tensor;
  /** Its key in the state dict: its name, or its position where names are missing or not unique. */
  key: string;
  /** Updates it has had. */
  steps: number;
  /** Whether the state tensors have not been used yet. */
  fresh: boolean;
  /** What the state tensors are called: PyTorch's keys. */
  names: readonly string[];
  /** In the order in which the update kernel takes them. */
  tensors: Tensor[];
  /** The kernel's numbers, rewritten at each step. */
  readonly hyper: number[];
}

/** A value everywhere, of a parameter's dtype (and shape, or another) on its backend; a root. */
export function filledFor(parameter: Tensor, shape: Shape = parameter.shape, value = 0): Tensor {
  const { dtype } = parameter;
  const { backend } = parameter.storage;
  const length = sizeOf(shape);
  const storage = backend.alloc(dtype, length, "optimizer state");
  adopt(storage);
  const state = new Tensor(storage, shape, contiguousStrides(shape), 0, length, true).keep();
  backend.fill(state, value);
  return state;
}

/** How messages call a parameter. */
export function labelOf(slot: Slot): string {
  return slot.parameter instanceof Parameter && slot.parameter.name !== ""
    ? slot.parameter.name
    : `parameter ${slot.key}`;
}

/** Gives every slot its key: the names, as far as they are there and unique, else positions. */
export function nameSlots(slots: readonly Slot[]): void {
  const count = new Map<string, number>();
  const nameOf = (slot: Slot): string => (slot.parameter instanceof Parameter ? slot.parameter.name : "");
  for (const slot of slots) count.set(nameOf(slot), (count.get(nameOf(slot)) ?? 0) + 1);
  slots.forEach((slot, i) => {
    const name = nameOf(slot);
    slot.key = name !== "" && count.get(name) === 1 ? name : String(i);
  });
}
