// What a delivery would be at another revision, or of other manifests: rendered and compared as a sync would find it.
// Nothing is written, and nothing of it is remembered.

import type { Refusal } from '@evenkeel/engine';
import type { KubeObject } from '@evenkeel/resource';
import type { Cluster } from './cluster.ts';
import { compareDelivery } from './compare/compare.ts';
import { type DesiredState, nothingWanted } from './desired.ts';
import { watchTypes } from './found.ts';
import type { Delivery, ResourceReport, SyncRequest } from './model.ts';
import { asRequested } from './request.ts';

/** What was found. */
export interface Preview {
  readonly revisions: readonly string[];
  /** The desired objects with our marks, hooks among them. */
  readonly objects: readonly KubeObject[];
  readonly resources: readonly ResourceReport[];
  readonly refusals: readonly Refusal[];
}

export interface PreviewWish {
  readonly delivery: Delivery;
  readonly request: SyncRequest;
  readonly signal: AbortSignal;
}

/** Renders and compares. What stands in the way is among the refusals; rejects where a source or the cluster is away. */
export async function previewDelivery(
  { delivery, request, signal }: PreviewWish,
  desired: DesiredState,
  cluster: Cluster,
): Promise<Preview> {
  const scratch = { delivery, ...nothingWanted() };
  const memory = { inventory: [] };
  const rendered = await desired.render({ delivery, signal }, scratch, { cluster, request });
  const { revisions, refusals } = rendered;
  if (refusals.length > 0) return { revisions, objects: [], resources: [], refusals };
  const prepared = await desired.prepare(scratch, rendered, cluster);
  await watchTypes(prepared, { delivery, memory, signal }, cluster);
  const asked = asRequested(delivery, request);
  const compared = await compareDelivery({ delivery: asked, prepared, memory, cluster, askAnew: false, signal });
  return {
    revisions,
    objects: prepared.objects.map((object) => object.desired.object),
    resources: compared.resources,
    refusals: [...prepared.refusals, ...compared.refusals],
  };
}
