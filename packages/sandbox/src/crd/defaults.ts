// Defaults of a structural schema (apiextensions-apiserver:pkg/apiserver/schema/defaulting): nulls that the schema does not
// allow count as missing, and what is missing gets its default.

import type { Json, JsonObject } from '@evenkeel/resource';
import { type Bag, type Draft, type Value, copyValue, isBag } from '../store/draft.ts';
import { additionalOf, propertiesOf, schemaAt } from './schema-access.ts';

/** Drops nulls and fills in defaults, in place. */
export function applyDefaults(draft: Draft, schema: JsonObject): void {
  const { metadata: _, ...properties } = propertiesOf(schema) ?? {};
  const root = { ...schema, properties };
  dropNulls(draft as unknown as Bag, root);
  fillIn(draft as unknown as Bag, root);
}

function fieldOf(schema: JsonObject, key: string): JsonObject | undefined {
  const properties = propertiesOf(schema);
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  const additional = additionalOf(schema);
  return additional === true ? undefined : additional;
}

function isStrayNull(value: Value | undefined, schema: JsonObject | undefined): boolean {
  return value === null && schema !== undefined && schema['nullable'] !== true;
}

// Nulls that have a default are filled in later.
function dropNulls(value: Value | undefined, schema: JsonObject): void {
  if (Array.isArray(value)) {
    const items = schemaAt(schema, 'items');
    if (items !== undefined) for (const item of value) dropNulls(item, items);
  } else if (isBag(value)) {
    for (const key of Object.keys(value)) {
      const field = fieldOf(schema, key);
      if (field === undefined) continue;
      if (isStrayNull(value[key], field) && field['default'] === undefined) delete value[key];
      else dropNulls(value[key], field);
    }
  }
}

function fillIn(value: Value | undefined, schema: JsonObject): void {
  if (Array.isArray(value)) {
    const items = schemaAt(schema, 'items');
    if (items === undefined) return;
    for (const [index, item] of value.entries()) {
      if (isStrayNull(item, items) && items['default'] !== undefined)
        value[index] = copyValue(items['default'] as Json) ?? null;
      fillIn(value[index] ?? null, items);
    }
  } else if (isBag(value)) {
    for (const [key, field] of Object.entries(propertiesOf(schema) ?? {})) {
      const fallback = field['default'];
      if (fallback === undefined) continue;
      if (value[key] === undefined || isStrayNull(value[key], field)) value[key] = copyValue(fallback as Json);
    }
    for (const key of Object.keys(value)) {
      const field = fieldOf(schema, key);
      if (field === undefined) continue;
      if (isStrayNull(value[key], field) && field['default'] !== undefined)
        value[key] = copyValue(field['default'] as Json);
      fillIn(value[key], field);
    }
  }
}
