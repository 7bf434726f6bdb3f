// ControllerRevisions: the templates that StatefulSets and DaemonSets have had.

import type { Json, KubeObject } from '@evenkeel/resource';
import { type Bag, copyValue, sameValue } from '../store/draft.ts';
import type { Actor } from './actor.ts';
import type { OwnerIndex } from './owner-index.ts';
import { controllerReference, templateHash } from './templates.ts';
import type { TemplateView } from './views.ts';

const collection = 'controllerrevisions.apps';

/** Makes sure the current template has the newest revision; returns that revision's name. */
export function recordRevision(
  actor: Actor,
  index: OwnerIndex,
  owner: KubeObject,
  template: TemplateView,
  limit: number,
): string {
  const revisions = index
    .inCollection(owner.metadata.uid ?? '', collection)
    .flatMap((place) => actor.get(collection, place.namespace, place.name) ?? [])
    .toSorted((a, b) => numberOf(a) - numberOf(b));
  const data: Bag = { spec: { template: { ...(copyValue(template as unknown as Json) as Bag), $patch: 'replace' } } };
  const newest = revisions.at(-1);
  const same = revisions.find((revision) => sameValue(revision['data'], data));
  if (same !== undefined) {
    if (same !== newest && newest !== undefined) {
      const next = numberOf(newest) + 1;
      actor.put(collection, same, (draft) => (draft['revision'] = next));
    }
    return same.metadata.name ?? '';
  }
  const hash = templateHash(data);
  const name = `${owner.metadata.name ?? ''}-${hash}`;
  const labels = { ...template.metadata?.labels };
  const annotations = owner.metadata.annotations;
  actor.create(collection, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace: owner.metadata.namespace ?? '',
      labels: {
        ...labels,
        [owner.kind === 'DaemonSet' ? 'controller-revision-hash' : 'controller.kubernetes.io/hash']: hash,
      },
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ownerReferences: [controllerReference(owner)],
    },
    data,
    revision: newest === undefined ? 1 : numberOf(newest) + 1,
  });
  for (const surplus of revisions.slice(0, Math.max(0, revisions.length - limit))) actor.delete(collection, surplus);
  return name;
}

function numberOf(revision: KubeObject): number {
  const value = (revision as unknown as Bag)['revision'];
  return typeof value === 'number' ? value : 0;
}
