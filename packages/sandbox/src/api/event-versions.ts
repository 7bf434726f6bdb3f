// Events are served as core/v1 and as events.k8s.io/v1: the same objects under other field names.

import type { KubeObject } from '@evenkeel/resource';
import type { Bag } from '../store/draft.ts';

// Member of core/v1 → member of events.k8s.io/v1.
const renamed: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

/** A stored (core/v1) event as events.k8s.io/v1. */
export function eventToEventsGroup(object: KubeObject): KubeObject {
  // There a source is always written, be it empty.
  return rename({ ...object, source: object['source'] ?? {} }, 'events.k8s.io/v1', renamed);
}

/** An events.k8s.io/v1 event as core/v1, which is what is stored. */
export function eventFromEventsGroup(object: KubeObject): KubeObject {
  const reversed = renamed.map(([core, grouped]) => [grouped, core] as const);
  return rename(object, 'v1', reversed);
}

function rename(object: KubeObject, apiVersion: string, names: readonly (readonly [string, string])[]): KubeObject {
  const result: Bag = { ...(object as unknown as Bag), apiVersion };
  for (const [from, to] of names) {
    const value = result[from];
    delete result[from];
    if (value !== undefined) result[to] = value;
  }
  return result as unknown as KubeObject;
}
