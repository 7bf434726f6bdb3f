// What somebody limits a delivery to: which objects it may touch, when it may sync, and as whom. The engine asks; who set the
// limits, and how, it does not know.

import type { Refusal } from '@evenkeel/engine';
import { type KubeObject, type ObjectRef, gvkOf, refOf } from '@evenkeel/resource';
import type { Cluster } from './cluster.ts';
import type { SourceIntegrity } from './integrity.ts';
import type { Delivery } from './model.ts';
import type { Prepared, PreparedObject } from './prepare.ts';

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
  /** Commits are verified. */
  readonly integrity?: SourceIntegrity | undefined;
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

/** Why one object may not be written; undefined where it may. Asks nobody. */
export function forbiddenObject({ ref, desired, type }: PreparedObject, bounds: Bounds): Refusal | undefined {
  const sentence = outOfBounds(ref, isNamespaced(ref, type), bounds);
  if (sentence === undefined) return undefined;
  return forbidden(sentence, { ...ref, version: gvkOf(desired.object).version });
}

/** True where the kind of an object may not be there at all. */
export function isForbiddenKind({ ref, type }: PreparedObject, { limits }: Delivery): boolean {
  return limits?.forbidsKind(ref, isNamespaced(ref, type)) === true;
}

function isNamespaced(ref: ObjectRef, type: PreparedObject['type']): boolean {
  return type?.namespaced ?? ref.namespace !== '';
}

/** What is refused besides the objects of the source: everything, or the namespace that would be made for them. */
export function forbiddenOtherwise(delivery: Delivery, prepared: Prepared, cluster: Cluster): readonly Refusal[] {
  const found: Refusal[] = delivery.limits?.refusal ? [delivery.limits.refusal] : [];
  const namespace = missingNamespace(delivery, prepared, cluster);
  const sentence = namespace && outOfBounds(namespace, false, { delivery, cluster });
  if (namespace && sentence !== undefined) found.push(forbidden(sentence, { ...namespace, version: 'v1' }));
  return found;
}

function forbidden(sentence: string, about: NonNullable<Refusal['about']>): Refusal {
  return {
    code: 'OBJECT_NOT_PERMITTED',
    sentence,
    remedy: 'Permit it in the project, or take it out of the source.',
    about,
  };
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

/** The destination namespace where this delivery would create it. */
function missingNamespace(delivery: Delivery, prepared: Prepared, cluster: Cluster): ObjectRef | undefined {
  const { namespace } = delivery.destination;
  if (!delivery.policy.createNamespace || namespace === '') return undefined;
  const ref: ObjectRef = { group: '', kind: 'Namespace', namespace: '', name: namespace };
  const defined = prepared.objects.some((object) => object.ref.kind === 'Namespace' && object.ref.name === namespace);
  return defined || cluster.live.get(ref) ? undefined : ref;
}
