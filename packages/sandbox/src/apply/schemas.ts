// The schema by which a type's fields are owned and merged, and the fields an endpoint resets and therefore never owns.

import { type FieldSchema, type JsonObject, builtinSchema, schemaFromCrd } from '@evenkeel/resource';
import type { ServedType } from '../api/served-type.ts';

const customSchemas = new WeakMap<JsonObject, FieldSchema>();

/** The schema of a type; undefined where a custom type has none. */
export function schemaOf(type: ServedType): FieldSchema | undefined {
  if (type.custom === undefined) return builtinSchema(type);
  const source = type.custom.schema;
  if (source === undefined) return undefined;
  let schema = customSchemas.get(source);
  if (schema === undefined) {
    schema = schemaFromCrd(source);
    customSchemas.set(source, schema);
  }
  return schema;
}

const statusReset: JsonObject = { 'f:status': {} };
const mainReset: JsonObject = { 'f:spec': {} };
const customStatusReset: JsonObject = {
  'f:spec': {},
  'f:metadata': { 'f:deletionTimestamp': {}, 'f:ownerReferences': {} },
};

// Requests for certificates say by whom they are, who decides and who certifies.
const signingResets: Readonly<Record<string, JsonObject>> = {
  '': { 'f:spec': {}, 'f:status': {} },
  status: { 'f:spec': {}, 'f:status': { 'f:conditions': {} } },
  approval: { 'f:spec': {}, 'f:status': { 'f:certificate': {} } },
};

/** What a write through this endpoint cannot change: status on the object itself, everything else on status. */
export function resetFieldsOf(type: ServedType, subresource: string | undefined): JsonObject | undefined {
  if (type.collection === 'certificatesigningrequests.certificates.k8s.io') return signingResets[subresource ?? ''];
  if (subresource === 'status') return type.custom === undefined ? mainReset : customStatusReset;
  return type.subresources.has('status') ? statusReset : undefined;
}
