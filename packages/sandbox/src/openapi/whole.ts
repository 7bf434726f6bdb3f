// The published schema of a type with everything it refers to put in place, as expressions see it.

import type { JsonObject } from '@evenkeel/resource';
import type { ServedType } from '../api/served-type.ts';
import { isBag } from '../store/draft.ts';
import { Definitions } from './definitions.ts';

const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

/** A type's schema without references; what refers to itself is an object of no known members. */
export function schemaAsWhole(type: ServedType): JsonObject {
  const definitions = new Definitions('');
  const name = definitions.addType(type);
  if (name === undefined) return {};
  return whole({ $ref: name }, { schemas: definitions.schemas as JsonObject, seen: new Set() });
}

interface Context {
  readonly schemas: JsonObject;
  readonly seen: ReadonlySet<string>;
}

function whole(schema: JsonObject, context: Context): JsonObject {
  const name = referenceOf(schema);
  if (name === undefined) return replaced(schema, context);
  // Quantities are of one type or another, so of none that expressions know.
  if (name === quantity) return {};
  if (context.seen.has(name)) return { type: 'object' };
  const target = context.schemas[name];
  return isBag(target) ? replaced(target as JsonObject, { ...context, seen: new Set([...context.seen, name]) }) : {};
}

function referenceOf(schema: JsonObject): string | undefined {
  const { $ref: direct, allOf } = schema as Readonly<Record<string, unknown>>;
  if (typeof direct === 'string') return direct;
  const wrapped: unknown = Array.isArray(allOf) ? (allOf as readonly unknown[])[0] : undefined;
  return isBag(wrapped) && typeof wrapped['$ref'] === 'string' ? wrapped['$ref'] : undefined;
}

function replaced(schema: JsonObject, context: Context): JsonObject {
  // Embedded objects have their metadata already.
  const { 'x-kubernetes-embedded-resource': _, ...rest } = schema as Readonly<Record<string, unknown>>;
  const result: Record<string, unknown> = { ...rest };
  if (rest['format'] === 'int-or-string') result['x-kubernetes-int-or-string'] = true;
  if (isBag(rest['properties'])) {
    result['properties'] = Object.fromEntries(
      Object.entries(rest['properties']).map(([key, field]) => [key, whole(field as JsonObject, context)]),
    );
  }
  for (const key of ['items', 'additionalProperties'])
    if (isBag(rest[key])) result[key] = whole(rest[key] as unknown as JsonObject, context);
  return result as JsonObject;
}
