// Whole objects inside custom objects (x-kubernetes-embedded-resource) have a type and metadata of the usual form
// (apiextensions-apiserver:pkg/apiserver/schema/objectmeta, 1.35).

import type { JsonObject } from '@evenkeel/resource';
import { type Bag, type Value, isBag } from '../store/draft.ts';
import type { Causes } from '../validation/causes.ts';
import { dns1035Problem } from '../validation/names.ts';
import { additionalOf, propertiesOf, schemaAt } from './schema-access.ts';

/** Checks every embedded object in a value. */
export function checkEmbedded(causes: Causes, value: Value | undefined, schema: JsonObject, path = ''): void {
  if (Array.isArray(value)) {
    const items = schemaAt(schema, 'items');
    if (items === undefined) return;
    for (const [index, item] of value.entries()) checkEmbedded(causes, item, items, `${path}[${index}]`);
  }
  if (!isBag(value)) return;
  if (schema['x-kubernetes-embedded-resource'] === true) checkHead(causes, value, path);
  const properties = propertiesOf(schema) ?? {};
  const additional = additionalOf(schema);
  for (const [key, member] of Object.entries(value)) {
    const field = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (field !== undefined) checkEmbedded(causes, member, field, path === '' ? key : `${path}.${key}`);
    else if (additional !== undefined && additional !== true)
      checkEmbedded(causes, member, additional, `${path}[${key}]`);
  }
}

function checkHead(causes: Causes, bag: Bag, path: string): void {
  for (const key of ['apiVersion', 'kind'] as const) {
    const [value, at] = [bag[key], `${path}.${key}`];
    if (value === undefined) causes.required(at);
    else if (typeof value !== 'string') causes.invalid(at, value, 'must be a string');
    else if (value === '') causes.invalid(at, value, 'must not be empty');
    else if (key === 'apiVersion' && value.split('/').length > 2)
      causes.invalid(at, value, `unexpected GroupVersion string: ${value}`);
    else if (key === 'kind') {
      const problem = dns1035Problem(value.toLowerCase());
      if (problem !== undefined)
        causes.invalid(at, value, `may have mixed case, but should otherwise match: ${problem}`);
    }
  }
}
