// Work that needs a cluster, which may stop to answer at any time: the work ends, and what is told then is one sentence.

import { KubeError } from '@evenkeel/kube';
import type { Refusal } from '@evenkeel/engine';
import type { Cluster } from './cluster.ts';
import type { DeliveryReport, ResourceReport } from './model.ts';

/** The cluster does not let us see what we have to see. */
export class ClusterDenied extends Error {
  override readonly name = 'ClusterDenied';
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
    if (error instanceof ClusterDenied) return lost(unreachable(cluster, error.message));
    await cluster.doubt(error);
    if (cluster.unreachable !== undefined) return lost(unreachable(cluster, cluster.unreachable));
    throw error;
  }
}

/** Waits for what is watched, but not for a cluster that is lost meanwhile, nor for what we may never see. */
export async function orLost(cluster: Cluster, waiting: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = cluster.onReachChange(() => {
    if (cluster.unreachable !== undefined) reject(new ClusterDenied(cluster.unreachable));
  });
  try {
    await Promise.race([waiting, promise]);
  } catch (error) {
    if (error instanceof KubeError && error.code === 403) {
      throw new ClusterDenied(`failed to load initial state of resources: ${error.message}`, { cause: error });
    }
    throw error;
  } finally {
    stop();
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

/** The report of a delivery whose cluster is lost: what was known before, as unknown. */
export function lostReport(refused: DeliveryReport, before: DeliveryReport | undefined): DeliveryReport {
  const { revisions = [], renderers = [], images = [], resources = [] } = before ?? {};
  return { ...refused, revisions, renderers, images, resources: resources.map(unknownResource) };
}

function unknownResource(resource: ResourceReport): ResourceReport {
  const { reason: _reason, ...rest } = resource;
  return { ...rest, sync: 'unknown', fields: [], ...(resource.health ? { health: { status: 'unknown' } } : {}) };
}
