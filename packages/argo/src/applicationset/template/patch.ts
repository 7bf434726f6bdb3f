// `templatePatch`: a patch over each generated Application, a template itself.
// Mirrors argoproj/argo-cd:applicationset/controllers/template/patch.go (3.6).

import { type FieldSchema, type Json, type JsonObject, YamlError, parseYaml, strategicMerge } from '@evenkeel/resource';
import { GenerationError, objectOf } from '../application-set.ts';
import { applicationFields } from './normalize.ts';

/**
 * The Application with the patch merged in; the project stays what it was.
 * @throws GenerationError where the patch is no YAML, no object, or does not fit an Application.
 */
export function applyTemplatePatch(application: JsonObject, text: string): JsonObject {
  const patch = readPatch(text);
  checkTypes(patch, applicationFields, '');
  const merged = strategicMerge(application, patch, applicationFields);
  if (!merged.ok) {
    throw new GenerationError(
      `error while applying templatePatch template to json ${JSON.stringify(JSON.stringify(patch))}: ${merged.error.message}`,
    );
  }
  const spec: Record<string, Json> = { ...(objectOf(merged.value['spec']) as Record<string, Json> | undefined) };
  const project = objectOf(application['spec'])?.['project'];
  if (project === undefined) delete spec['project'];
  else spec['project'] = project;
  return { ...merged.value, spec };
}

function readPatch(text: string): JsonObject {
  let json: Json;
  try {
    json = parseYaml(text, { dialect: 'sigs' }) ?? null;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new GenerationError(`error while converting template to json ${JSON.stringify(text)}: ${error.message}`, {
      cause: error,
    });
  }
  if (json === null) return {};
  const patch = objectOf(json);
  if (patch === undefined) {
    const kind = Array.isArray(json) ? 'array' : typeof json === 'boolean' ? 'bool' : typeof json;
    throw new GenerationError(
      `invalid templatePatch ${JSON.stringify(JSON.stringify(json))}: json: cannot unmarshal ${kind} into Go value of type v1alpha1.Application`,
    );
  }
  return patch;
}

/** Refuses a value of a type its field cannot have, as decoding into the Go type does. */
function checkTypes(value: Json | undefined, schema: FieldSchema | undefined, path: string): void {
  if (value === null || value === undefined || !schema || schema.preserveUnknownFields) return;
  const { type, intOrString, items, properties, additionalProperties } = schema;
  if (type !== undefined && !intOrString && !fitsType(value, type)) {
    const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    throw new GenerationError(
      `invalid templatePatch: json: cannot unmarshal ${kind} into Go struct field Application.${path} of type ${type}`,
    );
  }
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) checkTypes(item, items, path);
    return;
  }
  const values = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  for (const [name, item] of Object.entries(objectOf(value) ?? {})) {
    if (!name.startsWith('$'))
      checkTypes(item, properties?.get(name) ?? values, path === '' ? name : `${path}.${name}`);
  }
}

function fitsType(value: Json, type: NonNullable<FieldSchema['type']>): boolean {
  switch (type) {
    case 'object':
      return objectOf(value) !== undefined;
    case 'array':
      return Array.isArray(value);
    case 'integer':
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint';
    case 'string':
    case 'boolean':
      return typeof value === type;
  }
}
