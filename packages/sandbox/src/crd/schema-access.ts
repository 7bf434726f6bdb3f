// Reading JSON schemas of CustomResourceDefinitions.

import type { JsonObject } from '@evenkeel/resource';
import { isBag } from '../store/draft.ts';

/** A member that is a schema. */
export function schemaAt(schema: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = schema?.[key];
  return isBag(value) ? (value as JsonObject) : undefined;
}

/** properties, as a map of schemas. */
export function propertiesOf(schema: JsonObject): Readonly<Record<string, JsonObject>> | undefined {
  return schemaAt(schema, 'properties') as Readonly<Record<string, JsonObject>> | undefined;
}

/** The schema of map values, `true` for any value, undefined where unknown keys are not allowed. */
export function additionalOf(schema: JsonObject): JsonObject | true | undefined {
  const value = schema['additionalProperties'];
  if (value === true) return true;
  return isBag(value) ? (value as JsonObject) : undefined;
}

export function preservesUnknown(schema: JsonObject): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

export function isIntOrString(schema: JsonObject): boolean {
  return schema['x-kubernetes-int-or-string'] === true;
}

/** The keys by which items of a map list are told apart. */
export function listMapKeys(schema: JsonObject): readonly string[] {
  const keys = schema['x-kubernetes-list-map-keys'];
  return Array.isArray(keys) ? (keys as string[]) : [];
}
