// Objects in a delivery's namespace that nobody owns, where somebody wants to know of them. Every kind is watched then, which
// costs memory, so nothing of this happens unless it is asked for.

import type { ResourceType } from '@evenkeel/kube';
import { type KubeObject, type ObjectRef, refOf } from '@evenkeel/resource';
import type { Cluster } from './cluster.ts';
import type { Delivery, DeliveryReport } from './model.ts';
import { KindDenied } from './live/denied-kinds.ts';
import { orLost } from './reach.ts';

/** Kinds that come and go by themselves, and say nothing of what was left behind. */
const restless: ReadonlySet<string> = new Set(['/Event', 'events.k8s.io/Event', 'coordination.k8s.io/Lease']);

/** Every kind that orphans of a delivery may be of; none where they are not looked for. */
async function orphanTypes(delivery: Delivery, cluster: Cluster): Promise<readonly ResourceType[]> {
  if (!delivery.limits?.orphans || delivery.destination.namespace === '') return [];
  const types = await cluster.client.discovery.all();
  return types.filter(
    (type) =>
      type.namespaced &&
      type.verbs.includes('list') &&
      type.verbs.includes('watch') &&
      !restless.has(`${type.group}/${type.kind}`) &&
      delivery.compare?.excludes(type) !== true,
  );
}

/** Watches them. Kinds that we may not see have no orphans for us, and keep nobody from being compared. */
export async function watchOrphans(delivery: Delivery, cluster: Cluster): Promise<void> {
  const types = await orphanTypes(delivery, cluster);
  await Promise.all(
    types.map(async (type) => {
      try {
        await orLost(cluster, cluster.live.watch([type]));
      } catch (error) {
        if (!(error instanceof KindDenied)) throw error;
      }
    }),
  );
}

/** The orphans and what is said of them, as a part of the report. */
export function orphansFound(delivery: Delivery, cluster: Cluster): Pick<DeliveryReport, 'orphans' | 'warnings'> {
  const watch = delivery.limits?.orphans;
  const { namespace } = delivery.destination;
  if (!watch || namespace === '') return { warnings: [] };
  const orphans = cluster.live
    .namespacedKinds()
    .filter((kind) => !restless.has(`${kind.group}/${kind.kind}`) && delivery.compare?.excludes(kind) !== true)
    .flatMap((kind) => cluster.live.list(kind, namespace))
    .filter((live) => belongsToNobody(live, cluster))
    .map(refOf)
    .filter((ref) => delivery.limits?.forbids(ref, true) === undefined && !watch.ignores(ref))
    .toSorted((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1));
  const warns = watch.warn && orphans.length > 0;
  return {
    orphans,
    warnings: warns ? [{ kind: 'orphans', sentence: `Application has ${orphans.length} orphaned resources` }] : [],
  };
}

/** No delivery has marked it, and no other object made it. */
export function belongsToNobody(live: KubeObject, cluster: Cluster): boolean {
  return (live.metadata.ownerReferences ?? []).length === 0 && cluster.live.ownerOf(live) === undefined;
}

function orderOf({ group, kind, namespace, name }: ObjectRef): string {
  return [group, kind, namespace, name].join('/');
}
