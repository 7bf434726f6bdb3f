// Work that needs a cluster, which may stop to answer at any time: the work ends, and what is told then is one sentence.

import type { Refusal } from '@evenkeel/engine';
import type { ResourceType } from '@evenkeel/kube';
import type { Cluster } from './cluster.ts';
import { KindDenied } from './live/denied-kinds.ts';
import { KindUnanswered } from './live/unanswered-kinds.ts';
import type { DeliveryReport, ResourceReport } from './model.ts';

/** The cluster is lost while something is waited for. */
export class ClusterLost extends Error {
  override readonly name = 'ClusterLost';
}

/**
 * Does the work while the cluster answers. Where it does not, at the beginning or in the middle, the answer is what
 * `lost` makes of the reason; every other failure is thrown on.
 */
export async function whileReachable<T>(
  cluster: Cluster,
  work: () => Promise<T>,
  lost: (refusal: Refusal) => T,
): Promise<T> {
  await cluster.settled;
  if (cluster.unreachable !== undefined) return lost(unreachable(cluster, cluster.unreachable));
  try {
    return await work();
  } catch (error) {
    if (error instanceof KindDenied) return lost(denied(cluster, error));
    if (error instanceof ClusterLost) return lost(unreachable(cluster, error.message));
    const cause = error instanceof KindUnanswered ? error.cause : error;
    await cluster.doubt(cause);
    if (cluster.unreachable !== undefined) return lost(unreachable(cluster, cluster.unreachable));
    if (error instanceof KindUnanswered) return lost(unanswered(cluster, error));
    throw error;
  }
}

/** Waits for what is watched, but not for a cluster that is lost meanwhile. */
export async function orLost(cluster: Cluster, waiting: Promise<void>, signal?: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const look = (): void => {
    if (cluster.unreachable !== undefined) reject(new ClusterLost(cluster.unreachable));
  };
  const end = (): void => reject(signal?.reason);
  const stop = cluster.onReachChange(look);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  // It may have been lost before this was asked.
  look();
  try {
    await Promise.race([waiting, promise]);
  } finally {
    stop();
    signal?.removeEventListener('abort', end);
  }
}

/** Worded as upstream words a cluster cache that could not be filled. */
function unreachable({ name }: Cluster, why: string): Refusal {
  return {
    code: 'CLUSTER_UNREACHABLE',
    sentence: `Failed to load live state: failed to get cluster info for "${name}": error synchronizing cache state : ${why}`,
    remedy: 'Nothing is changed or deleted there until the cluster answers again; it is asked by itself.',
  };
}

/** What this delivery needs may not be seen; others of the cluster do not notice. */
function denied(cluster: Cluster, { message, type, verbs }: KindDenied): Refusal {
  const permit = `Permit ${verbs.length === 0 ? 'get, list and watch' : verbs.join(' and ')} of ${kindName(type)}`;
  return unseen(cluster, type, message, permit);
}

/** The server knows the kind and fails to list it. */
function unanswered(cluster: Cluster, { message, type }: KindUnanswered): Refusal {
  return unseen(cluster, type, message, `Mend what serves or converts ${kindName(type)}`);
}

function unseen({ name }: Cluster, type: ResourceType, why: string, remedy: string): Refusal {
  return {
    code: 'CLUSTER_UNREACHABLE',
    sentence: `Failed to load live state: failed to get cluster info for "${name}": error synchronizing cache state : failed to load initial state of resource ${kindName(type)}: ${why}`,
    remedy: `${remedy}, or leave it out of the source. Nothing is changed or deleted meanwhile; the server is asked again by itself.`,
  };
}

function kindName({ group, kind }: ResourceType): string {
  return group === '' ? kind : `${kind}.${group}`;
}

/** The report of a delivery whose cluster is lost: what was known before, as unknown. */
export function lostReport(refused: DeliveryReport, before: DeliveryReport | undefined): DeliveryReport {
  const { revisions = [], renderers = [], images = [], resources = [] } = before ?? {};
  return { ...refused, revisions, renderers, images, resources: resources.map(unknownResource) };
}

function unknownResource(resource: ResourceReport): ResourceReport {
  const { reason: _reason, ...rest } = resource;
  return { ...rest, sync: 'unknown', fields: [], ...(resource.health ? { health: { status: 'unknown' } } : {}) };
}
