// Trees of anything that has named children, where one may be there twice or inside itself.

export type ChildrenOf<Node> = (node: Node) => readonly [name: string, child: Node][];

/** The names from the root to a node, with a dot after each: '' for the root, 'head.0.'. */
export type Prefix = string;

/** All nodes, each once and before what is inside it, under the first path that leads to it. */
export function outsideIn<Node>(
  root: Node,
  childrenOf: ChildrenOf<Node>,
): [prefix: Prefix, node: Node][] {
  const found = new Map<Node, Prefix>();
  const visit = (prefix: Prefix, node: Node) => {
    if (found.has(node)) return;
    found.set(node, prefix);
    for (const [name, child] of childrenOf(node)) visit(`${prefix}${name}.`, child);
  };
  visit('', root);
  return [...found].map(([node, prefix]) => [prefix, node]);
}

/** All nodes, each once and after what is inside it. */
export function insideOut<Node>(root: Node, childrenOf: ChildrenOf<Node>): Node[] {
  const seen = new Set<Node>();
  const nodes: Node[] = [];
  const visit = (node: Node) => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const [, child] of childrenOf(node)) visit(child);
    nodes.push(node);
  };
  visit(root);
  return nodes;
}

/** All paths, outer ones first, but for those that lead back into a node that they come from. */
export function paths<Node>(
  root: Node,
  childrenOf: ChildrenOf<Node>,
): [prefix: Prefix, node: Node][] {
  const found: [Prefix, Node][] = [];
  const visit = (prefix: Prefix, node: Node, above: readonly Node[]) => {
    found.push([prefix, node]);
    const along = [...above, node];
    for (const [name, child] of childrenOf(node)) {
      if (!along.includes(child)) visit(`${prefix}${name}.`, child, along);
    }
  };
  visit('', root, []);
  return found;
}

/** Leaves out each value that has come before under another name. */
export function distinct<T>(named: readonly [name: string, value: T][]): [string, T][] {
  const seen = new Set<T>();
  return named.filter(([, value]) => !seen.has(value) && seen.add(value));
}

/** What `visit` returns; undefined where it is on its way for this node already. */
export function unlessInside<Node, T>(
  active: Set<Node>,
  node: Node,
  visit: () => T,
): T | undefined {
  if (active.has(node)) return undefined;
  active.add(node);
  try {
    return visit();
  } finally {
    active.delete(node);
  }
}
