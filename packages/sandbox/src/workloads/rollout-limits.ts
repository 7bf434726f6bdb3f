// How many pods a deployment may have while it rolls: surge, unavailability, and what that leaves for the new ReplicaSet.

import type { KubeObject } from '@evenkeel/resource';
import type { Actor } from './actor.ts';
import type { DeploymentView } from './deployments.ts';
import type { EventRecorder } from './events.ts';
import { specView, statusView } from './views.ts';

/** A deployment being rolled. */
export interface Rollout {
  readonly actor: Actor;
  readonly events: EventRecorder;
  readonly deployment: KubeObject;
}

/** maxSurge and maxUnavailable as numbers: surge rounds up, unavailability down, and both cannot be nothing. */
export function rollingLimits(deployment: KubeObject): { readonly surge: number; readonly unavailable: number } {
  const spec = specView<DeploymentView>(deployment);
  if (spec.strategy?.type === 'Recreate') return { surge: 0, unavailable: 0 };
  const wanted = spec.replicas ?? 1;
  const rolling = spec.strategy?.rollingUpdate ?? {};
  const surge = amountOf(rolling.maxSurge ?? '25%', wanted, Math.ceil);
  const unavailable = amountOf(rolling.maxUnavailable ?? '25%', wanted, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, wanted) };
}

/** A number, or a percentage of a total. */
export function amountOf(value: number | string, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  return round((Number.parseInt(value, 10) * total) / 100);
}

export function maxReplicas(deployment: KubeObject): number {
  return (specView<DeploymentView>(deployment).replicas ?? 1) + rollingLimits(deployment).surge;
}

/** How many replicas the new set should have now. */
export function newSetReplicas(
  deployment: KubeObject,
  sets: readonly KubeObject[],
  newSet: KubeObject | undefined,
): number {
  const wanted = specView<DeploymentView>(deployment).replicas ?? 1;
  if (specView<DeploymentView>(deployment).strategy?.type === 'Recreate') return wanted;
  const total = sum(sets, replicasOf);
  const room = maxReplicas(deployment) - total;
  const own = newSet === undefined ? 0 : replicasOf(newSet);
  if (room <= 0) return own;
  return own + Math.min(room, Math.max(0, wanted - own));
}

export function replicasOf(set: KubeObject): number {
  return specView<{ replicas?: number }>(set).replicas ?? 0;
}

export function availableOf(set: KubeObject): number {
  return statusView<{ availableReplicas?: number }>(set).availableReplicas ?? 0;
}

function sum(sets: readonly KubeObject[], of: (set: KubeObject) => number): number {
  return sets.reduce((total, set) => total + of(set), 0);
}
