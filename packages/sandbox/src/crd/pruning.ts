// Drops what a structural schema does not name (apiextensions-apiserver:pkg/apiserver/schema/pruning).

import type { JsonObject } from '@evenkeel/resource';
import { type Bag, type Draft, type Value, isBag } from '../store/draft.ts';
import { additionalOf, preservesUnknown, propertiesOf, schemaAt } from './schema-access.ts';

const rootMembers = new Set(['apiVersion', 'kind', 'metadata']);

/** Prunes in place; returns the paths that were dropped, in the server's notation. */
export function prune(draft: Draft, schema: JsonObject): string[] {
  const dropped: string[] = [];
  pruneObject(draft as unknown as Bag, schema, { path: '', dropped, root: true });
  return dropped;
}

interface Place {
  readonly path: string;
  readonly dropped: string[];
  /** True for whole objects, whose type and metadata always stay. */
  readonly root: boolean;
}

function pruneObject(bag: Bag, schema: JsonObject, place: Place): void {
  const properties = propertiesOf(schema);
  const additional = additionalOf(schema);
  const keepsUnknown = preservesUnknown(schema);
  for (const key of Object.keys(bag)) {
    if (place.root && rootMembers.has(key)) continue;
    const value = bag[key];
    const field = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
    const at = place.path === '' ? key : `${place.path}.${key}`;
    if (field !== undefined) pruneValue(value, field, at, place.dropped);
    else if (additional !== undefined) {
      if (additional !== true) pruneValue(value, additional, at, place.dropped);
    } else if (!keepsUnknown) {
      place.dropped.push(at);
      delete bag[key];
    }
  }
}

function pruneValue(value: Value | undefined, schema: JsonObject, path: string, dropped: string[]): void {
  if (Array.isArray(value)) {
    const items = schemaAt(schema, 'items');
    if (items === undefined) return;
    // A list that keeps what is unknown lets its items keep theirs, though not what is below them.
    const kept = preservesUnknown(schema) ? { ...items, 'x-kubernetes-preserve-unknown-fields': true } : items;
    for (const [index, item] of value.entries()) pruneValue(item, kept, `${path}[${index}]`, dropped);
  } else if (isBag(value)) {
    pruneObject(value, schema, { path, dropped, root: schema['x-kubernetes-embedded-resource'] === true });
  }
}
