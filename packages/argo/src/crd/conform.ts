// Objects as their definitions have them, whatever is stored: a definition may have no schema, may have had none when the object
// was written, and the status of some has none at all. What has another type is left out and named, as an API server names it.

import type { Json, JsonObject } from '@evenkeel/resource';

/** What is left of a value, and what was wrong with it. */
export interface Conforming {
  readonly value: Json | undefined;
  /** "spec.source.path: Invalid value: …", in the order of the fields. */
  readonly problems: readonly string[];
}

/**
 * Reads a value by its schema. The very same value where nothing is wrong with it. Null is nothing, as Go reads it; a list entry or
 * an object that lacks what it must have is left out as a whole. Sentences are those of
 * kubernetes/kube-openapi:pkg/validation/validate (1.35).
 */
export function conform(value: Json | undefined, schema: JsonObject, path: string): Conforming {
  const problems: string[] = [];
  return { value: conforming(value, schema, { path, problems, isWhole: true }), problems };
}

interface Place {
  readonly path: string;
  readonly problems: string[];
  /** What lacks something is told of all the same, where it is the whole. */
  readonly isWhole?: boolean;
}

function conforming(value: Json | undefined, schema: JsonObject, place: Place): Json | undefined {
  if (value === undefined || value === null) return undefined;
  const wanted = schema['type'];
  if (typeof wanted === 'string' && !hasType(value, wanted)) {
    refuse(place, `must be of type ${wanted}`, kindOf(value));
    return undefined;
  }
  if (schema['x-kubernetes-int-or-string'] === true && typeof value !== 'string' && !Number.isInteger(value)) {
    refuse(place, 'must be of type integer,string', kindOf(value));
    return undefined;
  }
  if (schema['format'] === 'date-time' && typeof value === 'string' && Number.isNaN(Date.parse(value))) {
    refuse(place, 'must be of type date-time', value.slice(0, 60));
    return undefined;
  }
  const { enum: allowed } = schema;
  if (Array.isArray(allowed) && !allowed.includes(value)) {
    const shown = allowed.map((each) => JSON.stringify(each)).join(', ');
    place.problems.push(`${place.path}: Unsupported value: ${JSON.stringify(value)}: supported values: ${shown}`);
    return undefined;
  }
  if (Array.isArray(value)) return conformingList(value, (schema['items'] ?? {}) as JsonObject, place);
  return typeof value === 'object' ? conformingMap(value as JsonObject, schema, place) : value;
}

function conformingList(value: readonly Json[], items: JsonObject, { path, problems }: Place): readonly Json[] {
  const read = value.map((entry, index) => {
    const place = { path: `${path}[${index}]`, problems };
    const { type } = items;
    if (entry !== null) return conforming(entry, items, place);
    // Null is anything where a schema does not say of what type.
    if (typeof type !== 'string') return entry;
    refuse(place, `must be of type ${type}`, 'null');
    return undefined;
  });
  if (read.every((entry, index) => entry === value[index])) return value;
  return read.filter((entry) => entry !== undefined);
}

function conformingMap(value: JsonObject, schema: JsonObject, place: Place): JsonObject | undefined {
  const { path, problems, isWhole = false } = place;
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonObject>>;
  const others = schema['additionalProperties'];
  const other = typeof others === 'object' ? (others as JsonObject) : undefined;
  let changed = false;
  const read: Record<string, Json> = {};
  for (const [name, entry] of Object.entries(value)) {
    const inner = (Object.hasOwn(properties, name) ? properties[name] : undefined) ?? other;
    const after = inner ? conforming(entry, inner, { path: `${path}.${name}`, problems }) : entry;
    if (after !== entry) changed = true;
    if (after !== undefined) setOwn(read, name, after);
  }
  const required = (schema['required'] ?? []) as readonly string[];
  const missing = required.filter((name) => !Object.hasOwn(read, name));
  // What was there and is of another type has been named already.
  for (const name of missing) if ((value[name] ?? null) === null) problems.push(`${path}.${name}: Required value`);
  if (missing.length > 0 && !isWhole) return undefined;
  return changed ? read : value;
}

/** A field may well be called __proto__. */
function setOwn(target: Record<string, Json>, name: string, value: Json): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function refuse({ path, problems }: Place, must: string, shown: string): void {
  const found = JSON.stringify(shown);
  problems.push(`${path}: Invalid value: ${found}: ${path} in body ${must}: ${found}`);
}

function hasType(value: Json, type: string): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
