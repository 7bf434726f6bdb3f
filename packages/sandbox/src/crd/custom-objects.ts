// Custom objects against their structural schema: pruned, defaulted, validated, as apiextensions-apiserver does.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import type { Bag, Draft } from '../store/draft.ts';
import type { CustomType } from './custom-type.ts';
import { Causes } from '../validation/causes.ts';
import { applyDefaults } from './defaults.ts';
import { checkEmbedded } from './embedded-objects.ts';
import { checkListTypes } from './list-types.ts';
import { checkScale } from './scale-checks.ts';
import { prune } from './pruning.ts';
import { validateRules } from './rule-validation.ts';
import { hasRules } from './rules.ts';
import { validateValue } from './schema-validation.ts';

/** Prunes and defaults a draft in place; returns the fields that were dropped. */
export function prepareCustom(
  custom: CustomType,
  draft: Draft,
): { readonly draft: Draft; readonly unknownFields: readonly string[] } {
  const { schema } = custom;
  dropNullMetadata(draft);
  if (schema === undefined) return { draft, unknownFields: [] };
  const unknownFields = custom.preserveUnknown ? [] : prune(draft, schema).sort(byBytes);
  applyDefaults(draft, schema);
  return { draft, unknownFields };
}

/**
 * What the schema and its rules refuse. An unchanged part that was invalid before is let through on updates (ratcheting).
 * Rules are not evaluated on an object whose shape is wrong.
 */
export function validateCustom(custom: CustomType, draft: Draft, old: KubeObject | undefined): readonly Cause[] {
  const schema: JsonObject | undefined = custom.schema;
  if (schema === undefined) return [];
  const found = new Causes();
  found.addAll(validateValue(schema, draft, old));
  checkScale(found, custom, draft as unknown as Bag);
  checkEmbedded(found, draft as unknown as Bag, schema);
  checkListTypes(found, draft as unknown as Bag, schema);
  const causes = found.list;
  if (!hasRules(schema)) return causes;
  if (causes.some((cause) => blocking.has(cause.reason))) return [...causes, unchecked];
  return [...causes, ...validateRules(schema, draft as unknown as Bag, old as unknown as Bag | undefined).causes];
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : 1;
}

const blocking: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const unchecked: Cause = {
  reason: 'FieldValueInvalid',
  field: '<nil>',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

function dropNullMetadata(draft: Draft): void {
  const metadata = draft.metadata as Record<string, unknown> | undefined;
  if (metadata === undefined || metadata === null) {
    draft.metadata = {};
    return;
  }
  for (const key of Object.keys(metadata)) if (metadata[key] === null) delete metadata[key];
  for (const key of ['labels', 'annotations'] as const) {
    const map = metadata[key];
    if (typeof map === 'object' && map !== null && Object.keys(map).length === 0) delete metadata[key];
  }
  for (const key of ['finalizers', 'ownerReferences', 'managedFields'] as const) {
    const list = metadata[key];
    if (Array.isArray(list) && list.length === 0) delete metadata[key];
  }
}
