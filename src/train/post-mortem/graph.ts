import type { Node, Tensor } from "../../tensor/index.ts";

/** Every recorded op below a tensor, in the order in which they ran. */
export function nodesBelow(root: Tensor): Node[] {
  const seen = new Set<Node>();
  const stack: Node[] = root.node === null ? [] : [root.node];
  while (stack.length > 0) {
    const node = stack.pop() as Node;
    if (seen.has(node)) continue;
    seen.add(node);
    for (const input of node.inputs ?? []) if (input.node !== null) stack.push(input.node);
  }
  return [...seen].sort((a, b) => a.sequence - b.sequence);
}

/** For every tensor that was read: the names of the ops that read it. */
export function consumersOf(nodes: readonly Node[]): Map<Tensor, string[]> {
  const out = new Map<Tensor, string[]>();
  for (const node of nodes) {
    for (const input of node.inputs ?? []) {
      const list = out.get(input);
      if (list === undefined) out.set(input, [node.op]);
      else list.push(node.op);
    }
  }
  return out;
}
