// Defaults in schemas must fit their own schema, and hold nothing that would be pruned
// (apiextensions-apiserver:pkg/apiserver/schema/defaulting/validation.go, 1.35).

import type { Json, JsonObject } from '@evenkeel/resource';
import { type Draft, type Value, copyValue, isBag, sameValue } from '../store/draft.ts';
import type { Causes } from '../validation/causes.ts';
import { prune } from './pruning.ts';
import { validateRules } from './rule-validation.ts';
import { hasRules } from './rules.ts';
import { propertiesOf, schemaAt } from './schema-access.ts';
import { validatePart } from './schema-validation.ts';

/** Checks every default in a schema. Those of metadata are checked where they are forbidden. */
export function checkDefaults(causes: Causes, schema: JsonObject, at: string): void {
  const fallback = schema['default'];
  if (fallback !== undefined && fallback !== null)
    checkDefault(causes, schema, { at: `${at}.default`, value: fallback as Json });
  const items = schemaAt(schema, 'items');
  if (items !== undefined) checkDefaults(causes, items, `${at}.items`);
  for (const [name, field] of Object.entries(propertiesOf(schema) ?? {}))
    checkDefaults(causes, field, `${at}.properties[${name}]`);
}

function checkDefault(
  causes: Causes,
  schema: JsonObject,
  { at, value }: { readonly at: string; readonly value: Json },
): void {
  const pruned = copyValue({ value }) as { value: Value };
  prune(pruned as unknown as Draft, { type: 'object', properties: { value: schema } });
  if (!sameValue(pruned as unknown as Value, { value })) causes.invalid(at, value, 'must not have unknown fields');
  const found = validatePart(schema, value as Value);
  for (const cause of found) {
    const below = cause.field === '' || cause.field === '<nil>' ? '' : `.${cause.field}`;
    causes.list.push({ ...cause, field: `${at}${below}` });
  }
  if (found.length > 0 || !hasRules(schema) || !isBag(value as Value)) return;
  for (const cause of validateRules(schema, value as never, undefined).causes)
    causes.list.push({ ...cause, field: cause.field === '<nil>' ? at : `${at}.${cause.field}` });
}
