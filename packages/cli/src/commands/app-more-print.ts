// The tree of an application and the parameters of its sources, in argocd's layout.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/{tree,app}.go (3.6).

import type { HealthStatus, TreeNode } from '@evenkeel/api';
import { formatAge } from '../output/format.ts';
import { formatTable } from '../output/table.ts';

const healthWords: Readonly<Record<HealthStatus, string>> = {
  healthy: 'Healthy',
  suspended: 'Suspended',
  progressing: 'Progressing',
  missing: 'Missing',
  degraded: 'Degraded',
  unknown: 'Unknown',
};
const syncWords = { synced: 'Synced', drifted: 'OutOfSync', unknown: 'Unknown' } as const;

/** What is live with what was made of it, one branch below the other; with ages where it is told the time. */
export function printTree(nodes: readonly TreeNode[], nowMs: number | undefined): string {
  const children = Map.groupBy(nodes, ({ parents }) => parents[0] ?? '');
  const rows: (readonly string[])[] = [];
  const walk = (parent: string, prefix: string): void => {
    const level = children.get(parent) ?? [];
    for (const [index, node] of level.entries()) {
      const isLast = index === level.length - 1;
      const branch = parent === '' ? '' : `${prefix}${isLast ? '└─' : '├─'}`;
      rows.push(rowOf(node, branch, nowMs));
      walk(node.id, parent === '' ? '' : `${prefix}${isLast ? '  ' : '│ '}`);
    }
  };
  walk('', '');
  const headers = ['KIND/NAME', 'STATUS', 'HEALTH', ...(nowMs === undefined ? [] : ['AGE']), 'MESSAGE'];
  return formatTable(headers, rows);
}

function rowOf(node: TreeNode, branch: string, nowMs: number | undefined): readonly string[] {
  const { ref, sync, health, createdAtMs } = node;
  return [
    `${branch}${ref.kind}/${ref.name}`,
    sync === undefined ? '' : syncWords[sync],
    health ? healthWords[health.status] : '',
    ...(nowMs === undefined ? [] : [createdAtMs === undefined ? '' : formatAge(createdAtMs, nowMs)]),
    health?.message ?? '',
  ];
}

interface Source {
  readonly helm?: { readonly parameters?: readonly { readonly name: string; readonly value?: string }[] };
}

/** The parameters that are set, source by source. */
export function printParameters(spec: object): string {
  const { source, sources } = spec as { readonly source?: Source; readonly sources?: readonly Source[] };
  const all = sources && sources.length > 0 ? sources : source ? [source] : [];
  const rows = all.flatMap(({ helm }) => (helm?.parameters ?? []).map(({ name, value = '' }) => [name, value]));
  return formatTable(['NAME', 'VALUE'], rows);
}
