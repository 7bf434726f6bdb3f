// What writes to pods/ephemeralcontainers and pods/resize leave as it was (pkg/registry/core/pod/strategy.go, Kubernetes 1.35).

import type { Json, KubeObject } from '@evenkeel/resource';
import { type Bag, type Draft, bagAt, copyValue } from '../store/draft.ts';
import { bagsOf } from './drafts.ts';

/** Only the ephemeral containers are written. */
export function keepButEphemeral(draft: Draft, old: KubeObject): void {
  const containers = bagAt(draft, 'spec')?.['ephemeralContainers'];
  const spec = copyValue(old['spec'] as Json) as Bag;
  if (containers === undefined) delete spec['ephemeralContainers'];
  else spec['ephemeralContainers'] = containers;
  restore(draft, old, spec);
}

/** Only the resources of containers, and how they are resized, are written. */
export function keepButResources(draft: Draft, old: KubeObject): void {
  const spec = copyValue(old['spec'] as Json) as Bag;
  for (const key of ['containers', 'initContainers']) {
    const given = bagsOf(bagAt(draft, 'spec')?.[key]);
    for (const container of bagsOf(spec[key])) {
      const next = given.find((each) => each['name'] === container['name']);
      for (const member of ['resources', 'resizePolicy'])
        if (next?.[member] !== undefined) container[member] = next[member];
    }
  }
  restore(draft, old, spec);
}

function restore(draft: Draft, old: KubeObject, spec: Bag): void {
  draft['spec'] = spec;
  const status = copyValue(old['status'] as Json);
  if (status !== undefined) draft['status'] = status;
}
