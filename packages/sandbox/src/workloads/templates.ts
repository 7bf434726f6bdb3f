// Pods from templates, and the hash that tells one template from another.

import type { Json, KubeObject, OwnerReference } from '@evenkeel/resource';
import { canonicalText } from '../store/canonical.ts';
import { type Bag, type Draft, copyValue } from '../store/draft.ts';
import type { TemplateView } from './views.ts';

/** A pod as a template makes it, owned by its controller. It has generateName unless a name is given. */
export function podFrom(
  template: TemplateView,
  owner: KubeObject,
  change: {
    readonly name?: string;
    readonly generateName?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  },
): Draft {
  const labels = { ...template.metadata?.labels, ...change.labels };
  const annotations = template.metadata?.annotations;
  const finalizers = [...(template.metadata?.finalizers ?? []), ...(change.finalizers ?? [])];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(change.name === undefined
        ? { generateName: change.generateName ?? `${owner.metadata.name ?? ''}-` }
        : { name: change.name }),
      namespace: owner.metadata.namespace ?? '',
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ...(finalizers.length === 0 ? {} : { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: (copyValue(template.spec as unknown as Json) ?? {}) as Bag,
  };
}

/** The owner reference of a controller. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * The hash of a template, as it ends up in names and labels. Equal templates hash alike; the text differs from the one
 * the real controllers make, which hash Go's printed form of the structs.
 */
export function templateHash(template: unknown, collisions = 0): string {
  let hash = 0x811c9dc5;
  const text = canonicalText(template) + (collisions === 0 ? '' : String(collisions));
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  // As rand.SafeEncodeString: each digit picks a letter that makes no words.
  return Array.from(String(hash), (digit) => alphabet[digit.charCodeAt(0) % alphabet.length] ?? 'b').join('');
}
