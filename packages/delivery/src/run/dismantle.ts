// Deletes what a delivery has live, when the delivery itself goes: one wave after the other, the last applied first.

import { type ResourceType, isKubeError } from '@evenkeel/kube';
import { type KubeObject, gvkOf, refKey, refOf } from '@evenkeel/resource';
import type { Cluster } from '../cluster.ts';
import { isLeftAlone } from '../limits.ts';
import type { Delivery, DeliveryMemory } from '../model.ts';
import { orLost, whileReachable } from '../reach.ts';

export interface DismantleInput {
  readonly delivery: Delivery;
  readonly memory: DeliveryMemory;
  readonly propagation: 'Foreground' | 'Background' | 'Orphan';
  /** Somebody agreed to what asks for it. */
  readonly approved?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** What is left of a delivery that goes. */
export interface Dismantled {
  /** Objects that are still there and will go. */
  readonly left: number;
  /** The first object that somebody has to agree to, where that is what is waited for. */
  readonly asks?: string | undefined;
  /** Why nobody can tell what is left: the cluster does not answer. Nothing was deleted. */
  readonly lost?: string | undefined;
}

/**
 * Deletes the wave that is due and answers how many objects are still there. Level-based: call it again when one of
 * them is gone. Only objects that carry the delivery's mark are touched, and none that asks to stay.
 * Mirrors argoproj/argo-cd:controller/appcontroller.go (3.6) finalizeApplicationDeletion.
 */
export function dismantleDelivery(input: DismantleInput, cluster: Cluster): Promise<Dismantled> {
  const left = Math.max(input.memory.inventory.length, 1);
  return whileReachable(
    cluster,
    () => dismantleNow(input, cluster),
    ({ sentence }): Dismantled => ({ left, lost: sentence }),
  );
}

async function dismantleNow(input: DismantleInput, cluster: Cluster): Promise<Dismantled> {
  const { delivery, memory } = input;
  const types = await Promise.all(memory.inventory.map((entry) => cluster.client.discovery.preferred(entry)));
  await orLost(cluster, cluster.live.watch(types.filter((type) => type !== undefined)));
  await orLost(cluster, cluster.live.read(memory.inventory));
  const { frontEnd } = delivery;
  const owned = ownedObjects(delivery, memory, cluster);
  const going = owned.filter((live) => frontEnd.departure?.(live, delivery) !== 'never');
  if (going.length === 0) return { left: 0 };
  const asking = going.find((live) => frontEnd.departure?.(live, delivery) === 'confirm');
  if (asking && input.approved !== true) {
    return { left: going.length, asks: `${gvkOf(asking).group}/${asking.kind}/${asking.metadata.name ?? ''}` };
  }
  // What is on its way goes first, whichever wave it is of.
  if (going.some((live) => live.metadata.deletionTimestamp !== undefined)) return { left: going.length };
  const waves = going.map((live) => ({ live, wave: frontEnd.stray(live, delivery).wave }));
  const last = waves.reduce((most, { wave }) => Math.max(most, wave), -Infinity);
  const due = waves.filter(({ wave }) => wave === last);
  await Promise.all(due.map(({ live }) => remove(live, input, cluster)));
  return { left: going.length };
}

async function remove(live: KubeObject, input: DismantleInput, cluster: Cluster): Promise<void> {
  const type = await cluster.client.discovery.preferred(gvkOf(live));
  if (!type) return;
  await letGo(live, type, input, cluster);
  const { uid } = live.metadata;
  await cluster.client.delete(type, refOf(live), {
    propagationPolicy: input.propagation,
    ...(uid === undefined ? {} : { preconditions: { uid } }),
    signal: input.signal,
  });
}

/** A hook whose end nobody will look for any more is held no longer. */
async function letGo(
  live: KubeObject,
  type: ResourceType,
  { delivery, signal }: DismantleInput,
  cluster: Cluster,
): Promise<void> {
  const { hookFinalizer, fieldManager } = delivery.frontEnd;
  const held = live.metadata.finalizers ?? [];
  if (hookFinalizer === undefined || !held.includes(hookFinalizer)) return;
  const finalizers = held.filter((finalizer) => finalizer !== hookFinalizer);
  try {
    await cluster.client.patch(type, refOf(live), 'merge', { metadata: { finalizers } }, { fieldManager, signal });
  } catch (error) {
    if (!isKubeError(error, 404)) throw error;
  }
}

function ownedObjects(delivery: Delivery, memory: DeliveryMemory, cluster: Cluster): readonly KubeObject[] {
  const found = new Map<string, KubeObject>();
  const listed = memory.inventory.flatMap((entry) => cluster.live.get(entry) ?? []);
  for (const live of [...listed, ...cluster.live.owned(delivery.key)]) {
    if (delivery.frontEnd.ownerOf(live) !== delivery.key) continue;
    // What may not be touched is not deleted either.
    if (isLeftAlone(live, { delivery, cluster })) continue;
    if ((live.metadata.ownerReferences ?? []).some((owner) => owner.controller === true)) continue;
    found.set(refKey(refOf(live)), live);
  }
  return [...found.values()];
}
