// The resource tree as rows: depth first, with the connector lines each row draws. Pure.

import type { TreeNode } from '@evenkeel/api';

/** A row of the tree. */
export interface TreeRow {
  readonly node: TreeNode;
  readonly depth: number;
  /** For each level above the row, whether a line passes through on its way to a later row. */
  readonly lines: readonly boolean[];
  /** The last child of its parent: its connector turns and does not go on. */
  readonly last: boolean;
  readonly children: number;
  readonly expanded: boolean;
  /** 1-based place among its siblings, and how many there are. */
  readonly place: number;
  readonly siblings: number;
}

/** Kinds in the order people look for them; others follow by name. */
const kinds = [
  'Namespace',
  'CustomResourceDefinition',
  'Application',
  'Kustomization',
  'HelmRelease',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
  'ReplicaSet',
  'Pod',
  'Service',
  'Ingress',
  'HorizontalPodAutoscaler',
  'ConfigMap',
  'Secret',
];

/** Lays the nodes out; those in `folded` do not show their children. A node whose parents are unknown is a root. */
export function layoutTree(nodes: readonly TreeNode[], folded: ReadonlySet<string>): readonly TreeRow[] {
  const known = new Set(nodes.map(({ id }) => id));
  const children = new Map<string, TreeNode[]>();
  const roots: TreeNode[] = [];
  for (const node of nodes) {
    // An object with several owners hangs below the first that is shown, so that it stands in one place.
    const parent = node.parents.find((id) => known.has(id) && id !== node.id);
    if (parent === undefined) roots.push(node);
    else children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  const rows: TreeRow[] = [];
  const seen = new Set<string>();
  const visit = (siblings: TreeNode[], lines: readonly boolean[]): void => {
    const sorted = siblings.toSorted(compareNodes);
    for (const [index, node] of sorted.entries()) {
      if (seen.has(node.id)) continue;
      seen.add(node.id);
      const below = children.get(node.id) ?? [];
      const last = index === sorted.length - 1;
      const expanded = below.length > 0 && !folded.has(node.id);
      rows.push({
        node,
        depth: lines.length,
        lines,
        last,
        children: below.length,
        expanded,
        place: index + 1,
        siblings: sorted.length,
      });
      if (expanded) visit(below, [...lines, !last]);
    }
  };
  visit(roots, []);
  return rows;
}

function compareNodes(left: TreeNode, right: TreeNode): number {
  return (
    kindPlace(left.ref.kind) - kindPlace(right.ref.kind) ||
    compareText(left.ref.kind, right.ref.kind) ||
    // Newer revisions of the same thing first: the ReplicaSet that runs stands above those it replaced.
    (left.parents.length > 0 ? (right.createdAtMs ?? 0) - (left.createdAtMs ?? 0) : 0) ||
    compareText(left.ref.name, right.ref.name)
  );
}

function kindPlace(kind: string): number {
  const place = kinds.indexOf(kind);
  return place < 0 ? kinds.length : place;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The row to select after an arrow key, as WAI-ARIA's tree pattern has it; and what to fold or unfold. */
export function moveInTree(
  rows: readonly TreeRow[],
  at: number,
  key: string,
): { readonly select: number } | { readonly fold: string } | { readonly unfold: string } | undefined {
  const row = rows[at];
  if (!row) return undefined;
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return { select: Math.min(rows.length - 1, at + 1) };
    case 'ArrowUp':
    case 'k':
      return { select: Math.max(0, at - 1) };
    case 'Home':
      return { select: 0 };
    case 'End':
      return { select: rows.length - 1 };
    case 'ArrowRight':
      if (row.children === 0) return undefined;
      return row.expanded ? { select: at + 1 } : { unfold: row.node.id };
    case 'ArrowLeft': {
      if (row.expanded) return { fold: row.node.id };
      const parent = rows.findLastIndex((candidate, index) => index < at && candidate.depth < row.depth);
      return parent < 0 ? undefined : { select: parent };
    }
    default:
      return undefined;
  }
}
