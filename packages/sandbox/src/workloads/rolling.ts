// How many pods old and new ReplicaSets may have while a deployment rolls (pkg/controller/deployment, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { bagAt } from '../store/draft.ts';
import type { DeploymentView } from './deployments.ts';
import { type Rollout, availableOf, newSetReplicas, replicasOf, rollingLimits } from './rollout-limits.ts';
import { findNewSet, scaleAnnotations } from './revisions.ts';
import { specView } from './views.ts';

/** One step of a rolling update: the new set up as far as there is room, then old ones down as far as enough stay available. */
export function rollingUpdate(rollout: Rollout, sets: readonly KubeObject[], newSet: KubeObject): void {
  const { actor, deployment } = rollout;
  const wanted = specView<DeploymentView>(deployment).replicas ?? 1;
  const own = replicasOf(newSet);
  if (own > wanted) {
    scaleSet(rollout, newSet, wanted);
    return;
  }
  const next = newSetReplicas(deployment, sets, newSet);
  if (next !== own) {
    scaleSet(rollout, newSet, next);
    return;
  }
  const old = sets.filter((set) => set.metadata.uid !== newSet.metadata.uid);
  if (sum(old, replicasOf) === 0) return;
  const minAvailable = wanted - rollingLimits(deployment).unavailable;
  const unavailableNew = own - availableOf(newSet);
  const maxDown = sum(sets, replicasOf) - minAvailable - unavailableNew;
  if (maxDown <= 0) return;
  dropUnhealthy(rollout, old, maxDown);
  const current = old.map(
    (set) => actor.get('replicasets.apps', set.metadata.namespace ?? '', set.metadata.name ?? '') ?? set,
  );
  scaleDownOld(rollout, current, newSet, minAvailable);
}

// Pods that are not available go first: nobody misses them.
function dropUnhealthy(rollout: Rollout, old: readonly KubeObject[], maxDown: number): void {
  let total = 0;
  for (const set of byAge(old)) {
    const unhealthy = replicasOf(set) - availableOf(set);
    if (total >= maxDown) break;
    if (replicasOf(set) === 0 || unhealthy <= 0) continue;
    const down = Math.min(maxDown - total, unhealthy);
    scaleSet(rollout, set, replicasOf(set) - down);
    total += down;
  }
}

function scaleDownOld(rollout: Rollout, old: readonly KubeObject[], newSet: KubeObject, minAvailable: number): void {
  let left = sum(old, availableOf) + availableOf(newSet) - minAvailable;
  for (const set of byAge(old)) {
    if (left <= 0) return;
    const down = Math.min(replicasOf(set), left);
    if (down === 0) continue;
    scaleSet(rollout, set, replicasOf(set) - down);
    left -= down;
  }
}

/** Sets a ReplicaSet's replicas and says so in an event. */
export function scaleSet({ actor, events, deployment }: Rollout, set: KubeObject, replicas: number): void {
  const before = replicasOf(set);
  const annotations = scaleAnnotations(deployment);
  const needsAnnotations = Object.entries(annotations).some(
    ([key, value]) => set.metadata.annotations?.[key] !== value,
  );
  if (before === replicas && !needsAnnotations) return;
  actor.update('replicasets.apps', set, (draft) => {
    const spec = bagAt(draft, 'spec') ?? {};
    spec['replicas'] = replicas;
    draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
  });
  if (before === replicas) return;
  const direction = replicas > before ? 'up' : 'down';
  events.record(deployment, {
    type: 'Normal',
    reason: 'ScalingReplicaSet',
    message: `Scaled ${direction} replica set ${set.metadata.name ?? ''} from ${before} to ${replicas}`,
  });
}

/** Shares a change of spec.replicas among the sets that have pods, in proportion to their size. */
export function scaleProportionally(
  rollout: Rollout,
  sets: readonly KubeObject[],
  newSet: KubeObject | undefined,
): void {
  const { deployment } = rollout;
  const wanted = specView<DeploymentView>(deployment).replicas ?? 1;
  const active = sets.filter((set) => replicasOf(set) > 0);
  const only = active.length <= 1 ? (active[0] ?? newSet) : undefined;
  if (only !== undefined) {
    scaleSet(rollout, only, wanted);
    return;
  }
  const current = findNewSet(deployment, sets);
  if (current !== undefined && replicasOf(current) === wanted && availableOf(current) === wanted) {
    for (const set of active) if (set !== current) scaleSet(rollout, set, 0);
    return;
  }
  share(rollout, active, wanted);
}

function share(rollout: Rollout, active: readonly KubeObject[], wanted: number): void {
  const { deployment } = rollout;
  const total = sum(active, replicasOf);
  const allowed = wanted > 0 ? wanted + rollingLimits(deployment).surge : 0;
  let left = allowed - total;
  const ordered = active.toSorted((a, b) => replicasOf(b) - replicasOf(a));
  const next = ordered.map((set) => {
    const beforeMax = Number(set.metadata.annotations?.['deployment.kubernetes.io/max-replicas'] ?? '0') || total;
    const exact = Math.round((replicasOf(set) * allowed) / beforeMax) - replicasOf(set);
    const part = left > 0 ? Math.min(exact, left) : Math.max(exact, left);
    left -= part;
    return { set, replicas: replicasOf(set) + part };
  });
  for (const [index, { set, replicas }] of next.entries()) {
    scaleSet(rollout, set, Math.max(0, index === 0 ? replicas + left : replicas));
  }
}

function byAge(sets: readonly KubeObject[]): readonly KubeObject[] {
  return sets.toSorted(
    (a, b) => Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? ''),
  );
}

function sum(sets: readonly KubeObject[], of: (set: KubeObject) => number): number {
  return sets.reduce((total, set) => total + of(set), 0);
}
