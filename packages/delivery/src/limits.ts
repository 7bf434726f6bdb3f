// What somebody limits a delivery to: which objects it may touch, when it may sync, and as whom. The engine asks; who set the
// limits, and how, it does not know.

import type { Refusal } from '@evenkeel/engine';
import { type GroupKind, type KubeObject, type ObjectRef, gvkOf, refOf } from '@evenkeel/resource';
import type { Cluster } from './cluster.ts';
import type { Delivery, StepReport } from './model.ts';
import type { Prepared } from './prepare.ts';

/** Limits of one delivery. All functions are pure. */
export interface DeliveryLimits {
  /** Why an object may not be written or deleted, in one sentence; undefined where it may. */
  readonly forbids: (object: ObjectRef, namespaced: boolean) => string | undefined;
  /** True for a kind that may not be there at all: the state of such an object says nothing. */
  readonly forbidsKind: (object: ObjectRef, namespaced: boolean) => boolean;
  /** Why no sync may run at a moment; undefined where one may. */
  readonly closed: (moment: SyncMoment) => Closed | undefined;
  /** Who requests are sent as; ourselves where not said. */
  readonly actsAs?: string | undefined;
  /** Why nothing can be written at all. */
  readonly refusal?: Refusal | undefined;
  /** Objects of the destination namespace that nobody owns are looked for. */
  readonly orphans?: OrphanWatch | undefined;
}

export interface SyncMoment {
  /** Somebody asked. */
  readonly manual: boolean;
  readonly nowMs: number;
  /** When the operation began, where one is under way. */
  readonly startedAtMs?: number | undefined;
}

/** A time in which no sync may run. */
export interface Closed {
  readonly sentence: string;
  /** When it ends; undefined where that cannot be told. */
  readonly untilMs: number | undefined;
}

export interface OrphanWatch {
  /** Say so where there are any. */
  readonly warn: boolean;
  readonly ignores: (object: ObjectRef) => boolean;
}

/** What operations say that touch something they may not. */
export const forbiddenMessage = 'one or more synchronization tasks are not valid';

/** The objects of a delivery that it may not write, each with why. Asks nobody. */
export function forbiddenSteps(delivery: Delivery, prepared: Prepared, cluster: Cluster): readonly StepReport[] {
  const found: StepReport[] = [];
  for (const { ref, desired, type } of prepared.objects) {
    const namespaced = ref.namespace !== '' && type?.namespaced !== false;
    const message = outOfBounds(ref, namespaced, { delivery, cluster });
    if (message === undefined) continue;
    const { version } = gvkOf(desired.object);
    found.push({ ref, version, status: 'failed', message, hook: desired.hook !== undefined, phase: desired.phase });
  }
  const namespace = missingNamespace(delivery, prepared, cluster);
  const message = namespace && outOfBounds(namespace, false, { delivery, cluster });
  if (namespace && message !== undefined) {
    found.push({ ref: namespace, version: 'v1', status: 'failed', message, hook: false, phase: 'before' });
  }
  return found;
}

interface Bounds {
  readonly delivery: Delivery;
  readonly cluster: Cluster;
}

/** Why an object is none of this delivery's business. */
export function outOfBounds(ref: ObjectRef, namespaced: boolean, { delivery, cluster }: Bounds): string | undefined {
  return delivery.limits?.forbids(ref, namespaced) ?? cluster.live.outside(ref, namespaced);
}

/** True for a live object that is left alone: neither compared nor removed. */
export function isLeftAlone(live: KubeObject, bounds: Bounds): boolean {
  const ref = refOf(live);
  return outOfBounds(ref, ref.namespace !== '', bounds) !== undefined;
}

/** The forbidden steps as the reason why a sync is refused; undefined where there are none. */
export function forbiddenRefusal(steps: readonly StepReport[]): Refusal | undefined {
  if (steps.length === 0) return undefined;
  const [first, ...more] = steps;
  const rest = more.length === 0 ? '' : `, and ${more.length} more`;
  return {
    code: 'OBJECT_NOT_PERMITTED',
    sentence: `${forbiddenMessage}: ${first?.ref.kind} "${first?.ref.name}": ${first?.message}${rest}`,
    remedy: 'Permit it in the project, or take it out of the source.',
  };
}

/** The destination namespace where this delivery would create it. */
function missingNamespace(delivery: Delivery, prepared: Prepared, cluster: Cluster): ObjectRef | undefined {
  const { namespace } = delivery.destination;
  if (!delivery.policy.createNamespace || namespace === '') return undefined;
  const ref: ObjectRef = { group: '', kind: 'Namespace', namespace: '', name: namespace };
  const defined = prepared.objects.some((object) => object.ref.kind === 'Namespace' && object.ref.name === namespace);
  return defined || cluster.live.get(ref) ? undefined : ref;
}

/** Objects of the destination namespace that belong to nothing: no delivery, no other object. */
export function findOrphans({ delivery, cluster }: Bounds, kinds: readonly GroupKind[]): readonly ObjectRef[] {
  const { limits, destination } = delivery;
  if (!limits?.orphans || destination.namespace === '') return [];
  const found: ObjectRef[] = [];
  for (const kind of kinds) {
    for (const live of cluster.live.list(kind, destination.namespace)) {
      const ref = refOf(live);
      if ((live.metadata.ownerReferences ?? []).length > 0 || cluster.live.ownerOf(live) !== undefined) continue;
      if (limits.forbids(ref, true) === undefined && !limits.orphans.ignores(ref)) found.push(ref);
    }
  }
  return found.toSorted((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1));
}

function orderOf({ group, kind, namespace, name }: ObjectRef): string {
  return [group, kind, namespace, name].join('/');
}
