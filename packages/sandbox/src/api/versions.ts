// The same object at another version of its type. Custom types convert by name only (conversion strategy None); of the
// built-in types only events and horizontalpodautoscalers are served at more than one.

import type { KubeObject } from '@evenkeel/resource';
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
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
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
