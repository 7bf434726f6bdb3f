// The same object at another version of its type. Custom types convert by name only (conversion strategy None); of the
// built-in types only events and horizontalpodautoscalers are served at more than one.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { prune } from '../crd/pruning.ts';
import { type Draft, draftOf, sealed } from '../store/draft.ts';
import { eventFromEventsGroup, eventToEventsGroup } from './event-versions.ts';
import { scalerFromV1, scalerToV1 } from './scaler-versions.ts';
import { type ServedType, apiVersionOf } from './served-type.ts';

/** A stored object as `type` serves it. */
export function atVersion(object: KubeObject, type: ServedType): KubeObject {
  if (type.custom === undefined) {
    if (type.group === 'events.k8s.io') return eventToEventsGroup(object);
    if (type.collection === 'horizontalpodautoscalers.autoscaling' && type.version === 'v1') return scalerToV1(object);
    return object;
  }
  const apiVersion = apiVersionOf(type);
  return object.apiVersion === apiVersion ? object : converted(object, apiVersion, type.custom.schema);
}

/** An object as it arrived at `type`, as it is stored. */
export function toStored(object: KubeObject, type: ServedType): KubeObject {
  if (type.custom === undefined) {
    if (type.group === 'events.k8s.io') return eventFromEventsGroup(object);
    if (type.collection === 'horizontalpodautoscalers.autoscaling' && type.version === 'v1')
      return scalerFromV1(object);
    return object;
  }
  const apiVersion = type.custom.storedApiVersion;
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

/** Drops from a draft at the stored version what only the version it was written at knows. */
export function dropForeignFields(draft: Draft, type: ServedType): void {
  const { custom } = type;
  if (custom?.storedSchema === undefined || custom.storedApiVersion === apiVersionOf(type)) return;
  prune(draft, custom.storedSchema);
}

// What the other version does not know is lost on the way.
function converted(object: KubeObject, apiVersion: string, schema: JsonObject | undefined): KubeObject {
  const draft = draftOf({ ...object, apiVersion });
  if (schema !== undefined) prune(draft, schema);
  return sealed(draft);
}
