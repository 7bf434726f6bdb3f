// Defaults of a structural schema (apiextensions-apiserver:pkg/apiserver/schema/defaulting): missing members get them, and
// nulls where the schema does not allow null.

import type { Json, JsonObject } from '@evenkeel/resource';
import { type Bag, type Draft, type Value, copyValue, isBag } from '../store/draft.ts';
import { additionalOf, propertiesOf, schemaAt } from './schema-access.ts';

/** Fills in defaults in place. */
export function applyDefaults(draft: Draft, schema: JsonObject): void {
  defaultObject(draft as unknown as Bag, schema);
}

function defaultObject(bag: Bag, schema: JsonObject): void {
  const properties = propertiesOf(schema) ?? {};
  for (const key of Object.keys(properties)) {
    const field = properties[key];
    if (field === undefined || key === 'metadata') continue;
    const fallback = field['default'];
    const value = bag[key];
    if (value === null && field['nullable'] !== true) {
      // A null that is not allowed counts as missing.
      if (fallback === undefined) delete bag[key];
      else bag[key] = copyValue(fallback as Json);
    } else if (value === undefined && fallback !== undefined) bag[key] = copyValue(fallback as Json);
    defaultValue(bag[key], field);
  }
  const additional = additionalOf(schema);
  if (additional === undefined || additional === true) return;
  for (const key of Object.keys(bag)) {
    if (!Object.hasOwn(properties, key)) defaultValue(bag[key], additional);
  }
}

function defaultValue(value: Value | undefined, schema: JsonObject): void {
  if (Array.isArray(value)) {
    const items = schemaAt(schema, 'items');
    if (items !== undefined) for (const item of value) defaultValue(item, items);
  } else if (isBag(value)) defaultObject(value, schema);
}
