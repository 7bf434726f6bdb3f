// Deletes what a delivery has live, when the delivery itself goes: one wave after the other, the last applied first.

import type { KubeObject } from '@evenkeel/resource';
import { gvkOf, refKey, refOf } from '@evenkeel/resource';
import type { Cluster } from '../cluster.ts';
import type { Delivery, DeliveryMemory } from '../model.ts';

export interface DismantleInput {
  readonly delivery: Delivery;
  readonly memory: DeliveryMemory;
  readonly propagation: 'Foreground' | 'Background' | 'Orphan';
  readonly signal: AbortSignal;
}

/**
 * Deletes the wave that is due and answers how many objects are still there. Level-based: call it again when one of
 * them is gone. Only objects that carry the delivery's mark are touched.
 */
export async function dismantleDelivery(input: DismantleInput, cluster: Cluster): Promise<{ readonly left: number }> {
  const { delivery, memory, propagation, signal } = input;
  const types = await Promise.all(memory.inventory.map((entry) => cluster.client.discovery.preferred(entry)));
  await cluster.live.watch(types.filter((type) => type !== undefined));
  const owned = ownedObjects(delivery, memory, cluster);
  if (owned.length === 0) return { left: 0 };
  const waves = owned.map((live) => ({ live, wave: delivery.frontEnd.stray(live).wave }));
  const last = Math.max(...waves.map(({ wave }) => wave));
  const due = waves.filter(({ live, wave }) => wave === last && live.metadata.deletionTimestamp === undefined);
  await Promise.all(
    due.map(async ({ live }) => {
      const type = await cluster.client.discovery.preferred(gvkOf(live));
      if (!type) return;
      const { uid } = live.metadata;
      await cluster.client.delete(type, refOf(live), {
        propagationPolicy: propagation,
        ...(uid === undefined ? {} : { preconditions: { uid } }),
        signal,
      });
    }),
  );
  return { left: owned.length };
}

function ownedObjects(delivery: Delivery, memory: DeliveryMemory, cluster: Cluster): readonly KubeObject[] {
  const found = new Map<string, KubeObject>();
  const listed = memory.inventory.flatMap((entry) => cluster.live.get(entry) ?? []);
  for (const live of [...listed, ...cluster.live.owned(delivery.key)]) {
    if (delivery.frontEnd.ownerOf(live) !== delivery.key) continue;
    if ((live.metadata.ownerReferences ?? []).some((owner) => owner.controller === true)) continue;
    found.set(refKey(refOf(live)), live);
  }
  return [...found.values()];
}
