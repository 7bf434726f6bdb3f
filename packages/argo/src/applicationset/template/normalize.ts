// A generated Application in the form in which upstream writes it: no empty fields, a project, no idle source options.
// Mirrors the `omitempty` tags of argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go and NormalizeApplicationSpec of
// util/argo/argo.go (3.6).

import type { FieldSchema, Json, JsonObject } from '@evenkeel/resource';
import { schemaFromCrd } from '@evenkeel/resource';
import { applicationSchema } from '../../crd/application.ts';
import { objectOf } from '../application-set.ts';

/** The schema of Application, for merging and pruning. */
export const applicationFields: FieldSchema = schemaFromCrd(applicationSchema);

/** Text fields that are written although they are empty. */
const written = new Set(['repoURL', 'project', 'kind', 'value', 'targetBranch']);
/** Switches whose absence is not the same as false. */
const pointers = new Set(['prune', 'selfHeal', 'allowEmpty', 'enabled', 'factor', 'revisionHistoryLimit', 'string']);

/** The spec without fields that say nothing or that Application does not have. */
export function normalizeSpec(spec: JsonObject): JsonObject {
  const fields = applicationFields.properties?.get('spec');
  const pruned = objectOf(prune(spec, fields)) ?? {};
  const result: Record<string, Json> = {};
  for (const [name, value] of Object.entries(pruned)) {
    if (value === undefined) continue;
    if (name === 'source') result[name] = normalizeSource(value);
    else if (name === 'sources' && Array.isArray(value)) result[name] = value.map(normalizeSource);
    else result[name] = value;
  }
  const policy = objectOf(result['syncPolicy']);
  if (policy && Object.values(policy).every((value) => value === undefined)) delete result['syncPolicy'];
  if (!result['project']) result['project'] = 'default';
  result['destination'] ??= {};
  return result;
}

/** Options of a tool that say nothing are left out, so that the tool is detected. */
function normalizeSource(source: Json): Json {
  const found = objectOf(source);
  if (!found) return source;
  const kept = Object.entries(found).filter(([name, value]) => {
    const tool = ['kustomize', 'helm', 'directory'].includes(name) ? objectOf(value) : undefined;
    return tool === undefined || Object.keys(tool).length > 0;
  });
  return Object.fromEntries(kept) as JsonObject;
}

function prune(value: Json, schema: FieldSchema | undefined): Json | undefined {
  if (Array.isArray(value)) {
    return value.length === 0 ? undefined : value.map((item: Json) => prune(item, schema?.items) ?? item);
  }
  const object = objectOf(value);
  if (!object || !schema?.properties || schema.preserveUnknownFields) return value;
  const result: Record<string, Json> = {};
  for (const [name, item] of Object.entries(object)) {
    const field = schema.properties.get(name);
    if (item === undefined || item === null || !field) continue;
    if (isZero(name, item, schema)) continue;
    const kept = prune(item, field);
    if (kept !== undefined && !(name === 'jsonnet' && isEmptyObject(kept))) result[name] = kept;
  }
  return result;
}

function isZero(name: string, value: Json, parent: FieldSchema): boolean {
  if (pointers.has(name)) return false;
  if (value === '') return !(written.has(name) || parent.required.includes(name));
  if (value === false || value === 0) return !parent.required.includes(name);
  return (
    isEmptyObject(value) && ['labels', 'annotations', 'commonLabels', 'commonAnnotations', 'options'].includes(name)
  );
}

function isEmptyObject(value: Json): boolean {
  const object = objectOf(value);
  return object !== undefined && Object.keys(object).length === 0;
}
