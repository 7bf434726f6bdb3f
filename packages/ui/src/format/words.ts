// What a state is called, and what Argo CD and Flux call it.

import type { DeliveryDetail, DeliverySummary, HealthStatus, Standing, TreeNode } from '@evenkeel/api';
import { relativeTime } from './time.ts';

/** Worst first: the order of rows, chips and of what wins where a strip has no room for both. */
export const standingsByWeight: readonly Standing[] = [
  'degraded',
  'missing',
  'drifted',
  'progressing',
  'unknown',
  'suspended',
  'level',
];

export const standingWords: Readonly<Record<Standing, string>> = {
  level: 'In sync',
  drifted: 'Drifted',
  progressing: 'Progressing',
  degraded: 'Degraded',
  missing: 'Missing',
  suspended: 'Suspended',
  unknown: 'Unknown',
};

const argoHealth: Readonly<Record<HealthStatus, string>> = {
  healthy: 'Healthy',
  suspended: 'Suspended',
  progressing: 'Progressing',
  missing: 'Missing',
  degraded: 'Degraded',
  unknown: 'Unknown',
};

const argoSync = { synced: 'Synced', drifted: 'OutOfSync', unknown: 'Unknown' } as const;

/** The state in the front end's own terms: "Argo CD: OutOfSync, Healthy", "Flux: Ready=False". */
export function ownTerms(
  item: Pick<DeliverySummary, 'frontEnd' | 'sync' | 'health' | 'standing' | 'suspended'>,
): string {
  if (item.frontEnd === 'argo') return `Argo CD: ${argoSync[item.sync]}, ${argoHealth[item.health]}`;
  if (item.suspended) return 'Flux: suspend: true';
  if (item.standing === 'progressing') return 'Flux: Reconciling=True';
  if (item.standing === 'unknown') return 'Flux: Ready=Unknown';
  return `Flux: Ready=${item.standing === 'level' ? 'True' : 'False'}`;
}

/** What a front end is called. */
export function frontEndName(frontEnd: string): string {
  return frontEnd === 'argo' ? 'Argo CD' : frontEnd === 'flux' ? 'Flux' : frontEnd;
}

/** The one standing of a node of the tree. Objects that have no health of their own are level by being there. */
export function nodeStanding(node: Pick<TreeNode, 'sync' | 'reason' | 'health'>): Standing {
  if (node.reason === 'missing') return 'missing';
  switch (node.health?.status) {
    case 'degraded':
    case 'missing':
    case 'progressing':
    case 'suspended':
      return node.sync === 'drifted' && node.health.status !== 'degraded' ? 'drifted' : node.health.status;
    case 'unknown':
      return 'unknown';
    case 'healthy':
    case undefined:
      return node.sync === 'drifted' ? 'drifted' : 'level';
  }
}

/** What the standing of a node is called: only what Git says can be in sync with it. */
export function nodeWord(node: Pick<TreeNode, 'sync' | 'reason' | 'health'>): string {
  const standing = nodeStanding(node);
  if (standing === 'drifted' && node.reason === 'stray') return 'Not in Git';
  if (standing !== 'level' || node.sync !== undefined) return standingWords[standing];
  return node.health ? 'Healthy' : 'Present';
}

/** Field managers of the delivery itself, ours and the originals'. What they wrote came from Git. */
const ownManagers = new Set([
  'argocd-controller',
  'argocd-application-controller',
  'kustomize-controller',
  'helm-controller',
]);

/**
 * "Drifted 4 minutes ago by kubectl-edit": when the last change by hand was made, and by whom. Undefined where nothing
 * drifted, where Git moved on instead, or where the cluster does not say who did it.
 */
export function driftSentence(resources: DeliveryDetail['resources'], nowMs: number): string | undefined {
  const owners = resources
    .filter((resource) => resource.sync === 'drifted')
    .flatMap((resource) => resource.fields.flatMap((field) => field.owners))
    .filter(({ manager }) => !ownManagers.has(manager))
    .map(({ manager, time }) => ({ manager, atMs: time === undefined ? 0 : Date.parse(time) }))
    .toSorted((left, right) => right.atMs - left.atMs);
  const [latest] = owners;
  if (!latest) return undefined;
  return latest.atMs > 0
    ? `Drifted ${relativeTime(latest.atMs, nowMs)} by ${latest.manager}`
    : `Drifted by ${latest.manager}`;
}

/** Why an object is not level, in words. */
export function reasonWords(reason: 'missing' | 'changed' | 'stray' | undefined): string {
  switch (reason) {
    case 'missing':
      return 'in Git, not in the cluster: a sync creates it';
    case 'stray':
      return 'in the cluster, no longer in Git: a sync with prune deletes it';
    case 'changed':
    case undefined:
      return 'differs from Git: a sync makes it as Git says';
  }
}
