// CustomResourceDefinitions that end: their objects are deleted first, then the definition goes.

import type { Registry } from '../api/registry.ts';
import { cleanupFinalizer } from '../crd/cleanup.ts';
import { definitionCollection } from '../crd/definitions.ts';
import type { Actor } from './actor.ts';
import { type ControllerSpec, ownKey } from './controller.ts';

const lookAgainMs = 50;

export function definitionCleaner(registry: Registry): ControllerSpec {
  return {
    manager: 'kube-apiserver',
    watches: { [definitionCollection]: ownKey },
    reconcile: (actor, _namespace, name) => clean(actor, registry, name),
  };
}

function clean(actor: Actor, registry: Registry, name: string): number | undefined {
  const definition = actor.get(definitionCollection, '', name);
  if (definition?.metadata.deletionTimestamp === undefined) return undefined;
  if (!(definition.metadata.finalizers ?? []).includes(cleanupFinalizer)) return undefined;
  const collections = new Set(
    registry
      .all()
      .filter((type) => type.custom?.crd === name)
      .map((type) => type.collection),
  );
  let left = 0;
  for (const collection of collections) {
    for (const object of actor.list(collection)) {
      if (object.metadata.deletionTimestamp === undefined) actor.delete(collection, object);
      if (actor.get(collection, object.metadata.namespace ?? '', object.metadata.name ?? '') !== undefined) left++;
    }
  }
  if (left > 0) return lookAgainMs / actor.deps.speed;
  actor.update(definitionCollection, definition, (draft) => {
    const rest = (draft.metadata.finalizers ?? []).filter((each) => each !== cleanupFinalizer);
    if (rest.length > 0) draft.metadata.finalizers = rest;
    else delete draft.metadata.finalizers;
  });
  return undefined;
}
