// The built-in resource types that the sandbox serves: what discovery of the real server lists, less componentstatuses.

import { type ResourceType, builtinTypes } from '@evenkeel/resource';
import type { ServedType, Verb } from './served-type.ts';

/** Every built-in type, in the order discovery lists them. */
export function builtinServedTypes(): readonly ServedType[] {
  return builtinTypes()
    .filter((type) => type.plural !== 'componentstatuses')
    .map(servedType);
}

function servedType(type: ResourceType): ServedType {
  return {
    group: type.group,
    version: type.version,
    kind: type.kind,
    plural: type.plural,
    singular: type.singular,
    listKind: `${type.kind}List`,
    namespaced: type.namespaced,
    verbs: new Set(type.verbs as readonly Verb[]),
    shortNames: type.shortNames,
    categories: type.categories,
    subresources: new Map(
      type.subresources.map((sub) => [sub.name, { ...sub, verbs: new Set(sub.verbs as readonly Verb[]) }]),
    ),
    collection: collectionOf(type),
    custom: undefined,
  };
}

// Events are one set of objects served in two groups.
function collectionOf(type: ResourceType): string {
  if (type.group === 'events.k8s.io') return 'events';
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}
