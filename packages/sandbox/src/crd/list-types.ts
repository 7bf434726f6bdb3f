// Lists that are sets or maps hold nothing twice (apiextensions-apiserver:pkg/apiserver/schema/listtype, 1.35).

import type { JsonObject } from '@evenkeel/resource';
import { type Bag, type Value, isBag } from '../store/draft.ts';
import { canonicalText } from '../store/canonical.ts';
import type { Causes } from '../validation/causes.ts';
import { additionalOf, listMapKeys, propertiesOf, schemaAt } from './schema-access.ts';

/** Refuses what is there twice, in an object and below it. */
export function checkListTypes(causes: Causes, bag: Bag, schema: JsonObject, path = ''): void {
  const additional = additionalOf(schema);
  const properties = propertiesOf(schema) ?? {};
  for (const [key, value] of Object.entries(bag)) {
    if (additional !== undefined && additional !== true) visit(causes, value, additional, `${path}[${key}]`);
    const field = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (field !== undefined) visit(causes, value, field, path === '' ? key : `${path}.${key}`);
  }
}

function visit(causes: Causes, value: Value | undefined, schema: JsonObject, path: string): void {
  if (isBag(value)) checkListTypes(causes, value, schema, path);
  if (!Array.isArray(value)) return;
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') checkSet(causes, value, path);
  if (type === 'map') checkMap(causes, value, { keys: listMapKeys(schema), path });
  const items = schemaAt(schema, 'items');
  if (items !== undefined) for (const [index, item] of value.entries()) visit(causes, item, items, `${path}[${index}]`);
}

// Only the second of equals is told of.
function checkSet(causes: Causes, items: readonly Value[], path: string): void {
  const seen = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const text = canonicalText(item);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    if (times === 2) causes.duplicate(`${path}[${index}]`, item);
  }
}

function checkMap(
  causes: Causes,
  items: readonly Value[],
  { keys, path }: { readonly keys: readonly string[]; readonly path: string },
): void {
  const stranger = items.findIndex((item) => item !== null && !isBag(item));
  if (stranger >= 0) {
    causes.invalid(`${path}[${stranger}]`, items[stranger], 'must be an object for an array of list-type map');
    return;
  }
  const identities = items.map((item): Bag => {
    const found = isBag(item) ? item : {};
    return Object.fromEntries(keys.flatMap((key) => (found[key] === undefined ? [] : [[key, found[key] as Value]])));
  });
  checkSet(causes, identities, path);
}
