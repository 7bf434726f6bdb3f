// Runs a resource action: asks what it makes of the object as the cluster has it now, and writes that.
// Mirrors argoproj/argo-cd:server/application/application.go (3.6) RunResourceActionV2.

import type { ObjectRef } from '@evenkeel/api';
import type { Cluster, Delivery } from '@evenkeel/delivery';
import { ActionError, type ActionImpact } from '@evenkeel/engine';
import { KubeError, type ResourceType } from '@evenkeel/kube';
import { type Json, type KubeObject, createJsonMergePatch, gvkOf, isMap, refOf } from '@evenkeel/resource';
import { ActionRefused } from './faces/face.ts';

/** Fields that actions change belong to this manager, not to the one that applies. */
const fieldManager = 'argocd-server';

/** One object of a delivery's tree, in the cluster. */
export interface Subject {
  readonly cluster: Cluster;
  readonly delivery: Delivery | undefined;
  readonly ref: ObjectRef;
}

interface Write {
  readonly impact: ActionImpact;
  readonly type: ResourceType;
}

/** The object as the server has it, not as a watch last saw it. Rejects with {@link ActionRefused} where it is gone. */
export async function freshObject({ cluster, ref }: Subject): Promise<KubeObject> {
  const seen = cluster.live.get(ref);
  const gvk = seen && gvkOf(seen);
  const type = gvk
    ? await cluster.client.discovery.resolve(gvk)
    : await cluster.client.discovery.preferred({ group: ref.group, kind: ref.kind });
  const found = type && (await cluster.client.get(type, { namespace: ref.namespace, name: ref.name }));
  if (!found) throw new ActionRefused('NOT_FOUND', `${ref.kind} "${ref.name}" is not live`);
  return found;
}

/**
 * Runs `make` on the object and writes what it makes. All of it is checked first: what the delivery may not touch is refused,
 * and what would be created is tried out, so that seldom a part is written and another is not. Answers what was written.
 */
export async function runAction(
  subject: Subject,
  make: (object: KubeObject) => readonly ActionImpact[],
): Promise<readonly KubeObject[]> {
  const live = await freshObject(subject);
  try {
    const writes = await Promise.all(make(live).map((impact) => allowed(impact, subject)));
    for (const { impact, type } of writes) {
      if (impact.operation === 'create') await create(impact.object, type, subject, true);
    }
    const written: KubeObject[] = [];
    for (const { impact, type } of writes) {
      const before = isSame(impact.object, live) ? live : undefined;
      written.push(
        impact.operation === 'create'
          ? await create(impact.object, type, subject, false)
          : await change({ object: impact.object, before, type }, subject),
      );
    }
    return written;
  } catch (error) {
    if (error instanceof ActionError) throw new ActionRefused('ACTION_FAILED', error.message);
    if (error instanceof KubeError) throw new ActionRefused('ACTION_FAILED', error.message);
    throw error;
  }
}

function isSame(object: KubeObject, live: KubeObject): boolean {
  const [left, right] = [refOf(object), refOf(live)];
  return (['group', 'kind', 'namespace', 'name'] as const).every((part) => left[part] === right[part]);
}

async function allowed(impact: ActionImpact, { cluster, delivery }: Subject): Promise<Write> {
  const ref = refOf(impact.object);
  const type = await cluster.client.discovery.resolve(gvkOf(impact.object));
  if (!type) throw new ActionRefused('ACTION_FAILED', `the cluster has no kind "${ref.kind}" of "${ref.group}"`);
  const why = delivery?.limits?.forbids(ref, type.namespaced);
  if (why !== undefined) throw new ActionRefused('NOT_PERMITTED', `${ref.kind} "${ref.name}": ${why}`);
  return { impact, type };
}

function create(object: KubeObject, type: ResourceType, { cluster }: Subject, dryRun: boolean): Promise<KubeObject> {
  return cluster.client.create(type, object, { fieldManager, ...(dryRun ? { dryRun: true } : {}) });
}

interface Change {
  readonly object: KubeObject;
  readonly before: KubeObject | undefined;
  readonly type: ResourceType;
}

/** One merge patch of what differs; two where the status is written on its own. */
async function change({ object, before, type }: Change, { cluster }: Subject): Promise<KubeObject> {
  const at = { namespace: type.namespaced ? (object.metadata.namespace ?? '') : '', name: refOf(object).name };
  const base = before ?? (await cluster.client.get(type, at));
  const patch = createJsonMergePatch((base ?? {}) as unknown as Json, object as unknown as Json);
  if (!isMap(patch) || Object.keys(patch).length === 0) return object;
  const { status, ...rest } = patch;
  const options = { fieldManager };
  let written = object;
  if (status !== undefined && type.subresources.includes('status')) {
    written = await cluster.client.patch(type, at, 'merge', { status }, { ...options, subresource: 'status' });
    if (Object.keys(rest).length === 0) return written;
    return cluster.client.patch(type, at, 'merge', rest, options);
  }
  return cluster.client.patch(type, at, 'merge', patch, options);
}
